"""The tools as a client gets them. Its words and the candidate's do not pass through razbor, so a call brings them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from agent.candidate import MAX_ANSWER
from prompts import to_model
from tools import fetch_question, reveal_breakdown
from tools.attempt import Attempt
from tools.follow_up import follow_up
from tools.grade_answer import Grader, graded, open_attempt
from tools.interview import Interview, Step
from tools.planner import Choose
from tools.question import Question
from tools.registry import Due, Tool, ToolError
from tools.rubric import ungraded
from transcripts.events import CommandEvent, Event, GradeEvent, Json, MessageEvent

SKIP, SEARCH = "skip_question", "search_bank"
FOUND = 8  # questions that a search returns, at most
OPEN = (Step.INTRODUCE, Step.FOLLOW_UP, Step.LISTEN)  # the candidate is due, or will be once they were asked
NEXT = {**dict.fromkeys(OPEN, Step.GRADE), Step.FAREWELL: Step.DONE}  # what a client calls; speaking is no call

Search = Callable[[str], list[Question]]


class Answered(BaseModel):
    """Which question, and what the candidate said to it. No argument can carry a score."""

    model_config = ConfigDict(extra="forbid")

    question_id: str = Field(max_length=100, description="the id that fetch_question returned")
    answer: str = Field(
        min_length=1,
        max_length=MAX_ANSWER,
        description="what the candidate has said since the last call, verbatim and whole, in their own language; "
        "never a summary, a translation or words of yours",
    )


class Skipped(BaseModel):
    """Which question."""

    model_config = ConfigDict(extra="forbid")

    question_id: str = Field(max_length=100, description="the id that fetch_question returned")


class Searched(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=200, description="words, in English or Russian")


@dataclass(frozen=True)
class ClientTools:
    """The tools of one interview; `emit` puts on record what they do."""

    interview: Interview
    choose: Choose
    grader: Grader
    emit: Callable[[Event], None]
    search: Search

    def all(self) -> tuple[Tool, ...]:
        """The tools, in the order in which they are needed."""
        fetch = fetch_question.tool(self.interview, self.choose, self.emit)
        reveal = reveal_breakdown.tool(self.interview)
        return (
            replace(fetch, description=to_model("client.fetch"), run=lambda wish: self._asked(fetch.run(wish))),
            Tool(Step.GRADE.value, to_model("client.grade"), Answered, self._grade),
            replace(reveal, description=to_model("client.reveal"), run=lambda which: self._reveal(reveal, which)),
            Tool(SKIP, to_model("client.skip"), Skipped, self._skip),
            Tool(SEARCH, to_model("client.search"), Searched, self._search),
        )

    def _asked(self, question: Json) -> Json:
        """The question; where it is open and its follow-up due, that as well: the client may have forgotten both."""
        if self.interview.step() is not Step.FOLLOW_UP:
            return question
        return {**question, "follow_up": follow_up(self.interview, self.interview.session.held_in)}

    def _grade(self, arguments: Answered) -> Json:
        attempt, words = self._open(arguments.question_id), arguments.answer.strip()
        if not words:
            raise ToolError(to_model("client.no_words"))
        if self.interview.step() is Step.FOLLOW_UP:  # what was answered now, in the words that the client was given
            asked = follow_up(self.interview, self.interview.session.held_in)
            self.emit(MessageEvent(role="assistant", content=asked))
        self.emit(MessageEvent(role="user", content=words))
        return graded(self.interview, attempt, self.grader, self.emit)

    def _reveal(self, inner: Tool, arguments: reveal_breakdown.Arguments) -> Json:
        if self.interview.live:
            raise ToolError(to_model("client.live_closed"))
        attempt = self.interview.current
        if attempt and not attempt.grades:
            raise ToolError(to_model("client.too_early"))
        return inner.run(arguments)

    def _skip(self, arguments: Skipped) -> Json:
        """Give the question up; an answer that was graded keeps its grade, and its follow-up is not asked."""
        attempt = self._open(arguments.question_id)
        self.emit(CommandEvent(name="/skip"))
        if not attempt.grades:
            lang = self.interview.session.held_in
            self.emit(GradeEvent(**ungraded(attempt.question, "skipped", self.grader.id, lang).model_dump()))
        return {"question_id": attempt.question.id, "status": "recorded" if attempt.words else "skipped"}

    def _open(self, question_id: str) -> Attempt:
        attempt = open_attempt(self.interview, question_id)
        if self.interview.step() not in OPEN:
            raise ToolError(to_model("client.closed"))
        return attempt

    def _search(self, arguments: Searched) -> Json:
        lang = self.interview.session.held_in
        return {"questions": [
            {"id": one.id, "topic": one.topic, "level": one.level or "any",
             "prompt": one.wording(lang).prompt}
            for one in self.search(arguments.query)[:FOUND]
        ]}  # fmt: skip


def guide(interview: Interview) -> Due:
    """What the client is to call next, and what to say before it does."""
    step, attempt = interview.step(), interview.current
    told = to_model(f"client.do_{step.value}", id=attempt.question.id if attempt else "")
    return Due(NEXT.get(step, step).value, told)
