"""A closed window, a kill, and Ctrl-Z: what was said stays, and the terminal can be used."""

import shlex
import signal
from pathlib import Path

import pytest

from tests.endpoint.scripted import Script
from tests.terminal.conftest import Open
from tests.terminal.driving import CTRL_Z, ENTER, Terminal, razbor
from tests.terminal.talking import QUESTION, events_of, said
from tests.terminal.test_tty_interrupting import asking, slow_turn

TWO = ("--question", QUESTION, "--question", "rag-end-to-end", "--follow-ups", "0")


def half_way(tty: Open) -> Terminal:
    one = tty(*TWO)
    one.wait_for_prompt()
    one.type(f"Под — единица.{ENTER}")
    one.wait_for("Question 2 of 2")
    one.wait_for_prompt()
    one.type("half typed")
    one.wait_for("half typed")
    return one


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_record_whole_and_the_terminal_sane(tty: Open, home: Path, number: int) -> None:
    one = half_way(tty)
    one.signal(number)
    assert one.status() in (-number, 128 + number)
    assert said(home) == ["Под — единица."]
    assert one.faults == []
    assert b"Traceback" not in one.raw
    goes_on(tty, home)


@pytest.mark.slow
def test_a_closed_window_leaves_the_record_whole(tty: Open, home: Path) -> None:
    one = half_way(tty)
    one.hang_up()
    assert said(home) == ["Под — единица."]
    goes_on(tty, home)


@pytest.mark.slow
def test_a_window_closed_while_a_model_thinks_leaves_the_record_whole(tty: Open, home: Path) -> None:
    with Script(forever=slow_turn) as server:
        one = asking(tty, server)
        one.wait_for("Question 1 of 1")
        one.wait_for("thinking")
        one.hang_up()
    assert events_of(home)[0]["type"] == "session"


def goes_on(tty: Open, home: Path) -> None:
    """`razbor resume` stands where it stopped."""
    two = tty("resume")
    two.wait_for("Question 2 of 2")
    two.wait_for_prompt()
    two.type(f"Retrieval.{ENTER}")
    assert two.status() == 0
    assert said(home) == ["Под — единица.", "Retrieval."]


@pytest.mark.slow
def test_ctrl_z_gives_the_shell_its_terminal_and_fg_goes_on(tty: Open, home: Path) -> None:
    shell = tty(command=["bash", "--norc", "--noprofile", "-i"], PS1="shell> ")
    shell.wait_for("shell>")
    shell.type(f"{shlex.join(razbor(*TWO[:2], *TWO[4:]))}{ENTER}")
    shell.wait_for("Question 1 of 1")
    shell.wait_for_prompt()
    shell.type("A pod")
    shell.wait_for("> A pod")
    shell.type(CTRL_Z)
    shell.wait_for("Stopped")
    shell.type(f"stty -a | grep -o -w -e '-\\?echo' -e '-\\?icanon'; echo stty''told{ENTER}")
    shell.wait_for("sttytold")
    assert "icanon" in shell.text
    assert "-icanon" not in shell.text
    assert "-echo " not in shell.text
    assert not shell.screen.cursor.hidden
    shell.type(f"fg{ENTER}")
    shell.wait(lambda: shell.rows[shell.cursor[0]] == "> A pod", "the prompt")
    shell.type(f" is a unit.{ENTER}")
    shell.wait_for("Saved:")
    shell.type(f"exit{ENTER}")
    assert shell.status() == 0
    assert said(home) == ["A pod is a unit."]
