"""What a lexical grader sees of a text: clauses with their place in it, and in each clause weighted stems.

Everything keeps character offsets, so that a quote is always cut out of the candidate's own words.
"""

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.graders.quantity import quantities

HERE = Path(__file__).parent
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PART = re.compile(r"[^-]+")
_SIGNS = re.compile(r"[=+/*×→<>:%~≈]|->")
FEWEST_LISTED = 8
LEAST_GLUE = 0.2  # of the words; the tersest of 296 labelled answers has 0.24
_stemming = threading.Lock()  # a stemmer holds the word that it is at
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_NUMBERS = {
    "half": "0.5", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "eight": "8", "ten": "10", "sixteen": "16", "один": "1", "два": "2", "две": "2", "двух": "2", "три": "3",
    "четыре": "4", "пять": "5", "шесть": "6", "восемь": "8", "десять": "10", "шестнадцать": "16", "пол": "0.5",
}  # fmt: skip


@cache
def stopwords() -> frozenset[str]:
    """Words of both languages that are in every answer and so say nothing about any."""
    return frozenset((HERE / "stopwords.txt").read_text("utf-8").split())


class Token(NamedTuple):
    """A word: its stem, and where it stands in the text."""

    stem: str
    start: int
    end: int
    stop: bool


def is_russian(text: str) -> bool:
    """Whether Cyrillic prevails over Latin; English terms inside Russian do not turn it into English."""
    cyrillic = len(_CYRILLIC.findall(text))
    return cyrillic > 0 and 3 * cyrillic >= len(re.findall("[a-z]", text, re.IGNORECASE))


@cache
def _stemmer(lang: str) -> Any:  # noqa: ANN401 - the package has no types
    import snowballstemmer

    return snowballstemmer.stemmer(lang)


@lru_cache(maxsize=1 << 15)  # bounded: answers never end, their vocabulary does
def stem(word: str) -> str:
    """One lower-case word cut to its stem; number words become digits, «ё» becomes «е»."""
    word = word.replace("ё", "е").replace("’", "'")
    if word in _NUMBERS:
        return _NUMBERS[word]
    if word[0].isdigit():
        return word.replace(",", ".")
    with _stemming:
        return str(_stemmer("russian" if _CYRILLIC.match(word) else "english").stemWord(word))


def words(text: str) -> Iterator[Token]:
    """The words of a text in order; a compound counts as its parts."""
    stop = stopwords()
    for word, start, end, is_part in _spelled(text):
        yield Token(stem(word) if is_part or word not in stop else word, start, end, word in stop)


def _spelled(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Each word in lower case, where it stands, and whether it is a part of a compound that is no stopword."""
    for match in _WORD.finditer(text):
        word, start = match.group().lower(), match.start()
        if "-" not in word or word in stopwords():
            yield word, start, match.end(), False
            continue
        for part in _PART.finditer(match.group()):  # places are those of the text as it is written
            yield part.group().lower(), start + part.start(), start + part.end(), True


def tokens(text: str) -> list[Token]:
    """The words of a text and its quantities (beside the words that make them up), in order."""
    found = [*words(text), *(Token(q.name, q.start, q.end, stop=False) for q in quantities(text))]
    return sorted(found, key=lambda token: token.start)


def telling(text: str) -> set[str]:
    """The stems of the words that say something."""
    return {token.stem for token in tokens(text) if not token.stop}


def is_word_list(text: str) -> bool:
    """Whether a text only lists words: no sentence lacks little words and signs so entirely, terse notes included.

    Numbers are neither.
    """
    stop = stopwords()
    found = [word in stop for word, *_ in _spelled(text) if not word[0].isdigit()]
    glue = sum(found) + len(_SIGNS.findall(text))
    return len(found) >= FEWEST_LISTED and glue < LEAST_GLUE * len(found)
