"""Output that nobody takes: a closed pipe, a closed stream; no traceback, and an exit status that means something."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.terminal.driving import ROOT, razbor
from tests.terminal.talking import ONE, QUESTION, events_of

EXAMPLE = ROOT / "transcripts" / "examples" / "en-practice.jsonl"
LABELLED = ROOT / "tests" / "grading" / "answers_dev.jsonl"
COMMANDS = (
    ("--help",), ONE, ("sessions",), ("sessions", "show", "latest"), ("report",), ("report", "all"),
    ("report", "--format", "html"), ("replay", EXAMPLE), ("replay", EXAMPLE, "--verify"),
    ("replay", EXAMPLE, "--regrade", "--grader", "local", "--out", "again"), ("grade", QUESTION), ("eval", "few.jsonl"),
    ("bank", "list"), ("bank", "show", QUESTION), ("bank", "check"), ("plan",), ("memory", "rebuild"),
    ("doctor", "--json"), ("config",),
)  # fmt: skip


def run(folder: Path, arguments: tuple[object, ...], redirection: str) -> subprocess.CompletedProcess[str]:
    """razbor in a shell, with an answer on stdin; the status is razbor's, not that of what reads it."""
    script = f"{shlex.join(razbor(*arguments))} {redirection}; exit ${{PIPESTATUS[0]}}"
    return subprocess.run(
        ["bash", "-c", script], input="A pod is the smallest unit, a node is a machine.\n", capture_output=True,
        text=True, cwd=folder, timeout=120, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    """A folder to run in, with an interview on record and labelled answers."""
    (home / "transcripts").mkdir(parents=True)
    (home / "transcripts" / "20260101-000000-abcd.jsonl").write_bytes(EXAMPLE.read_bytes())
    few = LABELLED.read_text("utf-8").splitlines(keepends=True)[:3]
    (tmp_path / "few.jsonl").write_text("".join(few), "utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("redirection", ["| head -1", "| true", ">&-", "2>&-", ">/dev/full"])
def test_output_of_any_command_that_nobody_takes(folder: Path, redirection: str) -> None:
    full = redirection == ">/dev/full"
    for arguments in COMMANDS:
        done = run(folder, arguments, redirection)
        command = f"{' '.join(map(str, arguments))} {redirection}: {done.returncode}, {done.stderr}"
        assert not any(word in done.stderr for word in ("Traceback", "Broken pipe", "Exception ignored")), command
        assert done.returncode in ((0, 1, 3) if full or arguments[0] == "doctor" else (0,)), command


def test_an_interview_whose_output_nobody_takes_ends_quietly(folder: Path, home: Path) -> None:
    (home / "transcripts" / "20260101-000000-abcd.jsonl").unlink()
    done = run(folder, ONE, "| true")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr
    assert events_of(home)[0]["type"] == "session"
