"""Ctrl-C at a terminal, once and twice, whatever is going on: said words are kept, and so is the terminal."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endpoint.judges import ANSWER, both, good
from tests.endpoint.scripted import Json, Response, Script, obey
from tests.terminal.conftest import Open
from tests.terminal.driving import CTRL_C, CTRL_D, ENTER, ROOT, Terminal
from tests.terminal.talking import ONE, QUESTION, WORDS, ended, events_of, said, slowly, talker

EXAMPLE = ROOT / "transcripts" / "examples" / "en-practice.jsonl"
SOON = 10.0  # seconds that a Ctrl-C may take on a busy machine, far fewer than what it stops


def left(one: Terminal, home: Path) -> None:
    """It was left by two Ctrl-C: saved, and with a terminal that can be used."""
    assert one.status(SOON) == 130
    assert one.faults == []
    assert b"Traceback" not in one.raw
    assert one.text.count("razbor resume") == 1
    assert ended(home) == "interrupted"


def test_ctrl_c_at_the_prompt(tty: Open, home: Path) -> None:
    one = tty(*ONE)
    one.wait_for("Question 1 of 1")
    one.wait_for_prompt()
    one.type(CTRL_C)
    one.wait_for("again within two seconds")
    one.wait_for_prompt()
    time.sleep(2.1)  # that is what two seconds are
    one.type("A pod is half")
    one.wait_for("> A pod is half")
    one.type(CTRL_C)
    one.wait_for("again within two seconds", times=2)
    one.wait(lambda: one.rows[one.cursor[0]] == "> A pod is half", "what was typed")
    one.type(CTRL_C)
    left(one, home)
    assert said(home) == []


@pytest.mark.slow
def test_what_was_typed_before_a_ctrl_c_can_be_sent(tty: Open, home: Path) -> None:
    one = tty(*ONE)
    one.wait_for_prompt()
    one.type(f"A pod{CTRL_C}")
    one.wait_for("again within two seconds")
    one.type(f" is a unit.{ENTER}")
    assert one.status() == 0
    assert said(home) == ["A pod is a unit."]
    assert one.faults == []


def asking(tty: Open, server: Script, *flags: str, **settings: int) -> Terminal:
    return tty(*ONE[:-2], *(flags or ("--grader", "local")), "--base-url", server.url, "-m", "scripted", **settings)


def slow_turn(body: Json) -> Response:
    """A model that thinks for long before its first word."""
    due = obey(body)
    return Response([20.0, *due.pieces]) if len(body["messages"]) > 3 else due


def slow_judge(body: Json) -> Response:
    return Response([20.0, *good(body).pieces])


STATES: dict[str, tuple[Callable[[Json], Response], tuple[str, ...], str]] = {
    "a model that thinks": (slow_turn, (), "thinking"),
    "words that come": (talker(slowly(WORDS, 0.5), slowly(WORDS, 0.5)), (), ""),
    "a judge that grades": (both(talker(slowly("Please begin.", 0)), slow_judge), ("--grader", "judge"), "reading"),
}


def reach(one: Terminal, server: Script, state: str) -> list[str]:
    """Bring an interview into a state; what was said till then."""
    one.wait_for("Question 1 of 1")
    if STATES[state][1]:
        one.wait_for_prompt()
        one.paste(ANSWER)
        one.type(ENTER)
        one.wait(lambda: any("tools" not in body for body in server.bodies), "a judge's request")
        one.wait_for(STATES[state][2])
        return [ANSWER]
    asked = len(server.bodies)
    one.wait(lambda: len(server.bodies) > asked or len(server.bodies) > 1, "a request for words")
    one.wait_for("thinking")
    return []


def stopped(tty: Open, server: Script, state: str) -> tuple[Terminal, list[str]]:
    """An interview that one Ctrl-C has stopped in this state, and what was said by then."""
    one = asking(tty, server, *STATES[state][1])
    words = reach(one, server, state)
    one.type(CTRL_C)
    one.wait_for("Stopped.", seconds=SOON)
    return one, words


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_one_ctrl_c_stops_what_is_running_and_the_interview_goes_on(tty: Open, home: Path, state: str) -> None:
    with Script(forever=STATES[state][0]) as server:
        one, words = stopped(tty, server, state)
        one.wait_for_prompt()
        one.type("More of it.")
        one.wait_for("> More of it.")
        one.type(f"{CTRL_C}{CTRL_C}")
        left(one, home)
    assert said(home) == words
    assert [event["name"] for event in events_of(home) if event["type"] == "command"] == ["interrupt", "interrupt"]


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_two_ctrl_c_leave_what_is_running(tty: Open, home: Path, state: str) -> None:
    with Script(forever=STATES[state][0]) as server:
        one, words = stopped(tty, server, state)
        one.type(CTRL_C)  # not sooner: two signals at once are one
        left(one, home)
    assert said(home) == words


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_leaves_the_player(tty: Open, presses: int) -> None:
    one = tty("replay", EXAMPLE)
    one.wait_for("playing")
    one.type(CTRL_C * presses)
    assert one.status(SOON) == 130
    assert one.faults == []
    assert "playing" not in one.text
    assert b"Traceback" not in one.raw


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_while_answers_are_graded_again(tty: Open, tmp_path: Path, presses: int) -> None:
    asked = []

    def judge(body: Json) -> Response:
        asked.append(1)
        return Response([3.0, *good(body).pieces])

    with Script(forever=judge) as server:
        one = tty("replay", EXAMPLE, "--regrade", "--grader", "judge", "--base-url", server.url, "-m", "scripted",
                  "--jobs", "1", "--out", tmp_path / "out")  # fmt: skip
        one.wait(lambda: bool(asked), "a judge's request")
        one.wait_for("0 of ")
        one.type(CTRL_C)
        one.wait_for("Ctrl-C again stops at once", seconds=SOON)
        if presses > 1:
            one.type(CTRL_C)
        assert one.status() == 130
    assert one.faults == []
    assert one.screen.cursor.x == 0
    assert b"Traceback" not in one.raw
    if presses == 1:
        assert "goes on from there" in one.text
    for copy in (tmp_path / "out").glob("*.jsonl"):
        assert all(json.loads(line) for line in copy.read_text("utf-8").splitlines())


def editor(folder: Path, text: str) -> str:
    """An $EDITOR that runs this shell text with the file as $1."""
    path = folder / "editor.sh"
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return os.fspath(path)


@pytest.mark.slow
def test_an_answer_is_written_in_an_editor(tty: Open, home: Path, tmp_path: Path) -> None:
    written = "printf 'First line.\\n\\nВторая строка.\\n' > \"$1\""
    one = tty(*ONE, EDITOR=editor(tmp_path, written), VISUAL="")
    one.wait_for_prompt()
    one.type(f"/edit{ENTER}")
    assert one.status() == 0
    assert said(home) == ["First line.\n\nВторая строка."]
    assert one.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_in_the_editor_is_the_editors(tty: Open, home: Path, tmp_path: Path, presses: int) -> None:
    one = tty(*ONE, EDITOR=editor(tmp_path, "echo editing; exec sleep 30"), VISUAL="")
    one.wait_for_prompt()
    one.type(f"/edit{ENTER}")
    one.wait_for("editing")
    one.type(CTRL_C)
    one.wait_for_prompt()
    if presses > 1:
        one.type(CTRL_C)
        one.hear(0.1)
        one.type(CTRL_C)
        left(one, home)
    else:
        one.type(f"A pod.{ENTER}")
        assert one.status() == 0
        assert said(home) == ["A pod."]
    assert b"Traceback" not in one.raw


def test_ctrl_d_on_an_empty_line_ends_with_a_summary(tty: Open, home: Path) -> None:
    one = tty("--question", QUESTION, "--question", "rag-end-to-end", "--follow-ups", "0")
    one.wait_for_prompt()
    one.type(f"A pod.{ENTER}")
    one.wait_for("Question 2 of 2")
    one.wait_for_prompt()
    one.type(f"half{CTRL_D}")
    one.hear(0.1)
    one.type("\x7f" * 4 + CTRL_D)
    assert one.status() == 0
    assert said(home) == ["A pod."]
    assert ended(home) == "end_of_input"
    assert "Summary" in one.text
    assert one.faults == []
