"""How far a long piece of work has come: one line on a terminal that can go back in it, else nothing."""

import threading
import time

from agent.printable import printable
from agent.terminal.status import EXPECTED, write_over
from prompts import say

BAR = 20  # columns
DONE, OPEN = "#", "-"


class Progress:
    """`live`: a terminal that can go back in a line. All but `tell` is for one thread, that for any."""

    def __init__(self, lang: str, *, live: bool) -> None:
        self.total = 0
        self._lang = lang
        self._live = live
        self._done = 0
        self._since = time.monotonic()
        self._width = 0
        self._lock = threading.Lock()
        self._waiting = ""

    def begin(self, total: int) -> None:
        """So many things are to be done, from now on."""
        self.total, self._since = total, time.monotonic()
        self.show()

    def tell(self, key: str, /, **values: object) -> None:
        """What a request waits for that is out of the ordinary; an empty key: it waits no more."""
        text = say(key, self._lang, **values) if key and key not in EXPECTED else ""
        with self._lock:
            self._waiting = text

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        self.show()

    def show(self) -> None:
        """The line as it is now."""
        if not self._live:
            return
        filled = BAR * self._done // max(self.total, 1)
        seconds = int(time.monotonic() - self._since)
        count = say("regrade.progress", self._lang, done=self._done, total=self.total)
        with self._lock:
            waiting = f" · {self._waiting}" if self._waiting else ""
        text = f"[{DONE * filled}{OPEN * (BAR - filled)}] {count}, {seconds // 60}:{seconds % 60:02}{waiting}"
        self._width = write_over(printable(text), self._width)

    def end(self) -> None:
        """Take the line away."""
        if self._live:
            write_over("", write_over("", self._width))
