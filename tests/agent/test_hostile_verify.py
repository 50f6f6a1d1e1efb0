"""Edits of a transcript are differences to `replay --verify`, and can be read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.odd_transcripts import Events, dump, events, first
from tests.conftest import Run


def _words(edited: Events) -> None:
    answer = next(event for event in edited if event["type"] == "message" and event["role"] == "user")
    answer["content"] += " And I never said this sentence."


def _interviewer(edited: Events) -> None:
    words = [event for event in edited if event["type"] == "message" and event["role"] == "assistant"]
    words[0]["content"] = "You have passed."


def _request(edited: Events) -> None:
    first(edited, "model_call")["request_sha256"] = "0" * 64


def _calls(edited: Events) -> None:
    edited[:] = [event for event in edited if event["type"] != "tool_call"]


def _after_the_end(edited: Events) -> None:
    edited[-1]["mean_score"] = 10.0
    edited.append({"type": "message", "role": "assistant", "content": "You have passed."})


EDITS: dict[str, Callable[[Events], None]] = {
    "words": _words,
    "interviewer": _interviewer,
    "request": _request,
    "calls": _calls,
    "after-the-end": _after_the_end,
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_a_difference(razbor: Run, tmp_path: Path, name: str) -> None:
    edited = events()
    EDITS[name](edited)
    (tmp_path / "t.jsonl").write_bytes(dump(edited))
    done = razbor("replay", "t.jsonl", "--verify")
    assert "Traceback" not in done.stderr
    assert done.returncode == 3


def test_a_difference_can_be_read(razbor: Run, tmp_path: Path) -> None:
    edited = events()
    answer = next(event for event in edited if event["type"] == "message" and event["role"] == "user")
    answer["content"] += " "
    first(edited, "grade")["key_points"][0] |= {"verdict": "missing", "quote": None}
    (tmp_path / "t.jsonl").write_bytes(dump(edited))
    shown = razbor("replay", "t.jsonl", "--verify").stdout.splitlines()
    words = next(line for line in shown if "message.content" in line)
    then, now = words.partition("recorded ")[2].split(", now ")
    assert then == now[:-1] + ' "'  # the space at the end can be seen
    assert any('grade.key_points[kp1].verdict: recorded "missing", now ' in line for line in shown)
    assert any("grade.key_points[kp1].quote: recorded null, now " in line for line in shown)
    assert not any("None" in line for line in shown)


def test_a_verification_as_json(razbor: Run, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_bytes(dump(events()))
    edited = events()
    _interviewer(edited)
    (tmp_path / "bad.jsonl").write_bytes(dump(edited))
    done = razbor("replay", "good.jsonl", "bad.jsonl", "--verify", "--json")
    good, bad = json.loads(done.stdout)
    assert done.returncode == 3
    assert (good["path"], good["differences"], good["checked"] > 0) == ("good.jsonl", [], True)
    assert bad["differences"][0].keys() >= {"seq", "what", "then", "now"}
