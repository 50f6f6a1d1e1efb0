"""Files and folders for nobody but their owner, whatever the umask says."""

import os
from pathlib import Path

NOT_THROUGH_LINKS = getattr(os, "O_NOFOLLOW", 0)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each with mode 0700. Raises OSError."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(exist_ok=True)  # raises where something else is there


def make_file(path: Path) -> None:
    """Make an empty file with mode 0600, and its folder, where there is none; one that is there stays. Raises OSError.

    For who opens files on its own and leaves their mode to the umask, as SQLite does.
    """
    make_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
