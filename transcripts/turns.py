"""The events of a model's turn: what it said raw, its tool calls and their results, and what had to be repaired."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from transcripts.event import Event, Json


class RecordedCall(BaseModel):
    """A tool call in a model's raw turn. Fields that a server adds to a call are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True)  # some servers want their own fields back

    id: str
    """The call's id as the model's server gave it, or razbor's own where it gave none."""
    name: str
    """The tool as the model named it; there may be no such tool."""
    arguments: str
    """The arguments as raw text: JSON if the model did well."""


class Reply(BaseModel):
    """A model's raw turn, before anything was repaired."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    content: str = ""
    """Its words; the candidate saw only those that a `message` repeats."""
    tool_calls: list[RecordedCall] = []
    """Its tool calls, in its order."""
    reasoning: str = ""
    """What it thought, where the server tells; never shown to the candidate."""
    finish_reason: str | None = None
    """Why the server stopped, in its own word: `stop`, `tool_calls`, `length` (cut off), `content_filter` (refused) …;
    null: it did not say."""


class ModelCallEvent(Event):
    """One turn of the model, written when its reply is complete. What became of it follows in other events."""

    type: Literal["model_call"] = "model_call"
    model: str
    """The model's name; `embedded` is the interviewer that comes with razbor."""
    request_sha256: str
    """SHA-256 in hex of `[messages, tools]` as JSON: keys sorted, no spaces, all but ASCII escaped; as razbor holds
    them, before they are adapted to the endpoint."""
    messages: list[str] = []
    """The first 12 hex digits of the SHA-256 of each message of the request, to tell which one changed."""
    dialect: str = ""
    """How the model was asked: `native` (tool calls), `schema` (JSON by a schema), `json` (any JSON) or `prompted`
    (JSON, merely asked for); empty for `embedded`."""
    reply: Reply
    """The raw turn."""
    usage: Json | None = None
    """Tokens as the server counted them, each only if told: `prompt_tokens`, `cached_tokens` (of the prompt's) and
    `completion_tokens`; null: it told none."""
    latency_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Milliseconds from the request to the complete turn, further attempts included."""


class ToolCallEvent(Event):
    """A tool was called; exactly one `tool_result` with the same `id` answers it."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    """The call's id."""
    name: str
    """The tool: `fetch_question`, `grade_answer` or `reveal_breakdown`; a model may also name one that is none."""
    arguments: str
    """The arguments as raw text, which need not be JSON."""
    by: Literal["model", "razbor"] = "model"
    """Who called: `razbor` once the candidate has left."""


class ToolResultEvent(Event):
    """The one answer to a tool call."""

    type: Literal["tool_result"] = "tool_result"
    id: str
    """The call's id."""
    name: str
    """The tool as the call named it."""
    ok: bool
    """Whether the call was carried out; false: refused, and `content` says why."""
    content: str
    """What the model gets to read: a JSON object as text, with `ok`, `next` (the step that is due) and the result,
    or `error`."""


class RepairEvent(Event):
    """A model's turn or a request was not usable as it was, and razbor did something about it."""

    type: Literal["repair"] = "repair"
    problem: str
    """What was wrong, in a few English words; not a fixed list."""
    action: str
    """What was done (a few English words), or the step that was due and that the model was told."""
