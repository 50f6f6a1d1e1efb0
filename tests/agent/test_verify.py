"""`replay --verify`: an edit in any kind of event is a difference that names event and field, then and now."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.agent.interrupting import interviewer
from tests.conftest import Run
from tests.endpoint.scripted import Script

Json = dict[str, Any]
Newest = Callable[[], Path]
LINES = "A pod is the smallest unit.\n/repeat\nA node is a machine.\n/dispute kp1 I said that\n/skip\n"
FLAGS = (
    "--question", "kubernetes-primitives", "--question", "lora-fine-tuning", "--seed", "5", "--grader", "local",
)  # fmt: skip

EDITS: dict[str, Any] = {  # field of an event, and another value
    "session.tools": [],
    "plan.question": "lora-fine-tuning",
    "question.number": 7,
    "message.content": "Something else was said.",
    "model_call.request_sha256": "0" * 64,
    "tool_call.arguments": '{"topic": "mlops"}',
    "tool_result.content": '{"ok": true}',
    "grade.score": 9.9,
    "dispute.verdict": "unsure",
    "end.mean_score": 9.9,
}


@pytest.fixture
def rows(razbor: Run, transcript: Newest) -> list[Json]:
    assert razbor(*FLAGS, stdin=LINES).returncode == 0
    return [json.loads(line) for line in transcript().read_text("utf-8").splitlines()]


def save(path: Path, rows: list[Json]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


@pytest.mark.parametrize("place", EDITS)
def test_an_edit_is_named(razbor: Run, rows: list[Json], tmp_path: Path, place: str) -> None:
    kind, field = place.split(".")
    row = next(row for row in rows if row["type"] == kind and row.get("role") not in ("system", "user"))
    row[field] = EDITS[place]
    done = razbor("replay", save(tmp_path / "t.jsonl", rows), "--verify")
    assert done.returncode == 3, done.stdout
    assert f"event {row['seq']}, {place}" in done.stdout


@pytest.mark.parametrize("kind", ["plan", "question", "message", "model_call", "tool_call", "tool_result", "grade"])
def test_an_event_that_is_missing_is_where_the_ways_part(
    razbor: Run, rows: list[Json], tmp_path: Path, kind: str
) -> None:
    gone = [row for row in rows if row["type"] == kind][-1]
    left = [row | {"seq": n} for n, row in enumerate(row for row in rows if row is not gone)]
    done = razbor("replay", save(tmp_path / "t.jsonl", left), "--verify")
    assert done.returncode == 3, done.stdout
    assert f"event {gone['seq']}, event: recorded {left[gone['seq']]['type']}, now " in done.stdout


def test_a_request_that_was_not_recorded_is_set_beside_the_nearest(
    razbor: Run, rows: list[Json], tmp_path: Path
) -> None:
    """The candidate's words are edited: the request that carries them has no recorded answer, and none is asked for."""
    answer = next(row for row in rows if row["type"] == "message" and row["role"] == "user")
    following = next(row for row in rows[answer["seq"] :] if row["type"] == "model_call")
    before = len(following["messages"]) - 1
    answer["content"] += " And a Deployment."
    done = razbor("replay", save(tmp_path / "t.jsonl", rows), "--verify")
    assert done.returncode == 3
    told = f"(as in event {following['seq']}: the first {before} of {before + 1} messages)"
    assert f"event {following['seq']}, model_call.request_sha256" in done.stdout
    assert told in done.stdout


def test_a_damaged_file_does_not_hide_the_others(razbor: Run, rows: list[Json], tmp_path: Path) -> None:
    good, bad = save(tmp_path / "good.jsonl", rows), tmp_path / "bad.jsonl"
    bad.write_text("nothing\n", "utf-8")
    done = razbor("replay", str(bad), good, "--verify")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "good.jsonl: " in done.stdout


def test_many_files_are_verified_by_several_processes_in_their_order(
    razbor: Run, rows: list[Json], tmp_path: Path
) -> None:
    names = [save(tmp_path / f"{n:02}.jsonl", rows) for n in range(25)]
    (tmp_path / "11.jsonl").write_text("nothing\n", "utf-8")
    done = razbor("replay", *names, "--verify", "--json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "11.jsonl" in done.stderr
    assert [row["path"] for row in json.loads(done.stdout)] == [name for name in names if "11.jsonl" not in name]


def test_another_system_prompt_is_told_and_is_no_difference(razbor: Run, rows: list[Json], tmp_path: Path) -> None:
    prompt = next(row for row in rows if row["type"] == "message" and row["role"] == "system")
    prompt["content"] += " Be brief."
    done = razbor("replay", save(tmp_path / "t.jsonl", rows), "--verify")
    assert "the system prompt is worded otherwise today" in done.stdout
    assert "message.content" not in done.stdout


def test_it_never_asks_the_endpoint(razbor: Run, transcript: Newest) -> None:
    with Script(forever=interviewer) as server:
        razbor(*FLAGS, "--base-url", server.url, "-m", "scripted", stdin=LINES)
        asked = len(server.requests)
        done = razbor("replay", str(transcript()), "--verify")
        assert (done.returncode, len(server.requests)) == (0, asked), done.stdout
