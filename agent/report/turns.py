"""How each question went, from the events: who said what in turn, the time it took, and every grade it got."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.record.retell import retell
from tools.interview import Attempt, Interview
from transcripts.event import moment
from transcripts.events import Event, GradeEvent, Json, QuestionEvent
from transcripts.grade import Grade
from transcripts.reader import Transcript

_RESUMED = "resume"  # the event after a pause


@dataclass
class Told:
    """One question of a recorded interview. `turns` are its answers and follow-ups, {"by", "text"} each."""

    attempt: Attempt
    asked: timedelta
    graded: timedelta | None = None
    turns: list[Json] = field(default_factory=list)

    @property
    def seconds(self) -> int | None:
        """From the question to its last grade in the interview, without pauses; None where it was not graded."""
        return None if self.graded is None else round((self.graded - self.asked).total_seconds())

    @property
    def earlier_grades(self) -> list[Json]:
        """The grades that count no more, oldest first."""
        return [_brief(grade) for grade in self.attempt.grades[:-1]]


def told(transcript: Transcript) -> list[Told]:
    """The questions of an interview in order; InputError where an event is damaged.

    A grade that repeats an earlier one (`regrade_of` is the seq of that one) belongs to the same question and takes
    none of its time.
    """
    interview, clock = Interview(transcript.session), _Clock()
    questions: list[Told] = []
    for event in retell(transcript, interview):
        now = clock.at(event)
        if isinstance(event, QuestionEvent):
            questions.append(Told(interview.attempts[-1], asked=now))
        elif isinstance(event, GradeEvent) and getattr(event, "regrade_of", None) is not None:
            _regraded(questions, event)
        elif questions:
            _note(questions[-1], event, now)
    return questions


def _note(question: Told, event: Event, now: timedelta) -> None:
    """Whether an event is a turn follows from what the interview made of it."""
    attempt, turns = question.attempt, question.turns
    said = sum(turn["by"] == "candidate" for turn in turns)
    turns += [{"by": "candidate", "text": words} for words in attempt.words[said:]]
    if attempt.follow_ups > sum(turn["by"] == "interviewer" for turn in turns):
        turns.append({"by": "interviewer", "text": getattr(event, "content", "")})
    if isinstance(event, GradeEvent) and event.question == attempt.question.id:
        question.graded = now


def _regraded(questions: list[Told], event: GradeEvent) -> None:
    for grades in (question.attempt.grades for question in questions):
        seqs = {getattr(grade, "seq", None) for grade in grades}
        if getattr(event, "regrade_of", None) in seqs and event.seq not in seqs:
            grades.append(event)


def _brief(grade: Grade) -> Json:
    return {
        "score": grade.score,
        "status": grade.status,
        "reason": grade.reason,
        "grader": grade.grader.model_dump(),
        "time": getattr(grade, "time", ""),
    }


class _Clock:
    """The time an interview has run, without pauses; an event whose time cannot be read takes none."""

    def __init__(self) -> None:
        self._run = timedelta()
        self._last: datetime | None = None

    def at(self, event: Event) -> timedelta:
        now = moment(event.time)
        if now and self._last and event.type != _RESUMED:
            self._run += max(now - self._last, timedelta())
        self._last = now or self._last
        return self._run
