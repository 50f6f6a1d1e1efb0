"""The event format, version 1: one JSON object a line.

Every event has `type`, `seq` (0, 1, 2 …) and `time` (UTC, ISO 8601); the recorder fills in the last two.
What an interview is at any moment follows from its events alone. Unknown types and unknown fields are kept
but not looked at, so that an older razbor reads what a newer one wrote within the same format number.
A text below a field says what it means; `python -m transcripts.describe` puts it into README.md.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from transcripts.event import Event, Json
from transcripts.grade import Grade, GraderId, KeyPointVerdict, MistakeVerdict, Score
from transcripts.turns import ModelCallEvent, RecordedCall, RepairEvent, Reply, ToolCallEvent, ToolResultEvent

__all__ = [
    "EVENT_CLASSES", "FORMAT", "UNAVAILABLE", "CommandEvent", "DisputeEvent", "EndEvent", "EndReason", "ErrorEvent",
    "Event", "GradeEvent", "Json", "MessageEvent", "ModelCallEvent", "PlanEvent", "QuestionEvent", "RecordedCall",
    "RepairEvent", "Reply", "ResumeEvent", "SessionEvent", "ToolCallEvent", "ToolResultEvent", "ending",

]  # fmt: skip

FORMAT = 1

Count = Annotated[int, Field(ge=0, le=10**9)]


class SessionEvent(Event):
    """The first line: all that was settled before the interview began."""

    type: Literal["session"] = "session"
    format: int = FORMAT
    """The version of this format."""
    id: Annotated[str, Field(max_length=200)]
    """The interview's id: when it began (UTC) and four random hex digits, as in `20261125-173538-b320`."""
    razbor: str
    """The version of razbor that wrote it."""
    lang: Literal["en", "ru"]
    """The language of what razbor itself says: headings, verdicts, notices."""
    mode: Literal["practice", "live"]
    """`practice`: a score card and the breakdown after each question; `live`: no word on quality until the end."""
    questions: Count
    """How many questions are asked."""
    follow_ups: Count
    """Follow-up questions a question, at most."""
    seed: int
    """What chance is drawn from: the order of the questions, the wording of the embedded interviewer."""
    topics: list[str] = []
    """The topics asked for with `--topic`; empty: all."""
    model: str
    """The model that interviews; `embedded` is the interviewer that comes with razbor."""
    base_url: str | None = None
    """The address of the model's endpoint; null for `embedded`."""
    grader: GraderId
    """Who grades."""
    max_steps: Count
    """Turns of the model in the whole interview, at most."""
    tools: list[Json] = []
    """The tools as the model is sent them: name, description and a JSON schema each."""
    prompts_sha256: str = ""
    """SHA-256 in hex of all that models are told in `prompts`, as it was then; empty: not recorded."""
    settings: Json = {}
    """The settings in force, by name, as flags, environment and config file gave them. Never a key."""
    pool: list[str] = []
    """The ids of the questions that the planner may draw, in its seeded order; empty: not recorded."""
    due: list[str] = []
    """Those of `pool` that were due for review when the interview began."""
    minutes: Count | None = None
    """How many minutes the interview is to take (`--time`); null: as many as it takes."""
    fixed: bool = False
    """Whether exactly the questions of `pool` are asked, in this order."""
    banks: list[str] = []
    """The absolute paths given with `--bank`."""
    builtin: bool = True
    """Whether the built-in bank was in."""
    question_lang: Literal["en", "ru"] | None = None
    """The language of the questions, their rubric, breakdown and hints, and of the interviewer; null: `lang`."""
    reserve: list[Json] = []
    """The questions of `pool`, in full, that are not in the built-in bank: the first ones, as many as the interview
    asks, so that a resume does not depend on a bank file. Fields as in a `question` event."""

    @property
    def held_in(self) -> Literal["en", "ru"]:
        """The language that the interview is held in: of all that is asked, and of what explains it."""
        return self.question_lang or self.lang


class ResumeEvent(Event):
    """An interview that had stopped goes on from here, perhaps with another razbor, model or settings.

    The time between the event before it and this one belongs to nobody: leave it out of durations.
    """

    type: Literal["resume"] = "resume"
    razbor: str
    """The version of razbor that goes on."""
    model: str
    """The model that interviews from here on; `embedded` as in `session`."""
    base_url: str | None = None
    """The address of the model's endpoint; null for `embedded`."""
    grader: GraderId
    """Who grades from here on."""
    questions: Count
    """How many questions the interview is to have in all; fewer than in `session` where some are gone from the bank."""
    prompts_sha256: str = ""
    """As in `session`, at the time of the resume."""
    settings: Json = {}
    """As in `session`, at the time of the resume. Never a key."""


