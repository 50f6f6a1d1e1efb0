"""What Tab offers in an interview."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from agent.terminal.completing import Commands
from tools.interview import Interview
from transcripts.events import Event, SessionEvent
from transcripts.reader import read

EXAMPLE = Path(__file__).parents[2] / "transcripts" / "examples" / "en-practice.jsonl"


@pytest.fixture
def events() -> list[Event]:
    return list(read(EXAMPLE).events)


def offered(interview: Interview, typed: str) -> list[str]:
    return [completion.text for completion in Commands(interview).get_completions(Document(typed), CompleteEvent())]


def an_interview(events: list[Event], **changes: object) -> Interview:
    assert isinstance(events[0], SessionEvent)
    interview = Interview(events[0].model_copy(update=changes))
    for event in events:
        interview.apply(event)
    return interview


def test_commands_by_their_beginning(events: list[Event]) -> None:
    interview = an_interview(events)
    assert offered(interview, "/r") == ["/reveal", "/repeat"]
    assert "/edit" in offered(interview, "/")
    assert offered(interview, "a /r") == offered(interview, "/reveal now") == offered(interview, "") == []


def test_nothing_that_a_live_interview_refuses(events: list[Event]) -> None:
    assert offered(an_interview(events, mode="live"), "/r") == ["/repeat"]


def test_the_lines_that_can_be_disputed(events: list[Event]) -> None:
    interview = an_interview(events)
    lines = offered(interview, "/dispute ")
    assert {"kp1", "m1"} <= set(lines)
    assert offered(interview, "/dispute m") == [line for line in lines if line.startswith("m")]
    assert offered(an_interview(events[:5]), "/dispute ") == []
