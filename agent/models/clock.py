"""How long a request may take, and how long it took."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from agent.models.failure import EndpointError


@dataclass(frozen=True)
class Limits:
    """Seconds. `idle`: without a sign of the turn; a CPU may read a prompt for minutes. `total`: one request."""

    connect: float = 10.0
    idle: float = 180.0
    total: float = 900.0


REMOTE = Limits(idle=60.0, total=300.0)
QUICK = Limits(connect=5.0, idle=10.0, total=15.0)


class Clock:
    """The limits that no socket timeout sees: a drip of keep-alives, a turn that never ends.

    `to_first` and `to_last` are the seconds from the request to the first and the last sign of the turn.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._begin = self._last = time.monotonic()
        self.to_first = self.to_last = 0.0

    def sign(self) -> None:
        """Something of the turn came."""
        self._last = time.monotonic()
        self.to_last = self._last - self._begin
        self.to_first = self.to_first or self.to_last

    def watch(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces, as long as the limits hold."""
        for piece in pieces:
            now = time.monotonic()
            if now - self._begin > self._limits.total or now - self._last > self._limits.idle:
                raise EndpointError("timeout", f"{now - self._begin:.0f} s")
            yield piece
