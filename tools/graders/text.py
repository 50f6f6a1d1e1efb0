"""What a lexical grader sees of a text: clauses with their place in it, and in each clause weighted stems.

Everything keeps character offsets, so that a quote is always cut out of the candidate's own words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
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


@cache
def stopwords() -> frozenset[str]:
    """Words of both languages that are in every answer and so say nothing about any."""
    return frozenset((files("tools.graders") / "stopwords.txt").read_text("utf-8").split())


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
        if whole in stopwords():
            yield Token(whole, match.start(), match.end(), stop=True)
            continue
        for part in re.finditer(r"[^-]+", whole):
            start = match.start() + part.start()
            word = part.group()
            yield Token(stem(word), start, start + len(word), stop=word in stopwords())


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
