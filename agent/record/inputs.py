"""What came into a recorded interview from outside: the candidate's lines, choices, grades, and who goes on."""

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.course import Course
from agent.model import Model
from agent.models.failure import EndpointError
from agent.pool import recorded_question
from agent.record.rerun import DivergedError, Rerun
from prompts import to_model
from tools.grade_answer import Grader
from tools.planner import Choice, Choose, Tried, Wish
from tools.question import Lang, Question
from tools.registry import ToolError
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
    ToolResultEvent,
)
from transcripts.grade import Grade


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

    def choose(tried: Sequence[Tried], wish: Wish) -> Choice:
        plan, asking = record.next(), next(record.ahead(), None)
        if plan is None:
            return live(tried, wish)
        if isinstance(plan, ToolResultEvent):  # there was no question left
            raise ToolError(to_model("fetch.say_goodbye"))
        if not isinstance(plan, PlanEvent):
            raise DivergedError(plan, "plan")
        if isinstance(asking, QuestionEvent):
            return Choice(recorded_question(asking.question, path, asking.seq + 1), plan.reason, plan.why)
        if asking:
            raise DivergedError(asking, "question")
        question = known(plan.question)
        return Choice(question, plan.reason, plan.why) if question else live(tried, wish)

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


def _is_stopped_call(event: Event | None) -> bool:
    return isinstance(event, ToolResultEvent) and not event.ok and to_model("tool.interrupted") in event.content
