"""Ctrl-C behind any event, at a terminal and on a pipe: the record verifies, and can go on."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.record.verify import verify
from tests.agent.interrupting import ANSWERS, QUESTIONS, ROOT, events_of, interviewer, outcome, run, typed
from tests.endpoint.judges import ANSWER, QUESTION, both, good
from tests.endpoint.scripted import Json, Response, Script
from tools.graders.local import LocalGrader
from transcripts.events import EndEvent, GradeEvent
from transcripts.reader import read

FLAGS = (*QUESTIONS, "--seed", "5", "--grader", "local")
KINDS = ("model_call", "tool_call", "grade", "tool_result")
QUIET = 0.4  # seconds without output: razbor waits for a line


def differences(home: Path) -> list[str]:
    (path,) = (home / "transcripts").glob("*.jsonl")
    return [str(difference) for difference in verify(read(path), LocalGrader()).differences]


def at_a_terminal(
    home: Path,
    *arguments: str,
    lines: Sequence[str],
    after: str = "0",
    started: Callable[[int], None] = lambda _: None,
) -> int:
    """razbor at a pseudo terminal, a line typed whenever it falls silent. `started` gets its process id."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.agent.dying", after, *arguments], stdin=its, stdout=its, stderr=its, cwd=ROOT,
        start_new_session=True, env={**os.environ, "RAZBOR_HOME": str(home), "TERM": "xterm", "NO_PROXY": "*"},
    )  # fmt: skip
    os.close(its)
    started(process.pid)
    left, end = list(lines), time.monotonic() + 90
    try:
        while process.poll() is None and time.monotonic() < end:
            if select.select([ours], [], [], QUIET)[0]:
                try:
                    heard = os.read(ours, 65536)
                except OSError:
                    break
                os.write(ours, b"\x1b[1;1R" * heard.count(b"\x1b[6n"))  # where the cursor is
            else:
                os.write(ours, f"{left.pop(0)}\r".encode() if left else b"\x04")
        return process.wait(10)
    finally:
        process.kill()
        os.close(ours)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_interview_left_by_ctrl_c_anywhere_ends_as_if_it_had_not_been(tmp_path: Path, kind: str) -> None:
    with Script(forever=interviewer) as server:
        flags = [*FLAGS, "--base-url", server.url, "-m", "scripted"]
        assert run(tmp_path / "whole", *flags, lines=ANSWERS).returncode == 0
        events = events_of(tmp_path / "whole")
        after = [number for number, event in enumerate(events, start=1) if event.type == kind][-2:][0]
        home = tmp_path / "left"
        left = run(home, *flags, lines=ANSWERS, dying_after=f"{after}:SIGINT")
        assert left.returncode == 130, left.stderr.decode()
        assert left.stderr.count(b"razbor resume") == 1
        assert b"press Enter to go on" not in left.stdout
        resumed = run(home, "resume", lines=ANSWERS[len(typed(events_of(home))) :])
        assert resumed.returncode == 0, resumed.stderr.decode()
        assert b"interrupt" not in resumed.stdout
    assert outcome(events_of(home)) == outcome(events)
    assert differences(home) == []


@pytest.mark.slow
def test_ctrl_c_behind_the_end_of_an_interview_changes_nothing(tmp_path: Path) -> None:
    assert run(tmp_path / "whole", *FLAGS, lines=ANSWERS).returncode == 0
    events = events_of(tmp_path / "whole")
    done = run(tmp_path / "late", *FLAGS, lines=ANSWERS, dying_after=f"{len(events)}:SIGINT")
    assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0)
    assert [event.type for event in events_of(tmp_path / "late")] == [event.type for event in events]


@pytest.mark.slow
def test_an_interview_killed_at_a_plan_and_again_once_it_went_on_goes_on(tmp_path: Path) -> None:
    assert run(tmp_path / "whole", *FLAGS, lines=ANSWERS).returncode == 0
    events = events_of(tmp_path / "whole")
    after = max(number for number, event in enumerate(events, start=1) if event.type == "plan")
    home = tmp_path / "killed"
    run(home, *FLAGS, lines=ANSWERS, dying_after=after)
    left = ANSWERS[len(typed(events_of(home))) :]
    for _ in range(2):
        assert run(home, "resume", lines=left, dying_after=1).returncode == -signal.SIGKILL
        assert differences(home) == []
    assert run(home, "resume", lines=left).returncode == 0
    assert outcome(events_of(home)) == outcome(events)
    assert differences(home) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_terminals_record_verifies_wherever_ctrl_c_came(tmp_path: Path, kind: str) -> None:
    with Script(forever=interviewer) as server:
        flags = ["--question", QUESTION, "--seed", "5", "--grader", "local", "--base-url", server.url, "-m", "scripted"]
        assert run(tmp_path / "whole", *flags, lines=ANSWERS[:2]).returncode == 0
        events = events_of(tmp_path / "whole")
        after = next(n for n, event in enumerate(events[3:], start=4) if event.type == kind or n == len(events) - 2)
        home = tmp_path / "pressed"
        assert at_a_terminal(home, *flags, lines=["A pod.", "A node.", ""], after=f"{after}:SIGINT") == 0
    assert "interrupt" in {getattr(event, "name", "") for event in events_of(home)}
    assert differences(home) == []


@pytest.mark.slow
def test_ctrl_c_while_a_slow_judge_grades_what_a_quitter_said_grades_it_again(tmp_path: Path) -> None:
    asked, process = list[int](), list[int]()

    def judge(body: Json) -> Response:
        asked.append(1)
        if len(asked) > 2:
            return good(body)
        time.sleep(2.1)  # or the second Ctrl-C would be that of two
        os.kill(process[0], signal.SIGINT)
        return Response([9.0, *good(body).pieces])

    with Script(forever=both(interviewer, judge)) as server:
        flags = ["--question", QUESTION, "--seed", "5", "--base-url", server.url, "-m", "scripted", "--grader", "judge"]
        lines = [ANSWER.replace("\n", " "), "/quit"]
        assert at_a_terminal(tmp_path, *flags, lines=lines, started=process.append) == 0
    assert len(asked) > 2
    events = events_of(tmp_path)
    assert isinstance(events[-1], EndEvent)
    assert events[-1].reason == "quit"
    assert [event.status for event in events if isinstance(event, GradeEvent)] == ["graded"]
    assert differences(tmp_path) == []
