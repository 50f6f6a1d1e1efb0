"""A program at a real pseudo terminal, and an emulator that knows what a person would see there.

    tty = Terminal(razbor("--question", "kubernetes-primitives"), columns=60)
    tty.wait_for("Question 1 of 1")
    tty.type("A pod is the smallest unit.\r")
    assert tty.status() == 0

Nothing sleeps for a guess: whatever is waited for has a deadline.
"""

import os
import re
import select
import signal
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte
from ptyprocess import PtyProcess
from wcwidth import wcwidth

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds: what takes longer will never come
BRACKETED, ALTERNATE = 2004 << 5, 1049 << 5  # private modes, as pyte numbers them
CTRL_C, CTRL_D, CTRL_Z, ENTER, ALT_ENTER, BACKSPACE, ESC = "\x03", "\x04", "\x1a", "\r", "\x1b\r", "\x7f", b"\x1b"


def _close(text: str) -> str:
    return "".join(text.split())


def razbor(*arguments: object) -> list[str]:
    """The command for a razbor with these arguments."""
    return [sys.executable, "-m", "agent", *map(str, arguments)]


class _Screen(pyte.HistoryScreen):
    """A screen that answers what a program asks its terminal."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, lines, history=5000)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def draw(self, data: str) -> None:
        """Draw; joiners, which this emulator takes for the end of the text, take no room."""
        super().draw("".join(char for char in data if wcwidth(char) > 0 or unicodedata.combining(char)))


class Terminal:
    """A program that runs at a terminal of this size. `home` and the rest of the environment are the test's own."""

    def __init__(self, command: Sequence[str], *, columns: int = 80, lines: int = 24, **env: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        given = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "NO_PROXY": "*", **env}
        self.raw = b""  # all that came
        self.screen = _Screen(columns, lines, self._write)
        self._stream = pyte.ByteStream(self.screen)
        self._ended = False
        self._process = PtyProcess.spawn(list(command), env=inherited | given, dimensions=(lines, columns))
        self._before = termios.tcgetattr(self._process.fd)

    @property
    def pid(self) -> int:
        """Its process."""
        return int(self._process.pid)

    def type(self, text: str) -> None:
        """Press keys."""
        self._write(text)

    def paste(self, text: str, *, brackets: bool = True) -> None:
        """Paste as a terminal does: line breaks are Enter, and brackets come around it where they were asked for.

        Without `brackets`: as a terminal that knows none of them.
        """
        text = text.replace("\n", "\r")
        self._write(f"\x1b[200~{text}\x1b[201~" if brackets and BRACKETED in self.screen.mode else text)

    def _write(self, text: str) -> None:
        """Hand over bytes as fast as they are taken, and read on meanwhile: a full terminal takes nothing."""
        left, end = text.encode("utf-8", "surrogateescape"), time.monotonic() + PATIENCE
        while left:
            assert time.monotonic() < end, f"{len(left)} bytes were not taken\n{self}"
            if select.select([], [self._process.fd], [], 0)[1]:
                left = left[os.write(self._process.fd, left[:512]) :]
            else:
                self.hear(0.02)

    def resize(self, columns: int, lines: int = 24) -> None:
        """Make the window another size; the program gets a SIGWINCH."""
        self.screen.resize(lines, columns)
        self._process.setwinsize(lines, columns)

    def hear(self, seconds: float) -> bool:
        """Take what has come, waiting for it at most so long; whether anything had."""
        if self._ended or not select.select([self._process.fd], [], [], seconds)[0]:
            return False
        try:
            heard = os.read(self._process.fd, 65536)
        except OSError:  # all that had the terminal open are gone
            heard = b""
        self._ended = not heard
        self.raw += heard
        self._stream.feed(heard)
        return bool(heard)

    def wait(self, until: Callable[[], bool], what: object = "", seconds: float = PATIENCE) -> None:
        """Wait until it holds."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"in vain for {what!r}\n{self}"
            assert self.hear(0.05) or not self._ended or until(), f"ended without {what!r}\n{self}"

    def wait_for(self, text: str, times: int = 1, seconds: float = PATIENCE) -> None:
        """Wait until a text has been on screen so many times, however it is broken into lines."""
        self.wait(lambda: _close(self.text).count(_close(text)) >= times, text, seconds)

    def places(self, text: str) -> list[int]:
        """Where a text stands among all that can be seen, however it is broken into lines."""
        return [found.start() for found in re.finditer(re.escape(_close(text)), _close(self.text))]

    def wait_for_prompt(self) -> None:
        """Wait until a line can be typed: the cursor stands behind a ">"."""
        self.wait(lambda: self.rows[self.cursor[0]].startswith(">") and self.cursor[1] >= len("> "), "> ")

    def settle(self, quiet: float = 0.15) -> None:
        """Wait until nothing more comes: for what can only be seen by its absence."""
        while self.hear(quiet):
            pass

    @property
    def rows(self) -> list[str]:
        """The lines on the screen, without spaces at their ends."""
        return [row.rstrip() for row in self.screen.display]

    @property
    def scrolled(self) -> list[str]:
        """The lines that have left the screen at its top."""
        return ["".join(line[x].data for x in range(self.screen.columns)).rstrip() for line in self.screen.history.top]

    @property
    def text(self) -> str:
        """All that can be seen, scrolling back included, with single spaces for all white space; composed letters."""
        return unicodedata.normalize("NFC", " ".join(" ".join([*self.scrolled, *self.rows]).split()))

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        return self.screen.cursor.y, self.screen.cursor.x

    def status(self, seconds: float = PATIENCE) -> int:
        """Its exit status, or minus the signal that ended it."""
        end = time.monotonic() + seconds
        while self._process.isalive():
            assert time.monotonic() < end, f"it does not end\n{self}"
            self.hear(0.05)
        self.settle(0.02)
        return -self._process.signalstatus if self._process.signalstatus else int(self._process.exitstatus)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return not self._process.isalive()

    @property
    def faults(self) -> list[str]:
        """What a shell would find wrong with the terminal now."""
        now = termios.tcgetattr(self._process.fd)
        found = [name for at, name in enumerate(("iflag", "oflag", "cflag", "lflag")) if now[at] != self._before[at]]
        found += ["cursor hidden"] if self.screen.cursor.hidden else []
        found += ["bracketed paste on"] if BRACKETED in self.screen.mode else []
        found += ["alternate screen on"] if ALTERNATE in self.screen.mode else []
        attributes = self.screen.cursor.attrs
        return found + (["colours left on"] if attributes != self.screen.default_char else [])

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the window: the terminal is gone, and the kernel says SIGHUP."""
        self._close()
        end = time.monotonic() + PATIENCE
        while self._process.isalive():
            assert time.monotonic() < end, "it outlives its terminal"
            time.sleep(0.01)

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process.isalive():
            self.signal(signal.SIGKILL)
            self._process.wait()
        if not self._process.closed:
            self._close()

    def _close(self) -> None:
        """Close our end, and have the library know: it would close it again, whatever has its number then."""
        self._process.fileobj.close()
        self._process.closed = self._ended = True

    def __str__(self) -> str:
        return "\n".join(
            ["— scrolled away:", *self.scrolled[-20:], "— on screen:", *self.rows, f"— {self.raw[-300:]!r}"]
        )
