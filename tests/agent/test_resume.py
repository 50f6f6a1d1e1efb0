"""`razbor resume`: after kill -9, after Ctrl-C, with another model, without the bank, with a torn last line."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent.record.verify import verify
from tests.agent.interrupting import (
    ANSWERS,
    QUESTIONS,
    ROOT,
    events_of,
    interviewer,
    killed_and_resumed,
    outcome,
    run,
    typed,
)
from tests.conftest import Run
from tests.endpoint.scripted import Script, error
from tools.graders.local import LocalGrader
from transcripts.events import (
    EndEvent,
    ErrorEvent,
    GradeEvent,
    MessageEvent,
    ModelCallEvent,
    QuestionEvent,
    ResumeEvent,
)
from transcripts.reader import read
from transcripts.recorder import Recorder

FLAGS = [*QUESTIONS, "--seed", "5", "--grader", "local"]
KUBERNETES = ["--question", "kubernetes-primitives", "--seed", "5", "--grader", "local"]
Newest = Callable[[], Path]


def differences(path: Path) -> list[str]:
    return [str(difference) for difference in verify(read(path), LocalGrader()).differences]


@pytest.mark.parametrize("with_model", [False, True], ids=["embedded", "scripted model"])
@pytest.mark.slow
def test_an_interview_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path, with_model: bool) -> None:
    """Every event is tried by `python -m tests.benchmarks.killed`; here each kind of event once."""
    with Script(forever=interviewer) as server:
        flags = [*FLAGS, *(["--base-url", server.url, "-m", "scripted"] if with_model else [])]
        assert run(tmp_path / "whole", *flags, lines=ANSWERS).returncode == 0
        events = events_of(tmp_path / "whole")
        kinds = {event.type: number for number, event in enumerate(events[:-1], start=1)}
        for kind, after in kinds.items():
            resumed = killed_and_resumed(tmp_path / kind, flags, after)
            assert outcome(resumed) == outcome(events), kind
            (path,) = (tmp_path / kind / "transcripts").glob("*.jsonl")
            assert differences(path) == [], kind


def cut(path: Path, events: int, torn: bytes = b"") -> None:
    """Leave so many events, as a crash would have."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:events]) + torn)


def at_first_answer(path: Path) -> int:
    events = read(path).events
    return next(e.seq for e in events if isinstance(e, MessageEvent) and e.role == "user")


def test_nothing_interrupted_is_said_in_one_line(razbor: Run) -> None:
    nothing = razbor("resume")
    assert nothing.returncode == 2
    assert nothing.stderr.count("\n") == 1
    assert "No interview was interrupted" in nothing.stderr
    razbor(*KUBERNETES, stdin="A pod.\n")
    assert razbor("resume").returncode == 2
    assert razbor("resume", "no-such-id").returncode == 2


def test_a_finished_interview_is_not_resumed(razbor: Run, transcript: Newest) -> None:
    razbor(*KUBERNETES, stdin="A pod.\n")
    done = razbor("resume", transcript().stem)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "finished" in done.stderr


def test_the_open_question_and_what_was_said_to_it_are_shown_again(razbor: Run, transcript: Newest) -> None:
    razbor(*KUBERNETES, stdin="A pod is a thing.\n")
    cut(transcript(), at_first_answer(transcript()) + 1)
    resumed = razbor("resume", stdin="And a node is a machine.\n")
    assert resumed.returncode == 0
    assert "Explain the difference between a Kubernetes pod" in resumed.stdout
    assert "> A pod is a thing." in resumed.stdout
    assert "Summary" in resumed.stdout


def test_a_torn_line_is_kept_aside_and_reported(razbor: Run, transcript: Newest) -> None:
    razbor(*KUBERNETES, stdin="A pod is a thing.\n")
    torn = b'{"type": "message", "role": "user", "content": "half a wo'
    cut(transcript(), at_first_answer(transcript()), torn)
    resumed = razbor("resume", stdin="A pod is the smallest unit.\n")
    assert resumed.returncode == 0
    assert f"({len(torn)} bytes)" in resumed.stderr
    assert transcript().with_name(transcript().name + ".torn").read_bytes() == torn + b"\n"
    assert read(transcript()).torn is None
    assert differences(transcript()) == []


def test_two_writers_are_kept_apart(razbor: Run, transcript: Newest) -> None:
    razbor(*KUBERNETES, stdin="A pod is a thing.\n")
    cut(transcript(), at_first_answer(transcript()))
    recorder, _ = Recorder.reopen(transcript())
    with closing(recorder):
        busy = razbor("resume", transcript().stem)
        assert (busy.returncode, busy.stderr.count("\n")) == (2, 1)
        assert "another razbor is writing" in busy.stderr
        assert "No interview was interrupted" in razbor("resume").stderr  # the one that runs is none
        assert razbor("sessions", "list").stdout.endswith("running\n")
    assert razbor("sessions", "list").stdout.endswith("interrupted\n")


