"""A transcript as a model and as a candidate: hands out what was recorded, in the order of the record."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agent.model import AssistantTurn, Message
from agent.models.failure import EndpointError
from agent.models.interpret import interpret
from prompts import to_model
from tools.interview import Step
from transcripts.events import (
    UNAVAILABLE,
    CommandEvent,
    DisputeEvent,
    ErrorEvent,
    Event,
    Json,
    MessageEvent,
    ModelCallEvent,
    RepairEvent,
    ToolCallEvent,
    ToolResultEvent,
)


class DivergedError(Exception):
    """Today's interview asks for something else than what was recorded next."""


class Recording:
    """The inputs of a recorded interview: model turns, the candidate's lines, and Ctrl-C."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._inputs = [event for n, event in enumerate(events) if _is_input(event) and not _came_to_nothing(events, n)]
        self._next = 0
        self._stopped = _stopped(events)
        self._calls = 0

    def take(self) -> Event | None:
        """The next input; None when the recording is over. A recorded Ctrl-C is pressed again."""
        if self._next >= len(self._inputs):
            return None
        event = self._inputs[self._next]
        self._next += 1
        if isinstance(event, CommandEvent) and event.name == "interrupt":
            raise KeyboardInterrupt
        return event

    def hear(self, event: Event) -> None:
        """A listener: press Ctrl-C again where it came while a tool was running, after the same event as then."""
        self._calls += isinstance(event, ToolCallEvent)
        if self._stopped.get(self._calls) == event.type and self._next < len(self._inputs):
            following = self._inputs[self._next]
            if isinstance(following, CommandEvent) and following.name == "interrupt":
                self.take()


def _is_input(event: Event) -> bool:
    return (
        isinstance(event, ModelCallEvent | CommandEvent | DisputeEvent)
        or (isinstance(event, MessageEvent) and event.role == "user")
        or (isinstance(event, ErrorEvent) and event.kind == UNAVAILABLE)
    )


def _stopped(events: Sequence[Event]) -> dict[int, str]:
    """The calls that Ctrl-C stopped, by their number from 1, with the type of the last event before each result."""
    told = to_model("tool.interrupted")
    stopped, number = {}, 0
    for before, event in pairwise(events):
        number += isinstance(event, ToolCallEvent)
        if isinstance(event, ToolResultEvent) and not event.ok and told in event.content:
            stopped[number] = before.type
    return stopped


def _came_to_nothing(events: Sequence[Event], at: int) -> bool:
    """Whether this is a turn of the model that Ctrl-C cut off before anything came of it."""
    if not isinstance(events[at], ModelCallEvent):
        return False
    at += 1
    while at < len(events) and isinstance(events[at], RepairEvent):
        at += 1
    return any(isinstance(event, CommandEvent) and event.name == "interrupt" for event in events[at : at + 1])


class RecordedModel:
    """The recorded model turns, one a call."""

    def __init__(self, recording: Recording, name: str) -> None:
        self._recording = recording
        self.name = name

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:  # noqa: ARG002
        """The next recorded turn, read as today's code reads it; DivergedError when something else was recorded."""
        event = self._recording.take()
        if isinstance(event, ErrorEvent):
            raise EndpointError(UNAVAILABLE, event.message)
        if not isinstance(event, ModelCallEvent):
            raise DivergedError("model_call")
        self.name = event.model
        turn = interpret(event.reply, tools, messages, event.dialect)
        return replace(turn, usage=event.usage)


def recorded_lines(recording: Recording) -> str | None:
    """The next recorded line as the candidate typed it; None where the input ended."""
    event = recording.take()
    if event is None or (isinstance(event, CommandEvent) and event.name == "end_of_input"):
        return None
    if isinstance(event, MessageEvent):
        return "/" + event.content if event.content.startswith("/") else event.content
    if isinstance(event, CommandEvent):
        return "" if event.name == "continue" else f"{event.name} {event.argument}".strip()
    if isinstance(event, DisputeEvent):
        return f"/dispute {event.line} {event.reason}"
    raise DivergedError("message")
