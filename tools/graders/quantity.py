"""Numbers with units as quantities: 144 GB, 144 гигабайта; half a byte, полбайта, 4 bits; 72B, 72 млрд."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_WORDS = {
    "half": 0.5, "half a": 0.5, "half-": 0.5, "пол": 0.5, "полтора": 1.5, "полутора": 1.5,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "a hundred": 100,
    "один": 1, "одна": 1, "два": 2, "две": 2, "двух": 2, "двумя": 2, "три": 3, "трёх": 3, "трех": 3, "четыре": 4,
    "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10, "одиннадцать": 11, "двенадцать": 12,
    "тринадцать": 13, "четырнадцать": 14, "пятнадцать": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18,
    "девятнадцать": 19, "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50, "шестьдесят": 60,
    "семьдесят": 70, "восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200, "триста": 300, "четыреста": 400,
    "пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800, "девятьсот": 900,
}  # fmt: skip
HUNDRED = 100
# unit as written (a regex) -> the dimension and how much of its base one is
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"bits?|бит\w*", "byte", 1 / 8),
    (r"bytes?|байт\w*", "byte", 1),
    (r"ki?b|kilobytes?|кб|килобайт\w*", "byte", 1e3),
    (r"mi?b|megs?|megabytes?|мб|мегабайт\w*", "byte", 1e6),
    (r"gi?b|gigs?|gigabytes?|гб|гиг|гига|гигов|гигабайт\w*", "byte", 1e9),
    (r"ti?b|terabytes?|тб|терабайт\w*", "byte", 1e12),
    (r"ms|msec|millis|milliseconds?|мс|миллисекунд\w*", "second", 1e-3),
    (r"s|sec|secs|seconds?|сек|секунд\w*", "second", 1),
    (r"mins?|minutes?|мин|минут\w*", "second", 60),
    (r"hours?|hrs?|час|часа|часов", "second", 3600),
    (r"days?|день|дня|дней", "second", 86400),
    (r"weeks?|недел\w*", "second", 604800),
    (r"%|percents?|процент\w*", "percent", 1),
    (r"k|thousands?|тыс|тысяч\w*", "count", 1e3),
    (r"m|mln|millions?|млн|миллион\w*", "count", 1e6),
    (r"b|bn|billions?|млрд|миллиард\w*", "count", 1e9),
)
_NUMBER = r"\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)|\d+(?:[.,]\d+)*(?:e\d{1,2})?"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))


@cache
def _quantity() -> re.Pattern[str]:
    """A number and its unit; compiled when there is an answer, since that takes a while."""
    return re.compile(
        rf"(?<![\w.,])(?P<number>{_NUMBER}|(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*(?=[\s-]|байт|бит))"
        rf"[\s-]{{0,2}}(?P<unit>{'|'.join(f'(?P<u{n}>{unit})' for n, (unit, _, _) in enumerate(_UNITS))})(?!\w)",
        re.IGNORECASE,
    )


@dataclass(frozen=True)
class Quantity:
    """A quantity in a text: `name` is the same for the same amount, whatever its unit and language."""

    name: str
    start: int
    end: int


def number(text: str) -> float:
    """A number as written: 1,000 is a thousand, 0,5 a half, "one hundred forty four" what it says."""
    word = text.lower().strip()
    if word in _WORDS:
        return _WORDS[word]
    if not word[0].isdigit():
        return _spoken(re.split(r"[\s-]+(?:and\s+)?", word))
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+|\d{1,3}(?:[ \u00a0]\d{3})+", word):
        return float(re.sub(r"\D", "", word))
    whole, _, rest = word.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '')}" if rest else whole)


def _spoken(words: list[str]) -> float:
    total = 0.0
    for word in words:
        value = _WORDS.get(word, 0.0)  # "a" of "a hundred" says nothing
        total = total * value if value == HUNDRED and 0 < total < HUNDRED else total + value
    return total


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a text in order, three digits exact; "2 B" are bytes, "72B" are billions."""
    for match in _quantity().finditer(text):
        index = next(n for n in range(len(_UNITS)) if match.group(f"u{n}"))
        _, dimension, factor = _UNITS[index]
        if match["unit"] == "B" and match.end("number") < match.start("unit"):
            dimension, factor = "byte", 1
        name = f"{number(match['number']) * factor:.3g} {dimension}"
        yield Quantity(name, match.start(), match.end())
