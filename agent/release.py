"""Which razbor this is: its version and, where that is known, the commit it was made of.

The build hook runs this file by itself, so nothing of ours is imported on top; pathlib would double the time that
`razbor --version` takes.
"""

import os
from contextlib import suppress

HERE = os.path.dirname(os.path.abspath(__file__))


def release() -> str:
    """The version, and in brackets the commit: that of the build or, in a checkout, that of the checkout."""
    from transcripts.version import VERSION

    commit = of_build() or of_checkout()
    return f"{VERSION} ({commit})" if commit else VERSION


def of_build() -> str:
    """The commit that agent/build_hook.py wrote into the package; empty where it did not."""
    with suppress(OSError), open(os.path.join(HERE, "commit.txt"), encoding="utf-8") as file:
        return file.read().strip()
    return ""


def of_checkout() -> str:
    """The commit of the repository whose top folder holds this package, `-dirty` where files differ; else empty."""
    root = os.path.dirname(HERE)
    repository = os.path.join(root, ".git")
    if not os.path.exists(repository):
        return ""
    import subprocess

    # named outright: GIT_DIR may name another repository, and the current folder is no matter
    where = [f"--git-dir={repository}", f"--work-tree={root}"]
    command = ["git", *where, "describe", "--always", "--dirty", "--exclude=*", "--abbrev=7"]
    with suppress(OSError):
        done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=root)  # noqa: S603
        return done.stdout.strip()
    return ""
