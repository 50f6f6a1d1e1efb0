"""The state of one interview, folded from its events, and the step that is due.

The rules of the interview live here, once: the registry refuses what is not due, the loop asks who acts next,
and an interview read back from its transcript is in the state it was in. Nothing here writes.
"""

from datetime import datetime
from enum import StrEnum

from tools.attempt import Attempt, Turn
from tools.nonanswer import is_nonanswer
from tools.question import Question
from transcripts.event import moment
from transcripts.events import (
    CommandEvent,
    DisputeEvent,
    EndEvent,
    Event,
    GradeEvent,
    MessageEvent,
    PlanEvent,
    QuestionEvent,
    ResumeEvent,
    SessionEvent,
    ToolCallEvent,
    ToolResultEvent,
)  # fmt: skip


class Step(StrEnum):
    """What is due next. The first three are tools, the next three the interviewer's words."""

    FETCH = "fetch_question"
    GRADE = "grade_answer"
    REVEAL = "reveal_breakdown"
    INTRODUCE = "introduce_question"
    FOLLOW_UP = "ask_follow_up"
    FAREWELL = "say_goodbye"
    LISTEN = "listen"
    DONE = "done"


SPEECH = (Step.INTRODUCE, Step.FOLLOW_UP, Step.FAREWELL)
FULL_SCORE = 10.0


