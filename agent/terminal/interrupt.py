"""Ctrl-C in a long piece of work: once to stop in an orderly way, twice to stop at once."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from agent.exits import INTERRUPTED


class Interrupt:
    """`asked` once Ctrl-C was pressed."""

    asked = False


@contextmanager
def stoppable(text: str) -> Iterator[Interrupt]:
    """Within, the first Ctrl-C says `text` and is remembered; the second ends the process, threads and all."""
    interrupt = Interrupt()

    def pressed(_number: int, _frame: FrameType | None) -> None:
        if interrupt.asked:
            os.write(sys.stderr.fileno(), b"\n")  # the shell's prompt begins a line of its own
            os._exit(INTERRUPTED)  # an orderly exit would wait for the threads; what is on disk is whole
        interrupt.asked = True
        os.write(sys.stderr.fileno(), f"\n{text}\n".encode())  # print may be what was interrupted

    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
