"""A transcript as a model: gives the recorded turns, in step with the record; never asks the network."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.loop import NOT_SHOWN
from agent.model import AssistantTurn, Message, Model
from agent.models.interpret import interpret
from agent.record.inputs import unavailable
from agent.record.rerun import DivergedError, Rerun
from tools.interview import Step
from transcripts.events import EndEvent, ErrorEvent, Event, Json, ModelCallEvent, RepairEvent


class RecordedModel:
    """The recorded turns, one a call; where the record is over, those of `live`."""

    def __init__(self, record: Rerun, live: Model | None = None) -> None:
        self._record = record
        self._live = live
        self.name = live.name if live else ""

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:
        """The next turn, a recorded reply read as today's code reads it. DivergedError when no turn is next."""
        event = self._record.input()
        if event is None and self._live:
            self.name = self._live.name
            return self._live.complete(messages, tools, due)
        if isinstance(event, ErrorEvent | EndEvent):
            raise unavailable(event)
        if not isinstance(event, ModelCallEvent):
            raise DivergedError(event or Event(type="-"), "a turn of the model")
        self.name = event.model
        turn = interpret(event.reply, tools, messages, event.dialect)
        repairs = with_learned(_repairs(self._record.ahead()), turn.repairs)
        return replace(turn, usage=event.usage, dialect=event.dialect, repairs=repairs)


def _repairs(following: Iterable[Event]) -> list[tuple[str, str]]:
    """What had to be mended for a turn, as recorded right behind it; not what the loop then made of its words."""
    repairs: list[tuple[str, str]] = []
    for event in following:
        if not isinstance(event, RepairEvent) or event.action in (NOT_SHOWN, *Step):
            break
        repairs.append((event.problem, event.action))
    return repairs


def with_learned(recorded: Sequence[tuple[str, str]], read: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Today's repairs of a reply, behind the recorded ones that concern the request, which no reading can tell.

    The record may have been cut off among them.
    """
    for n in range(len(recorded) + 1):
        if list(recorded[n:]) == list(read[: len(recorded) - n]):
            return (*recorded[:n], *read)
    raise AssertionError("an empty rest is a beginning of everything")
