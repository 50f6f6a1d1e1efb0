"""Reading a candidate's lines from a pipe, in whatever encoding they come."""

import locale
from collections.abc import Callable, Iterator
from typing import BinaryIO

_COMMON = "оеаинтсрвлк"  # the letters that Russian text is mostly made of
_ENCODINGS = ("cp1251", "koi8-r", "cp866")


def decode(raw: bytes) -> str:
    """Bytes as text: UTF-8 where they are that, else the locale's encoding, else the likeliest Cyrillic one."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    own = locale.getpreferredencoding(do_setlocale=False)
    known = [own] if own.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "us-ascii", "ansi-x3.4-1968") else []  # fmt: skip  # noqa: E501
    readings = [raw.decode(name, errors="replace") for name in (*known, *_ENCODINGS)]
    return max(readings, key=lambda text: sum(char in _COMMON for char in text))


def mend(text: str) -> str:
    """Text in which a terminal's undecodable bytes stand as lone surrogates, with those bytes decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return decode(text.encode("utf-8", "surrogateescape")) if _only_escapes(text) else text
    return text


def _only_escapes(text: str) -> bool:
    return all(not "\ud800" <= char <= "\udfff" or "\udc80" <= char <= "\udcff" for char in text)


def reader(stream: BinaryIO) -> Callable[[], str | None]:
    r"""A function that gives one turn a line, the two characters \n in it being a line break; None at the end."""
    turns: Iterator[str] = (decode(raw).replace("\\n", "\n") for raw in stream)
    return lambda: next(turns, None)