class Interview:
    """The fold: `apply` every event in order; then `step` says what is due."""

    def __init__(self, session: SessionEvent) -> None:
        self.session = session
        self.attempts: list[Attempt] = []
        self.leaving = ""  # "quit" or "end_of_input" once the candidate has left
        self.finished = False  # the goodbye was said
        self.said = False  # the candidate has said something, be it before the first question
        self.interrupted = False  # Ctrl-C: the candidate is due, whatever was running
        self.over = False
        self._plan: PlanEvent | None = None
        self.took = 0.0  # seconds to the last event from the one before it, or before the tool call that it is part of
        self._ran = 0.0  # seconds from the first event to the last, without pauses
        self._last: datetime | None = None  # the time of the last event
        self._before: datetime | None = None  # the same, but for events in a tool call
        self._calling = False  # a tool is being carried out

    @property
    def current(self) -> Attempt | None:
        """The question asked last, whether it is still open or not."""
        return self.attempts[-1] if self.attempts else None

    @property
    def live(self) -> bool:
        """In live mode nobody learns how good an answer was until the end."""
        return self.session.mode == "live"

    @property
    def seconds(self) -> float:
        """What the candidate has taken for all answers; the waiting for a model or a grader does not count."""
        return sum(attempt.seconds for attempt in self.attempts)

    def scores(self) -> list[float]:
        """The scores that count, of the questions that have one."""
        return [attempt.grade.score for attempt in self.attempts if attempt.grade and attempt.grade.score is not None]

    def seconds_at(self, now: datetime) -> float:
        """The same while the candidate is due, with the time since the last event."""
        return self.seconds + _between(self._before, now)

    @property
    def minutes_left(self) -> float | None:
        """Of the time that the interview is to take; below 0 once it is over. None: it has no limit."""
        return None if self.session.minutes is None else self.session.minutes - self.seconds / 60

    def apply(self, event: Event) -> None:
        """Take one event into the state; events that do not concern it change nothing."""
        self._clock(event)
        match event:
            case PlanEvent():
                self._plan = event
            case QuestionEvent():
                question = Question.model_validate(event.question)
                lang = self.session.held_in
                self.attempts.append(Attempt(question, plan=self._plan, begun=self._ran, lang=lang))
            case MessageEvent(role="assistant"):
                self._spoken(event.content)
            case MessageEvent(role="user"):
                self._heard(event.content)
            case GradeEvent():
                self._graded(event)
            case CommandEvent():
                self._commanded(event.name)
            case DisputeEvent():
                self._disputed(event)
            case ToolResultEvent(name=Step.REVEAL, ok=True):
                self.reveal()
            case EndEvent() | ResumeEvent():
                self._stopped(event)

    def reveal(self) -> None:
        """The breakdown of the current question is open: what is said from now on does not count for it."""
        if self.current:
            self.current.revealed = True

    def step(self) -> Step:
        """What is due now."""
        if self.over:
            return Step.DONE
        if self.interrupted and not self.leaving:
            return Step.LISTEN
        step = self._attempt_step(self.current) if self.current else Step.DONE
        if step is not Step.DONE:
            return step
        if self.leaving or self.finished:
            return Step.DONE
        out_of_time = self.minutes_left is not None and self.minutes_left <= 0
        return Step.FAREWELL if out_of_time or len(self.attempts) >= self.session.questions else Step.FETCH

    def _attempt_step(self, attempt: Attempt) -> Step:  # noqa: PLR0911 - a table of states, read downwards
        if attempt.revealed:
            return Step.DONE
        if attempt.given_up:
            return Step.REVEAL if attempt.wants_breakdown else Step.DONE
        if attempt.to_grade:
            return Step.GRADE
        if not self.leaving:
            if not attempt.introduced:
                return Step.INTRODUCE
            if not attempt.words or attempt.awaiting:
                return Step.LISTEN
            if self.follow_up_due(attempt):
                return Step.FOLLOW_UP
        return Step.REVEAL if attempt.grades and not self.live else Step.DONE

    def follow_up_due(self, attempt: Attempt) -> bool:
        """Whether one more question on the same topic is worth asking.

        In live mode the quality of the answer has no say: a follow-up that comes only after weak answers
        would give the grade away.
        """
        grade = attempt.grade
        if attempt.follow_ups_over or attempt.follow_ups >= self.session.follow_ups or not grade:
            return False
        if grade.status != "graded" or is_nonanswer(attempt.words[-1]):
            return False
        return self.live or grade.score != FULL_SCORE

    def _spoken(self, words: str) -> None:
        step, attempt = self.step(), self.current
        if attempt:
            attempt.spoken.append(words)
        if step is Step.FAREWELL:
            self.finished = True
        elif attempt and step is Step.INTRODUCE:
            attempt.introduced = True
        elif attempt and step is Step.FOLLOW_UP:
            attempt.turns.append(Turn("interviewer", words))
            attempt.follow_ups += 1
            attempt.awaiting = True

    def _heard(self, words: str) -> None:
        self.interrupted, self.said = False, True
        attempt = self.current
        if attempt and not attempt.revealed and not attempt.given_up:
            attempt.turns.append(Turn("candidate", words))
            attempt.to_grade, attempt.awaiting, attempt.introduced = True, False, True

    def _graded(self, grade: GradeEvent) -> None:
        attempt = self.current
        if grade.regrade_of is not None:
            for earlier in self.attempts:
                if earlier.question.id == grade.question:
                    earlier.grades.append(grade)
        elif attempt and attempt.question.id == grade.question:
            attempt.grades.append(grade)
            attempt.lasted = self._ran - attempt.begun
            attempt.to_grade = False
            attempt.given_up = grade.reason == "skipped"

    def _stopped(self, event: EndEvent | ResumeEvent) -> None:
        self.over = isinstance(event, EndEvent)
        if isinstance(event, ResumeEvent):
            self.interrupted = False
            self.session = self.session.model_copy(update={"questions": event.questions})

    def _clock(self, event: Event) -> None:
        """What the candidate does took the time since the event before it; an event without a readable time none.

        What a tool puts on record while it is carried out, be it their words, was done before it was called.
        """
        now = moment(event.time)
        self.took = _between(self._before, now)
        self._ran += 0.0 if isinstance(event, ResumeEvent) else _between(self._last, now)  # that ends a pause
        self._last = now or self._last
        typed = (isinstance(event, MessageEvent) and event.role == "user") or (
            isinstance(event, CommandEvent) and event.name != "interrupt"
        )
        if typed and self.current:
            self.current.seconds += self.took
        over = isinstance(event, ToolResultEvent | ResumeEvent | EndEvent)
        self._calling = isinstance(event, ToolCallEvent) or (self._calling and not over)
        if not self._calling:
            self._before = now or self._before

    def _commanded(self, name: str) -> None:
        self.interrupted = name == "interrupt"
        if name in ("/quit", "end_of_input"):
            self.leaving = name.removeprefix("/")
        elif self.current and name in ("/skip", "/reveal"):
            self.current.wants_breakdown = name == "/reveal"
            self.current.follow_ups_over, self.current.awaiting = True, False
        elif self.current and name == "/hint":
            self.current.hints += 1

    def _disputed(self, dispute: DisputeEvent) -> None:
        for attempt in self.attempts:
            if attempt.question.id == dispute.question:
                attempt.disputes.append(dispute)


def _between(earlier: datetime | None, later: datetime | None) -> float:
    """Seconds; 0 where one of the times is not known."""
    return max((later - earlier).total_seconds(), 0.0) if earlier and later else 0.0
