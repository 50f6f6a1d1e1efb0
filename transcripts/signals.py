"""Where Ctrl-C takes effect, so that what is on disk and what is in the state stay the same."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is over: what is on disk is then also in the state, and the other way round."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: the gap stays
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hold_back_ctrl_c() -> None:
    """From now on Ctrl-C waits, but for where `interruptible` lets it in."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, Ctrl-C takes effect at once, also one that had to wait."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
