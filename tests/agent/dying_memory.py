"""razbor in a process that is killed (SIGKILL) at the N-th step of its memory: a statement of SQL, or a file moved.

python -m tests.agent.dying_memory N ARGUMENT…      # the arguments of razbor
"""

import os
import signal
import sqlite3
import sys
from typing import Any

from agent.cli import main


def die_at(step: int) -> None:
    """Kill this process when so many steps have begun."""
    left, connect = iter(range(step - 1, -1, -1)), sqlite3.connect

    def count(_: str) -> None:
        if next(left, -1) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.set_trace_callback(count)
        return connection

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove") and "memory" in str(args[0]):
            count(event)

    sqlite3.connect = traced
    sys.addaudithook(audit)


if __name__ == "__main__":
    die_at(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
