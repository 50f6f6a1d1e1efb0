"""A verdict disputed in an interview: on record beside the grade, which stays as it is."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from agent.terminal.lines import PipedLines
from tests.conftest import Run

ONE = ("--question", "kubernetes-primitives", "--follow-ups", "0")
TWO = (*ONE, "--question", "lora-fine-tuning")
ANSWER = "A pod is the smallest schedulable unit; services select pods by labels."
Find = Callable[[], Path]


def of_type(path: Path, kind: str) -> list[dict[str, object]]:
    return [event for event in map(json.loads, path.read_text("utf-8").splitlines()) if event["type"] == kind]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_dispute_is_recorded_replayed_and_verified(razbor: Run, transcript: Find, lang: str) -> None:
    typed = f"{ANSWER}\n/dispute kp1 I named the machine\\nas well\nnot an answer to the first question\n"
    done = razbor(*TWO, "--lang", lang, stdin=typed)
    confirmed = {"en": "Recorded: you dispute kp1.", "ru": "Записано: вы оспорили kp1."}[lang]
    assert done.returncode == 0
    assert done.stdout.count(confirmed) == 1
    (dispute,) = of_type(transcript(), "dispute")
    assert (dispute["question"], dispute["line"]) == ("kubernetes-primitives", "kp1")
    assert dispute["reason"] == "I named the machine\nas well"
    grades = of_type(transcript(), "grade")
    assert [grade["question"] for grade in grades] == ["kubernetes-primitives", "lora-fine-tuning"]
    assert dispute["verdict"] == grades[0]["key_points"][0]["verdict"]  # type: ignore[index]
    verified = razbor("replay", str(transcript()), "--verify")
    assert (verified.returncode, "0 differences" in verified.stdout) == (0, True)
    played = razbor("replay", str(transcript())).stdout
    assert "> /dispute kp1 I named the machine" in played
    assert confirmed in played


def test_verify_notices_a_changed_dispute(razbor: Run, transcript: Find, tmp_path: Path) -> None:
    razbor(*TWO, stdin=f"{ANSWER}\n/dispute m1 no\nx\n")
    forged = tmp_path / "forged.jsonl"
    text = transcript().read_text("utf-8")
    forged.write_text(re.sub('"verdict": "[a-z_]+", "reason"', '"verdict": "unsure", "reason"', text), "utf-8")
    done = razbor("replay", str(forged), "--verify")
    assert done.returncode == 3
    assert "dispute.verdict" in done.stdout


def test_the_ids_are_on_the_card_and_in_the_help(razbor: Run) -> None:
    done = razbor(*ONE, stdin=f"/help\n{ANSWER}\n")
    for line_id in (*(f"kp{n}" for n in range(1, 9)), "m1", "m2", "m3"):
        assert len(re.findall(rf"^  [+\-!?.] {line_id} ", done.stdout, re.MULTILINE)) == 1
    assert "/dispute LINE reason" in done.stdout


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/dispute", "kp8, m1, m2, m3"),
        ("/dispute m9 because", "no line m9"),
        ("/dispute because I said it", "no line because"),
        ("/dispute m1", "/dispute m1 reason"),
    ],
)
def test_a_dispute_that_lacks_something_is_told_what(razbor: Run, transcript: Find, typed: str, says: str) -> None:
    done = razbor(*TWO, stdin=f"{ANSWER}\n{typed}\n")
    assert says in done.stdout.replace("\n", " ")
    assert not of_type(transcript(), "dispute")
    assert [grade["question"] for grade in of_type(transcript(), "grade")] == ["kubernetes-primitives"]


def test_there_is_nothing_to_dispute_before_the_first_card(razbor: Run, transcript: Find) -> None:
    typed = f"/dispute m1 too early\n{ANSWER}\n/dispute m1 at the follow-up\n"
    done = razbor("--question", "kubernetes-primitives", stdin=typed)
    assert done.stdout.count("nothing to dispute yet") == 2
    assert not of_type(transcript(), "dispute")


def test_at_a_follow_up_or_after_a_skip_it_is_about_the_last_card(razbor: Run, transcript: Find) -> None:
    typed = f"{ANSWER}\nand labels\n/skip\nan answer\n/dispute m2 of the first question\n"
    questions = ("kubernetes-primitives", "lora-fine-tuning", "rag-end-to-end")
    razbor(*(part for name in questions for part in ("--question", name)), stdin=typed)
    assert [dispute["question"] for dispute in of_type(transcript(), "dispute")] == ["kubernetes-primitives"]


def test_the_last_card_can_be_disputed_too(razbor: Run, transcript: Find) -> None:
    typed = f"{ANSWER}\n\n/dispute M1: I said so\n/dispute кп2 и это тоже\nno more questions\n/dispute m2 too late\n"
    done = razbor(*ONE, stdin=typed)
    assert [dispute["line"] for dispute in of_type(transcript(), "dispute")] == ["m1", "kp2"]
    assert of_type(transcript(), "end")[0]["reason"] == "completed"
    assert done.stdout.count("── Summary") == 1
    assert razbor("replay", str(transcript()), "--verify").returncode == 0


@pytest.mark.parametrize("more", ["", "/dispute m1 half a li"])
def test_a_pipe_left_open_is_not_waited_for(home: Path, more: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *ONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(f"{ANSWER}\n{more}".encode())
    process.stdin.flush()
    assert process.wait(timeout=20) == 0
    process.communicate()
    assert len(list((home / "transcripts").glob("*.jsonl"))) == 1


@pytest.mark.parametrize(
    ("written", "ready"), [(b"", False), (b"half a line", False), (b"a line\n", True), (b"a line\nhalf", True)]
)
def test_whether_a_turn_is_there_is_known_without_waiting(written: bytes, ready: bool) -> None:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as stream, os.fdopen(into, "wb", buffering=0) as writer:
        writer.write(written)
        lines = PipedLines(stream)
        assert lines.ready() is ready
        writer.close()
        assert lines.ready() is bool(written)
        assert lines.read() == (written.decode().partition("\n")[0] + "\n" * (b"\n" in written) if written else None)


def test_a_live_interview_refuses_it(razbor: Run, transcript: Find) -> None:
    done = razbor(*TWO, "--mode", "live", stdin=f"{ANSWER}\n/dispute m1 no\n/dispute m9\nx\n/dispute m1 at the end\n")
    assert done.stdout.count("/dispute is for practice") == 2
    assert not of_type(transcript(), "dispute")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_terminal_ends_after_the_last_card_and_names_the_report(transcript: Find, lang: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *ONE, "--plain", "--lang", lang], stdin=theirs, stdout=theirs, stderr=theirs,
        cwd=Path(__file__).parents[2], env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(theirs)
    _await(ours, "> ")
    time.sleep(0.3)
    os.write(ours, f"{ANSWER}\r".encode())
    shown = _rest(ours)
    assert "`razbor report`" in shown
    assert {"en": "Saved:", "ru": "Сохранено:"}[lang] in shown
    assert process.wait(timeout=20) == 0
    os.close(ours)
    assert of_type(transcript(), "end")[0]["reason"] == "completed"


def _await(terminal: int, text: str) -> None:
    seen = b""
    while text.encode() not in seen:
        seen += os.read(terminal, 4096)


def _rest(terminal: int) -> str:
    """All that is written until nobody writes any more."""
    seen = b""
    with suppress(OSError):  # how Linux says that the other side has closed
        while chunk := os.read(terminal, 4096):
            seen += chunk
    return seen.decode()
