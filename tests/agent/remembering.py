"""What the tests of the memory share."""

import subprocess
from pathlib import Path

from agent.recollection import in_step, rebuilt
from tests.agent.interrupting import QUESTIONS, ROOT
from tools.memory import opened

ONE = ("--question", "kubernetes-primitives", "--grader", "local", "--follow-ups", "0")
ANSWER = "A pod is the smallest deployable unit, a node is a machine that runs pods.\n"
FLAGS = (*QUESTIONS, "--seed", "5", "--grader", "local")
EXAMPLES = sorted((ROOT / "transcripts" / "examples").glob("*.jsonl"))


def content(path: Path) -> list[str]:
    with opened(path) as memory:
        return memory.dump()


def agrees(home: Path) -> None:
    """What is remembered is what a new memory makes of the transcripts, and each of them is in it."""
    new, transcripts = home / "new.sqlite3", home / "transcripts"
    new.unlink(missing_ok=True)
    with opened(new) as memory:
        in_step(memory, transcripts)
    assert content(home / "memory.sqlite3") == content(new)
    with opened(new) as memory:
        assert {stamp.name for stamp in memory.known()} == {path.name for path in transcripts.iterdir()}


def newest(home: Path) -> Path:
    return max((home / "transcripts").glob("2*-*.jsonl"))


def about_memory(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if "memory" in line or "Память" in line]


def made(path: Path) -> None:
    assert rebuilt(path, path.parent / "transcripts") == len(list((path.parent / "transcripts").iterdir()))
