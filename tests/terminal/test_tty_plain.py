"""Where no cursor may move: not one escape, neither on stdout nor on stderr, and answering works all the same."""

import re
import shlex
from pathlib import Path

import pytest

from tests.endpoint.scripted import Script
from tests.terminal.conftest import Open
from tests.terminal.driving import CTRL_C, CTRL_D, ENTER, Terminal, razbor
from tests.terminal.talking import ONE, QUESTION, WORDS, ended, said, slowly, talker
from tests.terminal.test_tty_typing import PASTED

WAYS = {"NO_COLOR": ((), {"NO_COLOR": "1"}), "dumb": ((), {"TERM": "dumb"}), "--plain": (("--plain",), {})}
TWO = ("--question", QUESTION, "--question", "rag-end-to-end", "--follow-ups", "0")


def still(one: Terminal) -> None:
    """Nothing but text: no escape, no backspace, no return without a new line."""
    assert b"\x1b" not in one.raw, one.raw[max(one.raw.find(b"\x1b") - 60, 0) :][:120]
    assert not re.search(rb"\r(?![\r\n])|[\x00-\x08\x0b\x0c\x0e-\x1f]", one.raw.rstrip(b"\r")), str(one)
    assert one.faults == []


@pytest.mark.parametrize(
    "way", ["NO_COLOR", *(pytest.param(each, marks=pytest.mark.slow) for each in ("dumb", "--plain"))]
)
def test_an_interview_in_plain_text(tty: Open, home: Path, way: str) -> None:
    flags, env = WAYS[way]
    one = tty(*TWO, *flags, **env)
    one.wait_for("Question 1 of 2")
    one.wait_for("examples.")
    one.settle()
    one.type(f"Под — единица.{ENTER}")
    one.wait_for("Question 2 of 2")
    one.settle()
    one.paste(PASTED + "\n")
    one.settle(0.5)
    if not one.ended:
        one.type(ENTER)
    assert one.status() == 0
    assert said(home) == ["Под — единица.", PASTED]
    assert "Summary" in one.text
    still(one)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_model_talks_in_plain_text(tty: Open, home: Path, way: str) -> None:
    flags, env = WAYS[way]
    with Script(forever=talker(slowly(WORDS, 0.05))) as server:
        one = tty(*ONE, "--base-url", server.url, "-m", "scripted", *flags, **env)
        one.wait_for("go on from there.")
        one.settle()
        one.type(f"A pod.{ENTER}")
        assert one.status() == 0
    assert said(home) == ["A pod."]
    assert one.text.count("word39") == 1
    still(one)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_and_ctrl_d_in_plain_text(tty: Open, home: Path, way: str) -> None:
    flags, env = WAYS[way]
    one = tty(*TWO, *flags, **env)
    one.wait_for("examples.")
    one.settle()
    one.type(f"A pod.{ENTER}")
    one.wait_for("Question 2 of 2")
    one.settle()
    one.type("half")
    one.settle()
    one.type(CTRL_C)
    one.wait_for("again within two seconds")
    one.settle()
    one.type(CTRL_C)
    assert one.status() == 130
    assert (said(home), ended(home)) == (["A pod."], "interrupted")
    still(one)
    two = tty("resume", *flags, **env)
    two.wait_for("Question 2 of 2")
    two.settle()
    two.type(CTRL_D)
    assert two.status() == 0
    still(two)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["sessions", "plan", "config", "bank list", "report", "memory rebuild", "--help"])
@pytest.mark.parametrize("way", WAYS)
def test_every_other_command_in_plain_text(tty: Open, command: str, way: str) -> None:
    flags, env = WAYS[way]
    one = tty(*command.split(), *flags, **env)
    assert one.status() in (0, 2)
    assert one.raw
    still(one)


@pytest.mark.slow
def test_what_goes_to_a_file_is_plain_while_one_answers_at_a_terminal(tty: Open, home: Path, tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    one = tty(command=["sh", "-c", f"exec {shlex.join(razbor(*ONE))} > {shlex.quote(str(told))}"])
    one.wait(lambda: told.exists() and "examples." in told.read_text("utf-8"), "the question in the file")
    one.settle(0.5)
    one.type(f"A pod is a unit.{ENTER}")
    assert one.status() == 0
    assert said(home) == ["A pod is a unit."]
    assert "\x1b" not in told.read_text("utf-8")
    assert "Summary" in told.read_text("utf-8")
    assert one.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_an_interview_at_a_terminal_with_closed_streams(tty: Open, home: Path, closed: str) -> None:
    one = tty(command=["sh", "-c", f"exec {shlex.join(razbor(*ONE))} {closed}"])
    one.wait(lambda: bool(list((home / "transcripts").glob("*.jsonl"))), "a transcript")
    one.settle(1.0)
    one.type(f"A pod is a unit.{ENTER}")
    assert one.status() == 0
    assert said(home) == ["A pod is a unit."]
    assert b"Traceback" not in one.raw
    assert one.faults == []
