"""`replay --verify`: the recorded turns through today's loop and tools, every event compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from agent.candidate import TypingCandidate
from agent.loop import Interviewing, run_interview
from agent.mcp.client_interview import ClientInterview, is_clients
from agent.models.failure import EndpointError
from agent.record.changes import NOTHING, alike, changes
from agent.record.inputs import RecordedGrader, choices, lines, resuming
from agent.record.model import RecordedModel
from agent.record.rerun import DivergedError, Rerun
from agent.session import assemble, begin, begin_course, end
from tools.grade_answer import Grader
from tools.planner import Choice, Tried, Wish
from tools.question import Lang, Question
from transcripts.events import (
    CommandEvent,
    DisputeEvent,
    EndEvent,
    ErrorEvent,
    Event,
    GradeEvent,
    MessageEvent,
    ModelCallEvent,
    PlanEvent,
    QuestionEvent,
    RepairEvent,
    SessionEvent,
    ToolCallEvent,
    ToolResultEvent,
)
from transcripts.grade import Grade
from transcripts.reader import Transcript

COMPARED: dict[type[Event], tuple[str, ...]] = {  # what else there is in an event came from outside
    SessionEvent: ("tools",),
    PlanEvent: ("question", "asked_for"),
    QuestionEvent: ("number", "total", "question"),
    MessageEvent: ("role", "content"),
    ModelCallEvent: ("dialect", "reply", "usage"),  # and the request
    ToolCallEvent: ("id", "name", "arguments", "by"),
    ToolResultEvent: ("id", "name", "ok", "content"),
    GradeEvent: ("question", "status", "score", "reason", "key_points", "mistakes", "tips", "answer_lang"),
    RepairEvent: ("problem", "action"),
    CommandEvent: ("name", "argument"),
    DisputeEvent: ("question", "line", "verdict", "reason"),
    ErrorEvent: ("kind",),
    EndEvent: ("reason", "asked", "graded", "mean_score", "usage"),
}


@dataclass(frozen=True)
class Difference:
    """Where today's run departs from the record: event number, which field of it, then and now.

    Of a request: `known` of its `length` messages are, from the first on, those of the request of event `nearest`.
    """

    seq: int
    what: str
    then: str
    now: str
    nearest: int | None = None
    known: int = 0
    length: int = 0


class RecordOverError(Exception):
    """The record ends here, in the middle of an interview."""


@dataclass
class Report:
    """What a verification found. `regraded` pairs old grades by another grader version with today's."""

    recorded: Sequence[ModelCallEvent] = ()
    checked: int = 0
    differences: list[Difference] = field(default_factory=list)
    regraded: list[tuple[Grade, Grade]] = field(default_factory=list)
    prompted_otherwise: bool = False  # today's system prompt is another one

    def compare(self, then: Event, now: Event) -> None:
        """Note in what two events of a kind differ."""
        self.checked += 1
        if isinstance(then, MessageEvent) and isinstance(now, MessageEvent) and _is_prompt(then):
            self.prompted_otherwise = then.content != now.content
            return
        if isinstance(then, ModelCallEvent) and isinstance(now, ModelCallEvent):
            self._request(then, now)
        for name in COMPARED[type(then)]:
            if name not in then.model_fields_set:
                continue  # recorded by a razbor that did not know it
            for place, before, after in changes(getattr(then, name), getattr(now, name), f"{then.type}.{name}"):
                self.differences.append(Difference(then.seq, place, before, after))

    def _request(self, then: ModelCallEvent, now: ModelCallEvent) -> None:
        """A reply stands for the request that it answered: say what is new in another one, beside the nearest known."""
        if then.request_sha256 == now.request_sha256:
            return
        shared = {call.seq: alike(call.messages, now.messages) for call in self.recorded}
        nearest = max(self.recorded, key=lambda call: (shared[call.seq], call is then))
        self.differences.append(Difference(
            then.seq, "model_call.request_sha256", then.request_sha256[:12], now.request_sha256[:12],
            nearest.seq, shared[nearest.seq], len(now.messages),
        ))  # fmt: skip


def verify(transcript: Transcript, grader: Grader) -> Report:
    """Run a recorded interview again offline, nothing written, and compare."""
    report = Report([event for event in transcript.events if isinstance(event, ModelCallEvent)])

    def again(then: GradeEvent, question: Question, answer: str, lang: Lang) -> Grade:
        today = grader.grade(question, answer, lang)
        if then.grader == grader.id:
            return today
        report.regraded.append((then.grade(), today))
        return then.grade()

    record = Rerun(transcript.events, report.compare, _over)
    try:
        _run(transcript, record, RecordedGrader(record, grader, again))
    except DivergedError as error:
        report.differences.append(Difference(error.then.seq, "event", error.then.type, error.now))
    except (RecordOverError, EndpointError):
        pass  # the record stops in the middle of an interview, and so does this
    return report


def _over() -> None:
    raise RecordOverError


def _run(transcript: Transcript, record: Rerun, grader: Grader) -> None:
    """Hold the recorded interview once more, with nobody at the other end."""
    session = transcript.session.model_copy()
    choose, client = choices(record, _no_choice, lambda _: None, transcript.path), is_clients(session)
    parts = assemble(session, choose, grader, record, None if client else session.tools)
    before = partial(ClientInterview(parts, choose, grader).follow, record) if client else lambda: None
    candidate = TypingCandidate(
        lines(record, lambda: None), parts.interview, record.emit, lambda *_, **__: None, session.grader
    )
    standby = RecordedModel(record)
    course = begin_course(parts, RecordedModel(record), standby if session.base_url else None)
    record.listeners.append(resuming(course, standby))
    begin(parts)
    end(parts, run_interview(Interviewing(parts, course, candidate, before)))
    if left := record.next():
        raise DivergedError(left, NOTHING)


def _no_choice(tried: Sequence[Tried], wish: Wish) -> Choice:  # noqa: ARG001 - a Choose
    raise RecordOverError


def _is_prompt(event: MessageEvent) -> bool:
    return event.role == "system" and event.seq == 1
