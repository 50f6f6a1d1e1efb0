"""Numbers with units as quantities: 144 GB, 144 гигабайта; half a byte, полбайта, 4 bits; 72B, 72 млрд."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORDS = {
    "half": 0.5, "half a": 0.5, "half-": 0.5, "пол": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "eight": 8, "ten": 10, "sixteen": 16, "один": 1, "одна": 1, "два": 2, "две": 2, "двух": 2, "три": 3,
    "трёх": 3, "четыре": 4, "пять": 5, "шесть": 6, "восемь": 8, "десять": 10, "шестнадцать": 16, "сто": 100,
    "hundred": 100, "a hundred": 100,
}  # fmt: skip
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
_NUMBER = r"\d+(?:[.,]\d+)*(?:e\d{1,2})?"
_QUANTITY = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER}|(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?=[\s-]|байт|бит))"
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
    """A number as written: 1,000 is a thousand, 0,5 a half; a number word is its value."""
    word = text.lower().strip()
    if word in _WORDS:
        return _WORDS[word]
    if re.fullmatch(r"\d{1,3}(,\d{3})+", word):
        return float(word.replace(",", ""))
    whole, _, rest = word.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '')}" if rest else whole)


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a text in order, three digits exact; "2 B" are bytes, "72B" are billions."""
    for match in _QUANTITY.finditer(text):
        index = next(n for n in range(len(_UNITS)) if match.group(f"u{n}"))
        _, dimension, factor = _UNITS[index]
        if match["unit"] == "B" and match.end("number") < match.start("unit"):
            dimension, factor = "byte", 1
        name = f"{number(match['number']) * factor:.3g} {dimension}"
        yield Quantity(name, match.start(), match.end())
