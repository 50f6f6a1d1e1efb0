"""One writer a file: a lock that the system lets go of when its holder dies, however it dies."""

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":  # untried: locks a byte that no transcript reaches, so that others can still read it
    import msvcrt

    FAR = 2**40

    def _try(file: int) -> None:
        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock(file: int) -> bool:
    """Whether the open file is ours alone to write, from now until it is closed."""
    try:
        _try(file)
    except OSError:
        return False
    return True


def is_being_written(path: Path) -> bool:
    """Whether some process holds the file open as its recorder. False for one that cannot be opened."""
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY)
        try:
            return not lock(file)
        finally:
            os.close(file)
    return False
