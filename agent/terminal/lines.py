"""Reading a candidate's lines as they come: from a pipe, or from a terminal that moves no cursor for us."""

import locale
import os
import select
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, BinaryIO

CHUNK = 65536  # bytes
PASTED = 0.05  # seconds: a line that comes so soon after another was pasted with it
IUTF8 = 0o40000  # of a terminal's input, on Linux and macOS; the termios module has no name for it
LONGEST = 4095  # bytes of a line that a terminal takes in; what is longer it cuts off

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


class PipedLines:
    r"""The turns on a pipe, one a line, the two characters \n in it being a line break."""

    def __init__(self, stream: BinaryIO) -> None:
        self._file = stream.fileno()
        self._ahead = b""  # read, and not yet handed out

    def read(self) -> str | None:
        """The next turn, empty lines left out; None at the end of input."""
        while (line := self._line()) and not line.strip():
            pass
        return decode(line).replace("\\n", "\n") if line else None

    def _line(self) -> bytes:
        while b"\n" not in self._ahead and (chunk := os.read(self._file, CHUNK)):
            self._ahead += chunk
        line, end, self._ahead = self._ahead.partition(b"\n")
        return line + end

    def ready(self, within: float = 0) -> bool:
        """Whether a turn can be read, within so many seconds. Where the system cannot tell: no."""
        try:
            while b"\n" not in self._ahead and select.select([self._file], [], [], within)[0]:
                if not (chunk := os.read(self._file, CHUNK)):
                    return bool(self._ahead)  # the last line, without an end
                self._ahead += chunk
        except OSError:  # Windows knows this of sockets only
            return False
        return b"\n" in self._ahead


@contextmanager
def _set(file: int, change: Callable[[list[Any]], None]) -> Iterator[None]:
    """Within, a terminal is as `change` makes its attributes. Windows has none."""
    try:
        import termios
    except ImportError:
        yield
        return
    before, after = termios.tcgetattr(file), termios.tcgetattr(file)
    change(after)
    termios.tcsetattr(file, termios.TCSANOW, after)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(file, termios.TCSANOW, before)


def erasing_letters(file: int) -> AbstractContextManager[None]:
    """Within, Backspace takes a letter away, not only its last byte."""

    def change(attributes: list[Any]) -> None:
        attributes[0] |= IUTF8

    return _set(file, change)


def echoing(file: int, *, on: bool) -> AbstractContextManager[None]:
    """Within, a terminal shows what is typed, or not: while nobody asks it would stand in the way of other lines."""

    def change(attributes: list[Any]) -> None:
        import termios

        attributes[3] = attributes[3] | termios.ECHO if on else attributes[3] & ~termios.ECHO

    return _set(file, change)


class TypedLines(PipedLines):
    """The turns at a terminal that moves no cursor for us: what is typed is on screen as the terminal itself has it."""

    def __init__(self, stream: BinaryIO, on_cut: Callable[[], None]) -> None:
        super().__init__(stream)
        self._on_cut = on_cut

    def read(self) -> str | None:
        """The next turn: a line, or all lines of a paste; None at the end of input."""
        print("> ", end="", flush=True)
        with erasing_letters(self._file):
            text = self._line()
            while text and not text.startswith(b"/") and self.ready(PASTED):  # a command is a line
                text += self._line()
        if any(len(line) >= LONGEST for line in text.splitlines()):
            self._on_cut()
        return decode(text).replace("\\n", "\n") if text else None
