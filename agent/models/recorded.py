"""A transcript as a model and as a candidate: hands out what was recorded, in the order of the record."""

from collections.abc import Sequence
from dataclasses import replace

from agent.model import AssistantTurn, Message
from agent.models.failure import EndpointError
from agent.models.interpret import interpret
from prompts import to_model
from tools.interview import Step
from transcripts.events import (
    UNAVAILABLE,
    CommandEvent,
    ErrorEvent,
    Event,
    Json,
    MessageEvent,
    ModelCallEvent,
    ToolCallEvent,
    ToolResultEvent,
)


class DivergedError(Exception):
    """Today's interview asks for something else than what was recorded next."""


class Recording:
    """The inputs of a recorded interview: model turns, the candidate's lines, and Ctrl-C."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._inputs = [event for event in events if _is_input(event)]
        self._next = 0
        stopped = to_model("tool.interrupted")
        self._stopped = {e.id for e in events if isinstance(e, ToolResultEvent) and not e.ok and stopped in e.content}

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
        """A listener: press Ctrl-C again where it came while a tool was running."""
        if isinstance(event, ToolCallEvent) and event.id in self._stopped and self._next < len(self._inputs):
            following = self._inputs[self._next]
            if isinstance(following, CommandEvent) and following.name == "interrupt":
                self.take()


def _is_input(event: Event) -> bool:
    return (
        isinstance(event, ModelCallEvent | CommandEvent)
        or (isinstance(event, MessageEvent) and event.role == "user")
        or (isinstance(event, ErrorEvent) and event.kind == UNAVAILABLE)
    )


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
    raise DivergedError("message")
