"""Ctrl-C in an interview: once to stop what is running, twice to leave."""

import time

from agent.loop import Leave

LEAVE_WITHIN = 2.0  # seconds between two Ctrl-C


class CtrlC:
    """Two presses within two seconds mean: leave."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def press(self) -> None:
        """Note a press; raise Leave when it is the second one."""
        now = time.monotonic()
        if now - self._last <= LEAVE_WITHIN:
            raise Leave
        self._last = now
