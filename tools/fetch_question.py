"""fetch_question: the next question. Nothing of its answer is in what this returns."""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from prompts import to_model
from tools.attempt import Attempt
from tools.interview import Interview, Step
from tools.planner import Choice, Choose, Tried, Wish
from tools.registry import Tool, ToolError
from transcripts.events import Event, Json, PlanEvent, QuestionEvent


class Arguments(BaseModel):
    """What the model may wish for. The planner heeds it where it can."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    topic: str = Field("", max_length=200, description="a topic you want next; empty: razbor chooses")
    level: Literal["any", "junior", "middle", "senior"] = Field("any", description="how hard; any: razbor chooses")


def tool(interview: Interview, choose: Choose, emit: Callable[[Event], None]) -> Tool:
    """The tool for one interview."""

    def run(arguments: Arguments) -> Json:
        current = interview.current
        if current and interview.step() not in (Step.FETCH, Step.FAREWELL, Step.REVEAL):
            return _public(interview, current)
        if interview.step() is not Step.FETCH:
            raise ToolError(to_model(f"fetch.{interview.step().value}"))
        wish = Wish(arguments.topic, arguments.level, interview.minutes_left)
        choice = choose([_tried(attempt, live=interview.live) for attempt in interview.attempts], wish)
        _ask(choice, arguments, interview, emit)
        return _public(interview, interview.attempts[-1])

    return Tool(Step.FETCH.value, to_model("fetch.description"), Arguments, run)


def _tried(attempt: Attempt, *, live: bool) -> Tried:
    """In live mode no score has a say: a choice that follows from one would give it away."""
    return Tried(attempt.question, None if live or not attempt.grade else attempt.grade.score)


def _ask(choice: Choice, arguments: Arguments, interview: Interview, emit: Callable[[Event], None]) -> None:
    wish = arguments.model_dump(exclude_defaults=True)
    emit(PlanEvent(question=choice.question.id, reason=choice.reason, asked_for=wish, why=choice.why))
    number, total = len(interview.attempts) + 1, interview.session.questions
    emit(QuestionEvent(number=number, total=total, question=choice.question.model_dump(exclude_defaults=True)))


def _public(interview: Interview, attempt: Attempt) -> Json:
    question = attempt.question
    return {
        "id": question.id,
        "number": len(interview.attempts),
        "of": interview.session.questions,
        "topic": question.topic,
        "level": question.level or "any",
        "prompt": question.wording(interview.session.held_in).prompt,
    }
