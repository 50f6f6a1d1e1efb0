"""razbor in a process that gets a signal right after its N-th event is on disk: SIGKILL, or the one named.

python -m tests.agent.dying N[:SIGNAL] ARGUMENT…      # the arguments of razbor
"""

import os
import signal
import sys
from pathlib import Path

from agent.cli import main


def die_after(events: int, number: int = signal.SIGKILL) -> None:
    """Send this process a signal once so many events of a transcript were synced."""
    sync, left = os.fsync, iter(range(events - 1, -1, -1))

    def fsync(file: int) -> None:
        sync(file)
        if Path(f"/proc/self/fd/{file}").readlink().suffix == ".jsonl" and next(left, -1) == 0:
            os.kill(os.getpid(), number)

    os.fsync = fsync


if __name__ == "__main__":
    after, _, name = sys.argv[1].partition(":")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background passes on that it is ignored
    die_after(int(after), signal.Signals[name or "SIGKILL"])
    sys.exit(main(sys.argv[2:]))
