"""razbor in a process that dies, as by `kill -9`, right after its N-th event is on disk.

python -m tests.agent.dying N ARGUMENT…      # the arguments of razbor
"""

import os
import signal
import sys
from pathlib import Path

from agent.cli import main


def die_after(events: int) -> None:
    """Kill this process once so many events of a transcript were synced."""
    sync, left = os.fsync, iter(range(events - 1, -1, -1))

    def fsync(file: int) -> None:
        sync(file)
        if Path(f"/proc/self/fd/{file}").readlink().suffix == ".jsonl" and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync


if __name__ == "__main__":
    die_after(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
