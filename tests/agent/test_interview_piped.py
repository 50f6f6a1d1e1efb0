"""Whole interviews through a pipe, as other programs drive them."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from transcripts.events import MessageEvent
from transcripts.reader import read

POD = "A pod is the smallest schedulable unit; it may hold several containers sharing network and volumes."
SERVICE = "A service gives a stable DNS name and load balancing and selects its pods by labels."


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_an_interview_calls_all_three_tools_scores_and_verifies(razbor: Run, transcript: Callable[[], Path]) -> None:
    done = razbor("--questions", "2", stdin=f"{POD}\n{SERVICE}\nweights are frozen\nnothing to add\n")
    assert done.returncode == 0
    assert done.stdout.count("── Score ") == 2
    assert "Summary" in done.stdout
    called = [event["name"] for event in events(transcript()) if event["type"] == "tool_call"]
    assert set(called) == {"fetch_question", "grade_answer", "reveal_breakdown"}
    checked = razbor("replay", str(transcript()), "--verify")
    assert checked.returncode == 0
    assert "0 differences" in checked.stdout


def test_verify_rejects_a_changed_score(razbor: Run, transcript: Callable[[], Path], tmp_path: Path) -> None:
    razbor("--question", "kubernetes-primitives", stdin=f"{POD}\n{SERVICE}\n")
    lines = events(transcript())
    grade = next(event for event in lines if event["type"] == "grade")
    grade["score"] = float(str(grade["score"])) + 1
    forged = tmp_path / "forged.jsonl"
    forged.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = razbor("replay", str(forged), "--verify")
    assert done.returncode == 3
    assert "grade.score" in done.stdout


def test_a_live_interview_gives_no_sign_of_quality_before_the_end(razbor: Run, transcript: Callable[[], Path]) -> None:
    done = razbor(
        "--questions", "2", "--mode", "live", "--seed", "1", stdin=f"{POD}\n{SERVICE}\n/score\n/reveal\nx\ny\n"
    )
    talk, _, _ = done.stdout.partition("── Score")
    assert "covered" not in talk
    assert talk.count("is for practice") == 2
    results = [json.loads(str(e["content"])) for e in events(transcript()) if e["type"] == "tool_result"]
    graded = [result for result in results if "status" in result]
    assert graded
    assert all(set(result) <= {"ok", "next", "do", "question_id", "status", "follow_up"} for result in graded)
    assert {result["status"] for result in graded} == {"recorded"}
    assert "Breakdown" in done.stdout


def test_skip_reveal_repeat_score_help_and_unknown_commands(razbor: Run, transcript: Callable[[], Path]) -> None:
    typed = "/hepl\n/help\n/repeat\n/score\n/skip\n/reveal\n//etc is a path\n/quit\n"
    done = razbor("--questions", "3", "--seed", "2", stdin=typed)
    assert done.returncode == 0
    assert "Did you mean /help" in done.stdout
    recorded = events(transcript())
    assert [e["reason"] for e in recorded if e["type"] == "grade" and e["status"] == "ungraded"] == ["skipped"] * 2
    assert "/etc is a path" in [e["content"] for e in recorded if e["type"] == "message" and e["role"] == "user"]
    assert recorded[-1]["reason"] == "quit"
    assert "Breakdown" in done.stdout
    assert razbor("replay", str(transcript()), "--verify").returncode == 0


def test_a_skipped_question_is_in_no_average(razbor: Run, transcript: Callable[[], Path]) -> None:
    razbor("--question", "kubernetes-primitives", "--question", "lora-fine-tuning", stdin=f"/skip\n{POD}\n{SERVICE}\n")
    end = events(transcript())[-1]
    assert (end["asked"], end["graded"]) == (2, 1)


def test_follow_ups_zero_takes_exactly_one_line_a_question(razbor: Run, transcript: Callable[[], Path]) -> None:
    razbor("--questions", "3", "--follow-ups", "0", stdin="one\ntwo\nthree\nfour\n")
    said = [e["content"] for e in events(transcript()) if e["type"] == "message" and e["role"] == "user"]
    assert said == ["one", "two", "three"]


def test_both_grades_of_a_followed_up_answer_are_recorded(razbor: Run, transcript: Callable[[], Path]) -> None:
    razbor("--question", "kubernetes-primitives", stdin=f"{POD}\n{SERVICE}\n")
    scores = [float(str(e["score"])) for e in events(transcript()) if e["type"] == "grade"]
    assert len(scores) == 2
    assert scores[1] > scores[0]


def test_an_answered_question_is_graded_at_the_end_of_input(razbor: Run, transcript: Callable[[], Path]) -> None:
    done = razbor("--questions", "5", stdin=POD)
    assert done.returncode == 0
    assert "── Score" in done.stdout
    assert "Summary" in done.stdout
    assert events(transcript())[-1]["reason"] == "end_of_input"


def test_no_input_at_all_still_ends_in_order(razbor: Run) -> None:
    done = razbor(stdin="")
    assert done.returncode == 0
    assert "Question 1 of 5" in done.stdout
    assert "Nothing was graded" in done.stdout


def test_backslash_n_is_a_line_break_within_one_answer(razbor: Run, transcript: Callable[[], Path]) -> None:
    razbor("--questions", "1", "--follow-ups", "0", stdin="first\\nsecond\n")
    assert "first\nsecond" in [e["content"] for e in events(transcript()) if e["type"] == "message"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-r", "cp866"])
def test_cyrillic_survives_in_any_encoding(razbor: Run, transcript: Callable[[], Path], encoding: str) -> None:
    answer = "Под это наименьшая единица планирования, а сервис выбирает поды по меткам"
    razbor("--questions", "1", "--lang", "ru", stdin=(answer + "\n").encode(encoding))
    assert answer in [e["content"] for e in events(transcript()) if e["type"] == "message"]


def test_escape_and_bidi_characters_never_reach_the_output(razbor: Run, tmp_path: Path) -> None:
    evil = "\x1b]52;c;aGk=\x07pod \x1b[31mred\x1b[0m \u202eback\x9b2J and \x00 labels"
    done = razbor(
        "--question", "kubernetes-primitives", "--transcript", str(tmp_path / "t.jsonl"), stdin=f"{evil}\n{evil}\n"
    )
    replayed = razbor("replay", str(tmp_path / "t.jsonl"))
    for output in (done.stdout, done.stderr, replayed.stdout):
        assert not set(output) & set("\x1b\x07\u202e\x9b\x00")
    assert "red" in replayed.stdout


def test_an_interrupt_leaves_with_130_and_everything_on_disk(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "--questions", "2"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(f"{POD}\n".encode())
    process.stdin.flush()
    for _ in range(200):
        recorded = list((home / "transcripts").glob("*.jsonl"))
        if recorded and '"type": "grade"' in recorded[0].read_text("utf-8"):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert POD in recorded[0].read_text("utf-8")


def test_a_killed_process_leaves_a_readable_transcript(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{POD}\n".encode())
    process.stdin.flush()
    while b"follow-up" not in process.stdout.readline():
        pass
    process.kill()
    process.communicate()
    (path,) = (home / "transcripts").glob("*.jsonl")
    assert POD in [event.get("content") for event in events(path)]


def test_a_full_disk_ends_the_interview_with_the_words_on_screen() -> None:
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000));"
        "from agent.cli import main; sys.exit(main(['--questions', '2', '--seed', '1']))"
    )
    words = "these words must not be lost " * 2000
    done = subprocess.run(
        [sys.executable, "-c", code], input=f"{words}\n".encode(), capture_output=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 1
    assert b"cannot be written any further" in done.stderr
    assert words.strip().encode() in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize(
    "line",
    ["слово " * 500_000, "/dispute kp1 " + "x" * 5_000_000, "\x01a\x02" * 340_000],
    ids=["answer", "command", "escapes"],
)
def test_a_line_too_long_for_a_transcript_is_refused_and_the_interview_goes_on(
    razbor: Run, transcript: Callable[[], Path], line: str, lang: str
) -> None:
    notice = {"en": "longer than 1024 kB", "ru": "длиннее 1024 КБ"}[lang]
    flags = ["--question", "kubernetes-primitives", "--grader", "local", "--lang", lang]
    done = razbor(*flags, stdin=f"{line}\nA pod.\n{line}\nA node.\n{line}\n")
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.count(notice) >= 2  # behind the last card, a line is read only where it is there already
    said = [event.content for event in read(transcript()).events if isinstance(event, MessageEvent)]
    assert [words for words in said if words.startswith("A ")] == ["A pod.", "A node."]
    assert max(map(len, said)) < 10_000
