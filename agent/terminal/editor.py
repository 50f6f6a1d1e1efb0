"""An answer written in the candidate's own editor."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from agent.terminal.lines import decode, echoing
from transcripts.signals import interruptible

FALLBACK = "notepad" if sys.platform == "win32" else "vi"  # there is one on every system of its kind


def edited() -> str | None:
    """What the candidate has written in $VISUAL or $EDITOR; None where that could not be started, or failed."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    with tempfile.TemporaryDirectory(prefix="razbor-") as folder:  # nobody else may look into it
        path = Path(folder) / "answer.md"
        path.touch()
        ctrl_c = signal.signal(signal.SIGINT, lambda *_: None)  # is the editor's now
        try:
            with (
                echoing(sys.stdin.fileno(), on=True),
                interruptible(),
            ):  # a child has the signals that are held back here held back as well
                failed = subprocess.call([*shlex.split(command), str(path)])  # noqa: S603 - the command is the user's
            return None if failed else decode(path.read_bytes()).replace("\r\n", "\n").strip()
        except (OSError, ValueError):  # there is no such program; a quotation mark is missing
            return None
        finally:
            signal.signal(signal.SIGINT, ctrl_c)
