"""A recorded interview run again: the record gives what came from outside, today's loop and tools do the rest.

Loop and record go in step. What the loop emits must be of the kind that was recorded next; then the recorded event,
not today's, goes into the state, so that each step is made from where it was made then.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from agent.course import Course
from agent.model import Model
from agent.models.failure import EndpointError
from agent.pool import recorded_question
from agent.session import Journal
from prompts import to_model
from tools.grade_answer import Grader
from tools.planner import Choice, Choose
from tools.question import Lang, Question
from transcripts.events import (
    UNAVAILABLE,
    CommandEvent,
    DisputeEvent,
    EndEvent,
    ErrorEvent,
    Event,
    GradeEvent,
    MessageEvent,
    PlanEvent,
    QuestionEvent,
    ResumeEvent,
    SessionEvent,
    ToolCallEvent,
    ToolResultEvent,
)
from transcripts.grade import Grade


class DivergedError(Exception):
    """Today's interview goes another way than the recorded one: `then` comes next there, `now` was wanted here."""

    def __init__(self, then: Event, now: str) -> None:
        super().__init__(then.seq, then.type, now)
        self.then = then
        self.now = now


class Rerun(Journal):
    """A journal that follows `events`. `compare` sees each pair of then and now; `over` is called at the record's end.

    After that it is a journal like any other, if `over` did not raise.
    """

    def __init__(
        self, events: Sequence[Event], compare: Callable[[Event, Event], None], over: Callable[[], None]
    ) -> None:
        super().__init__()
        self._events = events
        self._asides = _asides(events)
        self._compare = compare
        self._over = over
        self._live = False
        self.at = 0

    @property
    def live(self) -> bool:
        """Whether the record is over."""
        return self._live

    def emit(self, event: Event) -> None:
        """Take the recorded event in the place of this one."""
        then = self.next()
        if then is None:
            super().emit(event)
            return
        if type(then) is not type(event):
            raise DivergedError(then, event.type)
        self._compare(then, event)
        self._hand(then)

    def next(self) -> Event | None:
        """What was recorded next; None once the record is over. What the loop did not make is taken in on the way."""
        while self.at < len(self._events) and self._asides[self.at]:
            self._hand(self._events[self.at])
        if self.at < len(self._events):
            return self._events[self.at]
        if not self._live:
            self._live = True
            self._over()
        return None

    def input(self) -> Event | None:
        """Like `next`, for what came from outside; KeyboardInterrupt where that was Ctrl-C."""
        event = self.next()
        if _is_interrupt(event):
            raise KeyboardInterrupt
        return event

    def ahead(self) -> Iterator[Event]:
        """What the loop is to make after the next event."""
        return (self._events[n] for n in range(self.at + 1, len(self._events)) if not self._asides[n])

    def _hand(self, event: Event) -> None:
        self.at += 1
        super().emit(event)


def _asides(events: Sequence[Event]) -> list[bool]:
    """Which events the loop did not make: unknown ones, later grades, and those where the interview stopped."""
    resumed = max((n for n, event in enumerate(events) if isinstance(event, ResumeEvent)), default=-1)
    asides = [
        type(event) is Event
        or isinstance(event, ResumeEvent)
        or (isinstance(event, GradeEvent) and event.regrade_of is not None)
        or (isinstance(event, EndEvent) and (n < resumed or event.reason == "interrupted"))
        for n, event in enumerate(events)
    ]
    for n, (before, event) in enumerate(pairwise(events)):
        if _is_interrupt(event) and isinstance(before, ToolCallEvent):
            asides[n + 1] = True  # the second of two Ctrl-C: the first is behind the call's result
        if _is_interrupt(before) and isinstance(event, EndEvent):
            asides[n] = True  # the same; after the first the interview goes on
    return asides


def _is_interrupt(event: Event | None) -> bool:
    return isinstance(event, CommandEvent) and event.name == "interrupt"


def _is_stopped_call(event: Event | None) -> bool:
    return isinstance(event, ToolResultEvent) and not event.ok and to_model("tool.interrupted") in event.content


def lines(record: Rerun, live: Callable[[], str | None]) -> Callable[[], str | None]:
    """The candidate's lines as they were typed, then those that `live` reads; None where the input ended."""
    served = -1  # the number of the event that was read last

    def read() -> str | None:
        nonlocal served
        event = record.input()
        if event and event.seq == served:
            raise DivergedError(event, "nothing")  # what was read was not taken, now or ever
        served = event.seq if event else -1
        match event:
            case None:
                return live()
            case CommandEvent(name="end_of_input") | EndEvent():
                return None
            case CommandEvent(name="continue"):
                return ""
            case CommandEvent():
                return f"{event.name} {event.argument}".strip()
            case DisputeEvent():
                return f"/dispute {event.line} {event.reason}"
            case MessageEvent(role="user"):
                return "/" + event.content if event.content.startswith("/") else event.content
        raise DivergedError(event, "a turn of the candidate")

    return read


class RecordedGrader:
    """The recorded grades; `live` grades what none was recorded for, `again` looks at each recorded one first.

    Raises KeyboardInterrupt where Ctrl-C stopped the grader.
    """

    def __init__(
        self, record: Rerun, live: Grader, again: Callable[[GradeEvent, Question, str, Lang], Grade] | None = None
    ) -> None:
        self._record = record
        self._live = live
        self._again = again
        self.id = live.id

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        then = self._record.next()
        if _is_stopped_call(then):
            raise KeyboardInterrupt
        if not isinstance(then, GradeEvent):
            return self._live.grade(question, answer, lang)
        return self._again(then, question, answer, lang) if self._again else then.grade()


def choices(record: Rerun, live: Choose, known: Callable[[str], Question | None], path: Path) -> Choose:
    """The recorded choices; one whose question was not recorded any more is looked up by its id.

    InputError names `path` and line of a question that is damaged.
    """

    def choose(asked: Sequence[str], topic: str = "", level: str = "any") -> Choice:
        plan, asking = record.next(), next(record.ahead(), None)
        if plan is None:
            return live(asked, topic, level)
        if not isinstance(plan, PlanEvent):
            raise DivergedError(plan, "plan")
        if isinstance(asking, QuestionEvent):
            return Choice(recorded_question(asking.question, path, asking.seq + 1), plan.reason)
        if asking:
            raise DivergedError(asking, "question")
        question = known(plan.question)
        return Choice(question, plan.reason) if question else live(asked, topic, level)

    return choose


def resuming(course: Course, spare: Model) -> Callable[[Event], None]:
    """A listener: where another model goes on, or one that was given up, the course starts over.

    `spare` stands by where an endpoint is.
    """
    held: tuple[str, str | None] | None = None

    def hear(event: Event) -> None:
        nonlocal held
        if isinstance(event, SessionEvent | ResumeEvent):
            before, held = held, (event.model, event.base_url)
            if before and (before != held or course.taken_over):
                course.start_over(spare if event.base_url else None)

    return hear


def unavailable(event: ErrorEvent | EndEvent) -> EndpointError:
    """The failure that a recorded take-over came from, or the end of an interview that had no first question."""
    return EndpointError(UNAVAILABLE, event.message if isinstance(event, ErrorEvent) else event.reason)