def test_a_resumed_interview_may_have_another_model(razbor: Run, transcript: Newest) -> None:
    with Script(forever=interviewer) as server:
        razbor(*FLAGS, stdin="\n".join(ANSWERS))
        questions = [event.seq for event in read(transcript()).events if isinstance(event, QuestionEvent)]
        cut(transcript(), questions[1])
        answers = [line for line in ANSWERS[3:] if not line.startswith("/")]
        resumed = razbor(
            "resume", "--base-url", server.url, "-m", "scripted", "--grader", "local", stdin="\n".join(answers)
        )
        assert resumed.returncode == 0, resumed.stderr
    events = read(transcript()).events
    (goes_on,) = [event for event in events if isinstance(event, ResumeEvent)]
    assert (goes_on.model, goes_on.base_url) == ("scripted", server.url)
    assert {e.model for e in events[goes_on.seq :] if isinstance(e, ModelCallEvent)} == {"scripted"}
    assert {e.model for e in events[: goes_on.seq] if isinstance(e, ModelCallEvent)} == {"embedded"}
    assert len({e.question["id"] for e in events if isinstance(e, QuestionEvent)}) == 3
    assert differences(transcript()) == []


@pytest.mark.slow
def test_the_recorded_endpoint_goes_on_though_the_environment_names_another(razbor: Run, transcript: Newest) -> None:
    with Script(forever=interviewer) as server:
        razbor(*KUBERNETES, "--base-url", server.url, "-m", "scripted", stdin="A pod.\n")
        cut(transcript(), at_first_answer(transcript()))
        resumed = razbor("resume", stdin="A pod.\n", OPENAI_BASE_URL="http://127.0.0.1:9/v1", RAZBOR_MODEL="other")
        assert resumed.returncode == 0, resumed.stderr
    assert not [event for event in read(transcript()).events if isinstance(event, ErrorEvent)]


@pytest.mark.slow
def test_a_model_that_was_given_up_gets_another_chance(razbor: Run, transcript: Newest) -> None:
    with Script(forever=interviewer) as server:
        flags = [*KUBERNETES, "--base-url", server.url, "-m", "scripted"]
        razbor(*flags, stdin="A pod.\n")
        cut(transcript(), at_first_answer(transcript()))
        server.forever = error(401)
        razbor("resume", stdin="A pod.\n")
        taken_over = next(event.seq for event in read(transcript()).events if isinstance(event, ErrorEvent))
        cut(transcript(), taken_over + 1)
        server.forever = interviewer
        assert razbor("resume", stdin="A node.\n").returncode == 0
    events = read(transcript()).events
    assert "scripted" in {event.model for event in events[taken_over:] if isinstance(event, ModelCallEvent)}
    assert differences(transcript()) == []


@pytest.mark.slow
def test_the_variable_of_a_key_is_never_taken_from_the_transcript(razbor: Run, transcript: Newest) -> None:
    with Script(forever=interviewer) as server:
        flags = [*KUBERNETES, "--base-url", server.url, "-m", "scripted", "--api-key-env", "MY_KEY"]
        razbor(*flags, stdin="A pod.\n", MY_KEY="sk-secret")
        cut(transcript(), at_first_answer(transcript()))
        seen = len(server.requests)
        refused = razbor("resume", stdin="A pod.\n", MY_KEY="sk-secret")
        assert refused.returncode == 2
        assert "--api-key-env MY_KEY" in refused.stderr
        assert len(server.requests) == seen
        resumed = razbor("resume", "--api-key-env", "MY_KEY", stdin="A pod.\n", MY_KEY="sk-secret")
        assert resumed.returncode == 0, resumed.stderr
        assert server.requests[-1].headers["authorization"] == "Bearer sk-secret"


def test_own_questions_are_resumed_without_their_bank(razbor: Run, transcript: Newest, tmp_path: Path) -> None:
    shown = razbor("bank", "show", "lora-fine-tuning", "--json").stdout
    bank = tmp_path / "bank"
    bank.mkdir()
    for number in range(3):
        question = json.loads(shown) | {"id": f"own-{number}"}
        (bank / f"own-{number}.yaml").write_text(json.dumps(question), "utf-8")
    razbor("--bank", str(bank), "--no-builtin", "--questions", "3", "--seed", "1", stdin="An answer.\n")
    whole = [e.question for e in read(transcript()).events if isinstance(e, QuestionEvent)]
    cut(transcript(), at_first_answer(transcript()) + 1)
    for path in bank.iterdir():
        path.unlink()
    assert razbor("resume", stdin="More.\nTwo.\nMore.\nThree.\nMore.\n").returncode == 0
    events = read(transcript()).events
    assert isinstance(events[-1], EndEvent)
    assert events[-1].asked == 3
    assert whole[0]["id"] in {e.question["id"] for e in events if isinstance(e, QuestionEvent)}


