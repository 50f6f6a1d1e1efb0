"""`replay --verify`: the recorded turns through today's loop and tools, every result compared."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from agent.candidate import TypingCandidate
from agent.course import Course
from agent.loop import Interviewing, Leave, run_interview
from agent.models.embedded import NAME as EMBEDDED
from agent.models.failure import EndpointError
from agent.models.recorded import DivergedError, RecordedModel, Recording, recorded_lines
from agent.session import Parts, assemble, begin, end
from tools.grade_answer import Grader
from tools.planner import Planner
from tools.question import Lang, Question
from transcripts.errors import InputError
from transcripts.events import DisputeEvent, EndEvent, Event, GradeEvent, QuestionEvent, ToolResultEvent
from transcripts.grade import Grade, GraderId
from transcripts.reader import Transcript

MAX_SHOWN = 120  # characters of a value in a difference
COMPARED = {
    QuestionEvent: ("number", "total", "question"),
    ToolResultEvent: ("id", "name", "ok", "content"),
    GradeEvent: ("question", "status", "score", "reason", "key_points", "mistakes", "tips", "grader", "answer_lang"),
    DisputeEvent: ("question", "line", "verdict", "reason"),
    EndEvent: ("reason", "asked", "graded", "mean_score"),
}


@dataclass(frozen=True)
class Difference:
    """Where today's run departs from the record: event number, what of it, then and now."""

    seq: int
    what: str
    then: str
    now: str


@dataclass
class Report:
    """What a verification found. `regraded` pairs old grades by another grader version with today's."""

    checked: int = 0
    differences: list[Difference] = field(default_factory=list)
    regraded: list[tuple[Grade, Grade]] = field(default_factory=list)


class _AsRecorded:
    """Today's grader; where the record was graded by another version, that grade stands and is listed."""

    def __init__(self, grader: Grader, recorded: Sequence[GradeEvent], report: Report) -> None:
        self._grader = grader
        self._recorded = [grade for grade in recorded if grade.reason != "skipped"]
        self._report = report
        self.id: GraderId = recorded[0].grader if recorded else grader.id

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        today = self._grader.grade(question, answer, lang)
        then = self._recorded.pop(0) if self._recorded else None
        if then is None or then.grader == self._grader.id:
            return today
        self._report.regraded.append((then, today))
        return Grade.model_validate(then.model_dump(exclude={"type", "seq", "time"}))


def verify(transcript: Transcript, grader: Grader) -> Report:
    """Run a recorded interview again offline, nothing written, and compare."""
    report = Report()
    graded = [event for event in transcript.events if isinstance(event, GradeEvent)]
    now: list[Event] = []
    try:
        questions = [Question.model_validate(e.question) for e in transcript.events if isinstance(e, QuestionEvent)]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise InputError(
            "error.question_field", path=transcript.path, line=1, field=where, problem=first["msg"]
        ) from error
    session = transcript.session.model_copy()
    planner = Planner(questions, session.seed, fixed=True)
    parts = assemble(session, planner, _AsRecorded(grader, graded, report), [now.append])
    _run(transcript, parts)
    _compare(transcript.events, now, report)
    return report


def _run(transcript: Transcript, parts: Parts) -> None:
    recording = Recording(transcript.events)
    session, emit = parts.interview.session, parts.journal.emit
    parts.journal.listeners.append(recording.hear)
    candidate = TypingCandidate(
        lambda: recorded_lines(recording), parts.interview, emit, lambda *_, **__: None, session.grader
    )
    standby = RecordedModel(recording, EMBEDDED) if session.base_url else None
    course = Course(RecordedModel(recording, session.model), standby, emit, session.lang)
    parts.journal.listeners.append(course.hear)
    running = Interviewing(
        course, parts.registry, parts.interview, parts.conversation, candidate, emit, candidate.last_words
    )
    begin(parts)
    with suppress(DivergedError, EndpointError, Leave, IndexError):  # what is then missing is a difference
        end(parts, run_interview(running))


def _compare(then: Sequence[Event], now: Sequence[Event], report: Report) -> None:
    old, new = _comparable(then), _comparable(now)
    interrupted = not isinstance(then[-1], EndEvent) or then[-1].reason == "interrupted"
    if interrupted:  # the record stops somewhere in the middle; what comes after is not in it
        old = [event for event in old if not isinstance(event, EndEvent)]
        new = new[: len(old)]
    for n in range(max(len(old), len(new))):
        report.checked += 1
        before, after = (events[n] if n < len(events) else None for events in (old, new))
        report.differences += _difference(before, after)


def _comparable(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if type(event) in COMPARED]


def _difference(then: Event | None, now: Event | None) -> list[Difference]:
    event = then or now
    if event is None:
        return []
    if then is None or now is None or type(then) is not type(now):
        return [Difference(event.seq, "event", then.type if then else "-", now.type if now else "-")]
    return [
        Difference(then.seq, f"{then.type}.{name}", _short(getattr(then, name)), _short(getattr(now, name)))
        for name in COMPARED[type(then)]
        if _plain(getattr(then, name)) != _plain(getattr(now, name))
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field of any event
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


def _short(value: Any) -> str:  # noqa: ANN401
    text = str(_plain(value))
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
