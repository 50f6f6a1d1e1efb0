"""What a lexical grader sees of a text: clauses with their place in it, and in each clause weighted stems.

Everything keeps character offsets, so that a quote is always cut out of the candidate's own words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

MAX_CLAUSE_WORDS = 30  # dictated text has no full stops; longer runs are cut into overlapping windows
STRIDE = 15

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BREAK = re.compile(r"(?<=[.!?…])\s+|[;\n]+|(?<=\w)\s+[—–-]\s+(?=\w)")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_NUMBERS = {
    "half": "0.5", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "eight": "8", "ten": "10", "sixteen": "16", "один": "1", "два": "2", "две": "2", "двух": "2", "три": "3",
    "четыре": "4", "пять": "5", "шесть": "6", "восемь": "8", "десять": "10", "шестнадцать": "16", "пол": "0.5",
}  # fmt: skip
STOPWORDS = frozenset(
    """
    a about above actually after again all almost also am an and any anyway are around as at back basically be
    because been before being below between both but by called came can come comes could did do does doing don't
    done down during each either else even ever every few first for from further get gets give given go goes going
    good got had has have having he her here him his how i i'd i'll i'm i've if in into is it it's its itself just
    keep kind know let let's like look lot made make makes many may maybe me mean might more most much must my need
    needs never new next no nor not now of off often ok on once one only or other others our out over own part per
    pretty put quite rather really right roughly said same say says see set she should simply so some something
    sort still stuff such sure take takes tell than that that's the their them then there there's these they thing
    things think this those though through time to together too under until up upon us use used uses using usually
    very want wants was way we well were what when where whether which while who whole why will with without won't
    would yeah yes yet you you'd you're your
    а без более больше будем будет будто буду был была были было быть в вам вас ведь весь во вообще вот вроде все
    всего всегда всех вы где говорить да даже для до его ее ей если есть еще ещё же за здесь значит и из или им их
    к как какая какие какой когда короче которая которые который которых кто ли либо лишь между меня мне может
    можно мой мы на надо нам нас наш не него нее ней нельзя нет ни них но ну нужно о об обычно один одна одно он
    она они оно от перед по под после потом потому почему при про просто раз с сам самая само самый себя сейчас
    скажем со собственно совсем так также такая такие такое такой там те тем то тогда того тоже той только том тот
    тут ты у уж уже хотя чего чем через что чтоб чтобы эта эти это этого этой этом этот эту я типа наверное нужен
    нужна нужны делаем делать давай пусть например
    """.split()
)


@dataclass(frozen=True)
class Token:
    """A word: its stem, and where it stands in the text."""

    stem: str
    start: int
    end: int
    stop: bool


@dataclass(frozen=True)
class Clause:
    """A stretch of a text that makes one statement, as far as punctuation tells."""

    start: int
    end: int
    tokens: tuple[Token, ...]

    @property
    def stems(self) -> frozenset[str]:
        """The stems that carry meaning."""
        return frozenset(token.stem for token in self.tokens if not token.stop)


def is_russian(text: str) -> bool:
    """Whether Cyrillic prevails over Latin; English terms inside Russian do not turn it into English."""
    cyrillic = len(_CYRILLIC.findall(text))
    return cyrillic > 0 and 3 * cyrillic >= len(re.findall("[a-z]", text, re.IGNORECASE))


@cache
def _stemmer(lang: str) -> Any:  # noqa: ANN401 - the package has no types
    import snowballstemmer

    return snowballstemmer.stemmer(lang)


@cache
def stem(word: str) -> str:
    """One lower-case word cut to its stem; number words become digits, «ё» becomes «е»."""
    word = word.replace("ё", "е").replace("’", "'")
    if word in _NUMBERS:
        return _NUMBERS[word]
    if word[0].isdigit():
        return word.replace(",", ".")
    return str(_stemmer("russian" if _CYRILLIC.match(word) else "english").stemWord(word))


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order; a compound counts as its parts."""
    for match in _WORD.finditer(text):
        whole = match.group().lower()
        if whole in STOPWORDS:
            yield Token(whole, match.start(), match.end(), stop=True)
            continue
        for part in re.finditer(r"[^-]+", whole):
            start = match.start() + part.start()
            word = part.group()
            yield Token(stem(word), start, start + len(word), stop=word in STOPWORDS)


def clauses(text: str) -> list[Clause]:
    """Split a text into clauses; a run that is too long becomes overlapping windows."""
    result: list[Clause] = []
    start = 0
    for end, following in [*((m.start(), m.end()) for m in _BREAK.finditer(text)), (len(text), len(text))]:
        words = [token.__class__(token.stem, token.start + start, token.end + start, token.stop)
                 for token in tokens(text[start:end])]  # fmt: skip
        for first in range(0, max(len(words) - STRIDE, 1), STRIDE):
            window = words[first : first + MAX_CLAUSE_WORDS] if len(words) > MAX_CLAUSE_WORDS else words
            if window:
                result.append(Clause(window[0].start, window[-1].end, tuple(window)))
            if len(words) <= MAX_CLAUSE_WORDS:
                break
        start = following
    return result
