"""reveal_breakdown: opens the answer of a question, once there was an attempt at it."""

from pydantic import BaseModel, ConfigDict, Field

from prompts import to_model
from tools.interview import Interview, Step
from tools.registry import Tool, ToolError
from transcripts.events import Json


class Arguments(BaseModel):
    """Which question."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    question_id: str = Field(max_length=100, description="the id that fetch_question returned")


def tool(interview: Interview) -> Tool:
    """The tool for one interview."""

    def run(arguments: Arguments) -> Json:
        attempt = interview.current
        if attempt is None or arguments.question_id != attempt.question.id:
            known = attempt.question.id if attempt else "none"
            raise ToolError(to_model("reveal.other_id", id=known))
        if interview.live:
            raise ToolError(to_model("reveal.live", next=interview.step().value))
        if not attempt.grades or interview.step() in (Step.GRADE, Step.LISTEN):
            raise ToolError(to_model("reveal.too_early", next=interview.step().value))
        interview.reveal()
        wording = attempt.question.wording(interview.session.held_in)
        return {
            "question_id": attempt.question.id,
            "short_answer": wording.short_answer,
            "breakdown": wording.breakdown,
            "mistakes": wording.mistakes,
            "tips": wording.tips,
        }

    return Tool(Step.REVEAL.value, to_model("reveal.description"), Arguments, run)
