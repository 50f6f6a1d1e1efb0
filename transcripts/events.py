"""The event format, version 1: one JSON object a line.

Every event has `type`, `seq` (0, 1, 2 …) and `time` (UTC, ISO 8601); the recorder fills in the last two.
What an interview is at any moment follows from its events alone. Unknown types and unknown fields are kept
but not looked at, so that an older razbor reads what a newer one wrote within the same format number.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from transcripts.grade import Grade, GraderId, KeyPointVerdict, MistakeVerdict

FORMAT = 1

Json = dict[str, Any]


class RecordedCall(BaseModel):
    """A tool call in a model's raw turn; `arguments` is text, whatever the model made of it.

    Fields that a server adds to a call are kept, since some want them back.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    arguments: str


class Reply(BaseModel):
    """A model's raw turn. `reasoning` is what it thought; nobody but the transcript gets to see that."""

    model_config = ConfigDict(extra="allow")

    content: str = ""
    tool_calls: list[RecordedCall] = []
    reasoning: str = ""
    finish_reason: str | None = None


class Event(BaseModel):
    """What all events share. `type` is narrowed by each class."""

    model_config = ConfigDict(extra="allow")

    type: str
    seq: int = -1
    time: str = ""


class SessionEvent(Event):
    """The first line: everything that was settled before the interview began."""

    type: Literal["session"] = "session"
    format: int = FORMAT
    id: str
    razbor: str
    lang: Literal["en", "ru"]
    mode: Literal["practice", "live"]
    questions: int
    follow_ups: int
    seed: int
    topics: list[str] = []
    model: str
    base_url: str | None = None
    grader: GraderId
    max_steps: int
    tools: list[Json] = []
    prompts_sha256: str = ""
    settings: Json = {}
    pool: list[str] = []
    fixed: bool = False
    banks: list[str] = []
    builtin: bool = True
    reserve: list[Json] = []


class ResumeEvent(Event):
    """An interview that had stopped goes on from here: by which razbor, with which interviewer and settings.

    The time between the event before this one and this one is nobody's.
    """

    type: Literal["resume"] = "resume"
    razbor: str
    model: str
    base_url: str | None = None
    grader: GraderId
    questions: int
    prompts_sha256: str = ""
    settings: Json = {}


class PlanEvent(Event):
    """The planner chose `question`, because of `reason`; `asked_for` is what the model wished."""

    type: Literal["plan"] = "plan"
    question: str
    reason: str
    asked_for: Json = {}


class QuestionEvent(Event):
    """Question `number` of `total` was asked. `question` is whole, its answer part included."""

    type: Literal["question"] = "question"
    number: int
    total: int
    question: Json


class MessageEvent(Event):
    """Somebody spoke: `user` is the candidate, `assistant` the interviewer, `system` razbor to the model."""

    type: Literal["message"] = "message"
    role: Literal["system", "user", "assistant"]
    content: str


class ModelCallEvent(Event):
    """One turn of the model. `messages` holds a short hash of each message of the request, to tell which one changed.

    `reply` is raw, `dialect` how it was asked; latency is in milliseconds.

    `usage` counts tokens as the server told: prompt_tokens, cached_tokens, completion_tokens.
    """

    type: Literal["model_call"] = "model_call"
    model: str
    request_sha256: str
    messages: list[str] = []
    dialect: str = ""
    reply: Reply
    usage: Json | None = None
    latency_ms: float


class ToolCallEvent(Event):
    """A tool was called: by the model, or by razbor itself when the candidate has left. `arguments` is raw."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    arguments: str
    by: Literal["model", "razbor"] = "model"


class ToolResultEvent(Event):
    """The one answer to the call with the same `id`; `content` is the text that the model gets."""

    type: Literal["tool_result"] = "tool_result"
    id: str
    name: str
    ok: bool
    content: str


class GradeEvent(Event, Grade):
    """A grade; written before the tool result that reports it. The last one of a question counts.

    `regrade_of` is the number of the event whose answer was graded once more, outside of the interview.
    """

    type: Literal["grade"] = "grade"
    regrade_of: int | None = None

    def grade(self) -> Grade:
        """The grade alone."""
        return Grade.model_validate(self.model_dump(exclude={"type", "seq", "time", "regrade_of"}))


class RepairEvent(Event):
    """The model's turn was not usable as it came: `problem`, and what code did about it, `action`."""

    type: Literal["repair"] = "repair"
    problem: str
    action: str


class CommandEvent(Event):
    """The candidate typed a slash command, or pressed Ctrl-C (`name` is then "interrupt")."""

    type: Literal["command"] = "command"
    name: str
    argument: str = ""


class DisputeEvent(Event):
    """The candidate disputes the `verdict` on `line` (m1, kp3 …) in the last grade of `question`, and says why.

    The grade stays as it is.
    """

    type: Literal["dispute"] = "dispute"
    question: str
    line: str
    verdict: KeyPointVerdict | MistakeVerdict
    reason: str


UNAVAILABLE = "unavailable"


class ErrorEvent(Event):
    """The embedded interviewer took over: the model was "unavailable" (gave no turn) or "unusable" (gave bad ones).

    `message` is for the candidate, in their language.
    """

    type: Literal["error"] = "error"
    kind: str = ""
    message: str


EndReason = Literal["completed", "quit", "end_of_input", "interrupted", "failed"]


class EndEvent(Event):
    """The last line: why it ended, the number of questions asked and graded, the mean score or None.

    `usage` sums up the model's turns: requests, tokens as far as they were told, repairs, steps taken by razbor.
    """

    type: Literal["end"] = "end"
    reason: EndReason
    asked: int
    graded: int
    mean_score: float | None
    usage: Json | None = None


EVENT_CLASSES: dict[str, type[Event]] = {
    str(cls.model_fields["type"].default): cls
    for cls in (
        SessionEvent, ResumeEvent, PlanEvent, QuestionEvent, MessageEvent, ModelCallEvent, ToolCallEvent,
        ToolResultEvent, GradeEvent, RepairEvent, CommandEvent, DisputeEvent, ErrorEvent, EndEvent,
    )
}  # fmt: skip
