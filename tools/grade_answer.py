"""grade_answer: grades what the candidate typed, all turns of the question; never a retelling of it."""

from collections.abc import Callable
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from prompts import to_model
from tools.attempt import Attempt
from tools.follow_up import follow_up
from tools.interview import Interview, Step
from tools.question import Lang, Question
from tools.registry import Tool, ToolError
from transcripts.events import Event, GradeEvent, Json
from transcripts.grade import Grade, GraderId


class Grader(Protocol):
    """Turns an answer into a Grade. `lang` is the language of the rubric lines' texts in it."""

    @property
    def id(self) -> GraderId:
        """Name and version, recorded with each grade."""

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer."""


class Arguments(BaseModel):
    """Only which question: the answer is taken from the record, so no argument can carry a score."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    question_id: str = Field(max_length=100, description="the id that fetch_question returned")


def tool(interview: Interview, grader: Grader, emit: Callable[[Event], None]) -> Tool:
    """The tool for one interview."""

    def run(arguments: Arguments) -> Json:
        attempt = open_attempt(interview, arguments.question_id)
        if interview.step() is not Step.GRADE:
            raise ToolError(to_model("grade.nothing_new", next=interview.step().value))
        return graded(interview, attempt, grader, emit)

    return Tool(Step.GRADE.value, to_model("grade.description"), Arguments, run)


def open_attempt(interview: Interview, question_id: str) -> Attempt:
    """The attempt at the question asked last; ToolError where that is another question, or none."""
    attempt = interview.current
    if attempt is None:
        raise ToolError(to_model("grade.none_open"))
    if question_id != attempt.question.id:
        raise ToolError(to_model("grade.other_id", id=attempt.question.id))
    return attempt


def graded(interview: Interview, attempt: Attempt, grader: Grader, emit: Callable[[Event], None]) -> Json:
    """Grade all that is on record of the attempt, put the grade on record, and report it as the model may know it."""
    lang = interview.session.held_in
    grade = grader.grade(attempt.question, attempt.answer, lang)
    emit(GradeEvent(**grade.model_dump()))
    return _report(interview, grade, lang)


def _report(interview: Interview, grade: Grade, lang: Lang) -> Json:
    """What the model learns: counts in practice mode, nothing of the quality in live mode; and the follow-up."""
    report: Json = {"question_id": grade.question}
    if interview.live:
        report["status"] = "recorded"
    else:
        report["status"] = grade.status
        report["key_points_covered"] = sum(line.verdict == "covered" for line in grade.key_points)
        report["key_points"] = len(grade.key_points)
        report["mistakes_made"] = sum(line.verdict == "committed" for line in grade.mistakes)
    if interview.step() is Step.FOLLOW_UP:
        report["follow_up"] = follow_up(interview, lang)
    return report
