"""One line that says what is being waited for, and for how many seconds; it goes away when the wait is over."""

import os
import shutil
import sys
import threading
import time

from agent.printable import printable
from agent.terminal.columns import clip, columns
from prompts import say

AFTER = 0.3  # seconds: shorter waits need no word
EVERY = 0.1
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
EXPECTED = ("wait.model", "wait.judge", "wait.endpoint")  # need no line of their own


def is_plain(plain: bool) -> bool:
    """Whether nothing but lines may be written, one after the other: no colour, no cursor movement, no spinner."""
    return plain or os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))


def can_go_back(plain: bool) -> bool:
    """Whether a line on stderr can be written over."""
    return sys.stderr.isatty() and not is_plain(plain)


class Status:
    """With `live` (a terminal that can go back in a line) a line with seconds; else long waits are told once."""

    def __init__(self, lang: str, *, live: bool, quiet: bool = False) -> None:
        self._lang = lang
        self._live = live
        self._quiet = quiet
        self._text = ""
        self._told = ""
        self._begin = 0.0
        self._stop = threading.Event()
        self._ticker: threading.Thread | None = None

    def tell(self, key: str, /, **values: object) -> None:
        """What is being waited for from now on; an empty key: nothing."""
        text = printable(say(key, self._lang, **values)) if key and not self._quiet else ""
        if not self._live:
            if text and key not in EXPECTED and text != self._told:
                print(text, file=sys.stderr, flush=True)
                self._told = text
            return
        if text and not self._text:
            self._begin = time.monotonic()
        self._text = text
        if text and self._ticker is None:
            self._stop.clear()
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        elif not text:
            self._end()

    def _end(self) -> None:
        if self._ticker is not None:
            self._stop.set()
            self._ticker.join()
            self._ticker = None

    def _tick(self) -> None:
        wait, ticks, shown = AFTER, 0, 0
        while not self._stop.wait(wait):
            seconds = f"{time.monotonic() - self._begin:.0f} {say('wait.seconds', self._lang)}"
            line = f"{SPINNER[ticks % len(SPINNER)]} {self._text}, {seconds}"
            shown = write_over(line, shown)
            wait, ticks = EVERY, ticks + 1
        if shown:
            write_over("", shown)
            write_over("", 0)


def write_over(line: str, shown: int) -> int:
    """Write a line over one of `shown` columns, so that both fit the terminal. Returns the columns it takes."""
    line = clip(line, shutil.get_terminal_size((80, 24)).columns - 1)
    width = columns(line)
    sys.stderr.write("\r" + line + " " * (shown - width))
    sys.stderr.flush()
    return width
