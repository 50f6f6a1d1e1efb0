"""Edits of a transcript that `replay --verify` does not notice yet. None of them crashes it."""

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
