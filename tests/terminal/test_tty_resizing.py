"""A window that becomes wider and narrower, and windows of all sizes: nothing is lost, doubled or overprinted."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from wcwidth import wcswidth

from tests.conftest import Run
from tests.endpoint.scripted import Script
from tests.terminal.conftest import Open
from tests.terminal.driving import ENTER, Terminal
from tests.terminal.talking import ONE, WORDS, ended, said, slowly, talker

TYPED = " ".join(f"typed{n:02}" for n in range(30))
NARROW = [(40, 24), (40, 5)]


def each_once(one: Terminal, words: str) -> None:
    """Each of these words is to be seen once, and in this order."""
    found = {word: one.places(word) for word in re.findall(r"[a-z]+\d\d", words)}
    assert {word: places for word, places in found.items() if len(places) != 1} == {}, str(one)
    assert all(before < after for before, after in pairwise(found.values()))


def test_a_window_that_changes_while_a_model_talks_and_while_one_types(tty: Open, home: Path) -> None:
    with Script(forever=talker(slowly(WORDS, 0.03))) as server:
        one = tty(*ONE, "--base-url", server.url, "-m", "scripted", columns=60, lines=40)
        one.wait_for("Question 1 of 1")
        for columns in (100, 40):
            one.hear(0.2)
            one.resize(columns, 40)
        one.wait_for("go on from there.")
        one.wait_for_prompt()
        each_once(one, WORDS)
        one.type(TYPED[:90])
        one.wait_for(TYPED[:90].split()[-1])
        for columns in (60, 100, 40):
            one.resize(columns, 40)
            one.settle()
        one.type(TYPED[90:])
        one.wait_for(TYPED.split()[-1])
        one.settle()
        each_once(one, TYPED)
        each_once(one, WORDS)
        one.type(ENTER)
        assert one.status() == 0
    assert said(home) == [TYPED]
    assert ended(home) == "completed"
    assert one.faults == []


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "lines"), [(60, 24), (200, 24), (80, 5), (80, 2), *NARROW])
def test_a_window_of_any_size_shows_all_that_a_pipe_gets(
    tty: Open, home: Path, razbor: Run, columns: int, lines: int
) -> None:
    answer = "A pod is the smallest unit, a node is a machine that runs pods; a service selects pods by labels."
    piped = razbor(*ONE, stdin=f"{answer}\n", COLUMNS=str(columns)).stdout
    next((home / "transcripts").glob("*.jsonl")).unlink()
    one = tty(*ONE, columns=columns, lines=lines)
    one.wait_for("examples.")
    one.wait(lambda: b"\x1b[?2004h" in one.raw, "the prompt")
    one.settle()
    one.type(answer)
    one.settle()
    one.type(ENTER)
    assert one.status() == 0
    assert said(home) == [answer]
    shown = iter([*one.scrolled, *one.rows])
    for row in piped.splitlines():
        assert row.rstrip() in shown, f"{row!r} is not to be seen, or not in its place\n{one}"
        assert wcswidth(row) <= columns or " " not in row.strip(), row
    assert one.faults == []
