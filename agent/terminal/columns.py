"""How wide text is on a terminal: most characters take one column, some two, some none."""

import re
import textwrap
from typing import Any

# Latin and Cyrillic letters, digits and common signs: one column each. `wcwidth` is imported only for other text.
_NARROW = re.compile("[\n -~\u00a0-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u257f]*")  # fmt: skip  # noqa: E501


def columns(text: str) -> int:
    """The columns that a text takes in one line."""
    if _NARROW.fullmatch(text):
        return len(text)
    import wcwidth

    return wcwidth.width(text)


def clip(text: str, width: int) -> str:
    """As much of the beginning of a text as fits into `width` columns."""
    if _NARROW.fullmatch(text):
        return text[:width]
    import wcwidth

    return wcwidth.clip(text, 0, width)


def wrapped(text: str, width: int, first: str = "", indent: str = "", *, breaking: bool = True) -> list[str]:
    """A paragraph as lines of at most `width` columns; `first` stands before the first of them, `indent` before others.

    A word that is wider than a line is broken; without `breaking` it stays whole, as a path has to.
    """
    how: dict[str, Any] = {
        "initial_indent": first, "subsequent_indent": indent, "break_on_hyphens": False, "break_long_words": breaking,
    }  # fmt: skip
    if _NARROW.fullmatch(text + first + indent):
        return textwrap.wrap(text, width, **how)
    import wcwidth

    return wcwidth.wrap(text, width, **how)