def test_two_ctrl_c_leave_an_interview_that_goes_on(home: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "agent", *FLAGS], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert running.stdin
    assert running.stdout
    running.stdin.write(f"{ANSWERS[0]}\n".encode())
    running.stdin.flush()
    while b"One follow-up" not in running.stdout.readline():
        pass
    while not any("How" in str(e) or "?" in str(e) for e in typed(events_of(home))) and len(events_of(home)) < 16:
        pass
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    (path,) = (home / "transcripts").glob("*.jsonl")
    assert f"razbor resume {path.stem}" in told.decode()
    assert run(home, "resume", lines=ANSWERS[1:]).returncode == 0
    whole = home / "whole"
    assert run(whole, *FLAGS, lines=ANSWERS).returncode == 0
    assert outcome(events_of(home)) == outcome(events_of(whole))
    assert differences(path) == []


def test_an_edited_record_is_not_resumed_and_stays_as_it_is(razbor: Run, transcript: Newest) -> None:
    razbor(*FLAGS, stdin="\n".join(ANSWERS[:4]))
    lines = transcript().read_bytes().splitlines(keepends=True)
    graded = next(n for n, line in enumerate(lines) if b'"type": "grade"' in line)
    swapped = [*lines[: graded - 1], *lines[graded:], lines[graded - 1]][: graded + 4]
    numbered = [json.dumps(json.loads(line) | {"seq": n}).encode() + b"\n" for n, line in enumerate(swapped)]
    transcript().write_bytes(b"".join(numbered))
    before = transcript().read_bytes()
    refused = razbor("resume", stdin="More.\n")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "cannot be resumed" in refused.stderr
    assert transcript().read_bytes() == before


def test_grades_of_a_resumed_interview_are_not_graded_again(razbor: Run, transcript: Newest) -> None:
    razbor(*FLAGS, stdin="\n".join(ANSWERS[:4]))
    graded = [event.seq for event in read(transcript()).events if isinstance(event, GradeEvent)]
    cut(transcript(), graded[-1] + 1)
    lines = transcript().read_bytes().splitlines()
    marked = json.loads(lines[graded[0]]) | {"score": 9.9}
    lines[graded[0]] = json.dumps(marked).encode()
    transcript().write_bytes(b"\n".join(lines) + b"\n")
    assert razbor("resume", stdin="\n".join(ANSWERS[4:])).returncode == 0
    scores = [event.score for event in read(transcript()).events if isinstance(event, GradeEvent)]
    assert scores[0] == 9.9


SETTLED: list[dict[str, object]] = [
    {"base_url": 5},
    {"grader": 7},
    {"timeout": "abc"},
    {"stream": "no"},
    {"model": ["m"]},
    {"dialect": "x"},
]


def edited(path: Path, events: int, **fields: object) -> None:
    """Leave so many events, the first one with other fields."""
    lines = path.read_bytes().splitlines(keepends=True)[:events]
    path.write_bytes(b"".join([json.dumps(json.loads(lines[0]) | fields).encode() + b"\n", *lines[1:]]))


@pytest.mark.parametrize("settings", SETTLED, ids=str)
def test_an_impossible_recorded_setting_is_one_line(
    razbor: Run, transcript: Newest, settings: dict[str, object]
) -> None:
    razbor(*KUBERNETES, stdin="A pod.\n")
    edited(transcript(), at_first_answer(transcript()), settings=settings)
    before = transcript().read_bytes()
    refused = razbor("resume", stdin="A pod.\n")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert transcript().read_bytes() == before


@pytest.mark.slow
def test_the_key_of_a_judge_elsewhere_does_not_go_to_the_recorded_endpoint(
    razbor: Run, transcript: Newest, home: Path
) -> None:
    with Script(forever=interviewer) as server:
        flags = [*FLAGS[:2], "--seed", "5", "--base-url", server.url, "-m", "scripted", "--grader", "judge"]
        razbor(*flags, stdin="A pod.\n")
        cut(transcript(), at_first_answer(transcript()))
        (home / "config.toml").write_text(
            f'base_url = "{server.url}"\ngrader_base_url = "http://127.0.0.1:9/v1"\ngrader_api_key_env = "JUDGE_KEY"\n'
        )
        razbor("resume", stdin="A pod.\n", JUDGE_KEY="sk-judge")
        assert not [seen for seen in server.requests if "sk-judge" in str(seen.headers)]


def test_an_interview_that_stopped_while_asking_for_a_question_that_is_gone_ends(
    razbor: Run, transcript: Newest
) -> None:
    razbor(*KUBERNETES, stdin="A pod.\n")
    kinds = [event.type for event in read(transcript()).events]
    edited(transcript(), kinds.index("plan"), pool=["gone"])
    resumed = razbor("resume", stdin="A pod.\n")
    assert resumed.returncode == 0, resumed.stderr
    assert differences(transcript()) == []


def test_a_transcript_of_any_name_is_resumed_as_the_hint_says(tmp_path: Path) -> None:
    path = tmp_path / "my notes"
    assert run(tmp_path, *KUBERNETES, "--transcript", str(path), lines=["A pod."]).returncode == 0
    cut(path, at_first_answer(path))
    resumed = run(tmp_path, "resume", str(path), lines=["A pod."])
    assert resumed.returncode == 0, resumed.stderr.decode()
