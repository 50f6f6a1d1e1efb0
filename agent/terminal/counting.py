"""How far a long piece of work in one thread has come: a count with seconds, at a terminal that can go back only."""

from argparse import Namespace
from collections.abc import Generator, Iterable, Sequence
from typing import TypeVar

from agent.terminal.status import EXPECTED, Status, can_go_back

Thing = TypeVar("Thing")


class Counting:
    """`over` what is to be done. In between, `tell` says what a request waits for; then the count is back."""

    def __init__(self, lang: str, flags: Namespace) -> None:
        live = can_go_back(flags.plain)
        self._status = Status(lang, live=live, quiet=flags.quiet)
        self._counts = live and not flags.quiet
        self._done = self._total = 0

    def over(self, things: Sequence[Thing]) -> Generator[Thing]:
        """The things, one by one. A short piece of work is not told of."""
        return self.of(things, len(things))

    def of(self, things: Iterable[Thing], total: int) -> Generator[Thing]:
        """The same where getting at each of them is the work, and there will be `total` of them."""
        self._done, self._total = 0, total
        self._show()
        try:
            for thing in things:
                yield thing
                self._done += 1
                self._show()
        finally:
            self._total = 0
            self._show()

    def tell(self, key: str, /, **values: object) -> None:
        """As Status.tell, for a request that is part of the work."""
        if key and (key not in EXPECTED or not self._total):
            self._status.tell(key, **values)
        else:
            self._show()

    def _show(self) -> None:
        if self._counts and self._total:
            self._status.tell("wait.counting", done=self._done, of=self._total)
        else:
            self._status.tell("")