class PlanEvent(Event):
    """The planner chose the next question; its `question` event follows."""

    type: Literal["plan"] = "plan"
    question: str
    """The id of the chosen question."""
    reason: str
    """Why this one: `fixed` (questions and order were given), `wish` (the model's), `due` (a review is due), `weak`
    (its topic may be the weakest), `variety` (a topic not asked yet), `unsure` (little is known of its topic), or
    `order` (the next in the seeded order; by older versions)."""
    asked_for: Json = {}
    """What the model wished: `topic` and `level`, each only if it named one."""
    why: Json = {}
    """The figures behind the choice, as far as they had a say: `expected`, the score 0 to 10 to expect on a middle
    question of its topic, and its 80 % `interval`; the probability that the topic is the `weakest`; the `information`
    of a score on it, in nats; how probable it is that the question is `forgotten`; and `committed`, how often each of
    its mistakes was made in earlier interviews."""


class QuestionEvent(Event):
    """A question was put to the candidate."""

    type: Literal["question"] = "question"
    number: Count
    """Its number in the interview, from 1."""
    total: Count
    """How many questions the interview has."""
    question: Json
    """The question in full as it was used, answer part included: the fields of a question file (`razbor bank show`);
    those at their defaults are left out."""


class MessageEvent(Event):
    """Somebody spoke.

    An answer is all `user` messages behind a question, up to its breakdown, the grade that says `skipped`, or the next
    question; joined by line feeds.
    """

    type: Literal["message"] = "message"
    role: Literal["system", "user", "assistant"]
    """Who speaks: `system` is razbor to the model, `user` the candidate, `assistant` the interviewer."""
    content: str
    """The words."""


class GradeEvent(Event, Grade):
    """A grade; written before the `tool_result` that reports it, if one does. The last one of a question counts."""

    type: Literal["grade"] = "grade"
    regrade_of: Count | None = None
    """Which answer was graded once more, outside of the interview: the `seq` of the `grade` that counted in it or,
    if it had none, of its last `user` message; null: a grade of the interview itself."""

    def grade(self) -> Grade:
        """The grade alone."""
        return Grade.model_validate(self.model_dump(exclude={"type", "seq", "time", "regrade_of"}))


class CommandEvent(Event):
    """The candidate typed a slash command, or did something else that is not an answer."""

    type: Literal["command"] = "command"
    name: str
    """The command (`/help`, `/hint`, `/skip`, `/reveal`, `/repeat`, `/score`, `/time`, `/quit`), or `interrupt`
    (Ctrl-C), `continue` (the empty line after it), `end_of_input` (there is nothing more to read)."""
    argument: str = ""
    """What was typed behind the command; `left` of the Ctrl-C that left; mostly empty."""


class DisputeEvent(Event):
    """The candidate disputes a verdict that they were shown. The grade stays as it is."""

    type: Literal["dispute"] = "dispute"
    question: str
    """The id of the question."""
    line: str
    """The rubric line: `kp1`, `kp2` … are key points, `m1`, `m2` … mistakes."""
    verdict: KeyPointVerdict | MistakeVerdict
    """The disputed verdict: that on this line in the last `grade` of the question before this event."""
    reason: str
    """Why, in the candidate's words."""


LEFT = "left"  # the argument of the Ctrl-C that leaves
UNAVAILABLE = "unavailable"


class ErrorEvent(Event):
    """The embedded interviewer took over."""

    type: Literal["error"] = "error"
    kind: str = ""
    """Why: `unavailable` (the model gave no turn) or `unusable` (it gave bad ones)."""
    message: str
    """What the candidate was told, in the language of the interview."""


EndReason = Literal["completed", "quit", "end_of_input", "interrupted", "failed"]


class EndEvent(Event):
    """The interview is over, or stopped. Only a `resume`, or grades with `regrade_of`, may follow."""

    type: Literal["end"] = "end"
    reason: EndReason
    """`completed`: all was asked; `quit`: the candidate left with `/quit`; `end_of_input`: there was nothing more to
    read; `interrupted`: Ctrl-C twice, to be resumed; `failed`: no interviewer could go on."""
    asked: Count
    """How many questions were asked."""
    graded: Count
    """How many of them have a score."""
    mean_score: Score | None
    """The mean of these scores, 0 to 10, one decimal; null: there are none."""
    usage: Json | None = None
    """Sums over the model's turns: `requests`, `counted` (those whose tokens were told), `prompt_tokens`,
    `cached_tokens`, `completion_tokens`, `repairs`, `steps_by_razbor` (turns of the embedded interviewer) and
    `takeovers`; one that is missing is 0. Null: no endpoint gave a turn."""


EVENT_CLASSES: dict[str, type[Event]] = {
    str(cls.model_fields["type"].default): cls
    for cls in (
        SessionEvent, ResumeEvent, PlanEvent, QuestionEvent, MessageEvent, ModelCallEvent, ToolCallEvent,
        ToolResultEvent, GradeEvent, RepairEvent, CommandEvent, DisputeEvent, ErrorEvent, EndEvent,
    )
}  # fmt: skip


def ending(events: Sequence[Event]) -> EndEvent | None:
    """How the interview ended; None while it has not, or goes on again."""
    last = next((event for event in reversed(events) if isinstance(event, EndEvent | ResumeEvent)), None)
    return last if isinstance(last, EndEvent) else None
