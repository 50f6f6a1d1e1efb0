"""On a real pseudo terminal: of what comes out, everything is text or one of prompt-toolkit's own few sequences."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.endpoint.scripted import Script, call, obey, say
from tests.security import poisoned
from tests.security.escapes import EVERYTHING, IN_A_LINE, obeyed
from tests.security.poisoned import MARK, OWN

ROOT = Path(__file__).parents[2]
# Colours, moving and erasing, the cursor and its keys, wrapping, bracketed paste, where the cursor is.
_COLOUR = "(?:[0-9]|[1-4][0-9]|9[0-7])"
_OWN = re.compile(
    rf"\x1b\[(?:{_COLOUR}(?:;{_COLOUR})*)?m|\x1b\[[0-9]{{0,3}}[ABCDJK]|\x1b\[6n|\x1b\[\?(?:1|7|12|25|2004)[hl]"
    r"|\x1b\[(?:1;1)?H|\r|\x08"
)
TEXT = f"{IN_A_LINE}\n{EVERYTHING}"


def heard(home: Path, *arguments: object, lines: tuple[str, ...] = ()) -> str:
    """What razbor writes on a terminal of its own, a line typed whenever it falls silent."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *map(str, arguments)], stdin=its, stdout=its, stderr=its, cwd=ROOT,
        start_new_session=True,
        env={**os.environ, "RAZBOR_HOME": str(home), "TERM": "xterm-256color", "NO_PROXY": "*", "LANG": "C.UTF-8"},
    )  # fmt: skip
    os.close(its)
    left, all_of_it, end = list(lines), b"", time.monotonic() + 60
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.6)[0]:
                try:
                    piece = os.read(ours, 65536)
                except OSError:
                    break
                all_of_it += piece
                os.write(ours, b"\x1b[1;1R" * piece.count(b"\x1b[6n"))
            elif process.poll() is not None:
                break
            elif b"> " in all_of_it or not lines:  # before, the kernel itself would echo what is typed
                os.write(ours, left.pop(0).encode() + b"\r" if left else b"\x04")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return all_of_it.decode()


def clean(shown: str) -> None:
    assert MARK in shown
    assert not obeyed(_OWN.sub("", shown)), obeyed(_OWN.sub("", shown))[:5]


@pytest.mark.slow
def test_an_interview_with_a_hostile_bank(home: Path, tmp_path: Path) -> None:
    flags = ("--bank", poisoned.bank(tmp_path / "bank", TEXT), "--no-builtin", "--question", OWN, "--grader", "local")
    clean(heard(home, *flags, lines=("/hint", f"{MARK} said", "/score", "/dispute m1 no", "/quit")))
    clean(heard(home, "report", "latest"))
    clean(heard(home, "sessions", "show", "latest"))
    clean(heard(home, "replay", next((home / "transcripts").glob("*.jsonl")), "--speed", "100"))
    clean(heard(home, "bank", "show", OWN, *flags[:3]))


@pytest.mark.slow
def test_an_interview_with_a_hostile_model(home: Path) -> None:
    words = f"{MARK} {TEXT}"
    turns = [call("fetch_question", text=words), say(f"Tell me more, {words}?")]
    with Script(*turns, models=[f"{MARK} {IN_A_LINE}"], forever=obey) as server:
        clean(heard(home, "--base-url", server.url, "-v", "--grader", "local", lines=("A pod.", "/quit")))
    with Script(models=[f"{MARK} {IN_A_LINE}"], forever=obey) as server:
        clean(heard(home, "doctor", "--base-url", server.url))


@pytest.mark.slow
def test_a_paste_of_escapes_is_shown_as_signs(home: Path) -> None:
    """A paste reaches the terminal through prompt-toolkit, which shows controls as ^[ and the like."""
    pasted = f"\x1b[200~{MARK} \x1b]0;owned\x07 \x9b31m \x1b[66;66H\x1b[201~"
    shown = heard(home, "--question", "kubernetes-primitives", "--grader", "local", lines=(pasted, "/quit"))
    clean(shown)
