"""The one boundary between a model and the tools: where a model's mistake becomes a result it can read.

Every call goes: parse → schema → budget → precondition and execution (the tool) → truncate → wrap.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from prompts import to_model
from tools.arguments import ArgumentsError, parse_arguments
from tools.interview import SPEECH, Interview
from transcripts.events import Event, Json, ToolCallEvent, ToolResultEvent
from transcripts.signals import uninterrupted

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

MAX_RESULT = 8_000  # characters of JSON
CUT_MARK = " …[cut]"
SMALLEST_CUT = 40
CALLS_PER_TURN = 8
CALLS_PER_TOOL = 8  # a question, and two more for each follow-up that it may have
MAX_REPEATS = 2


class ToolError(Exception):
    """A model's mistake, in words that tell it what to do instead."""


class GivingUp(Exception):  # noqa: N818 - not an error, an end
    """The model keeps making mistakes; the loop must go on without it."""


@dataclass(frozen=True)
class ToolCall:
    """A call as the model made it; `arguments` is its raw text."""

    id: str
    name: str
    arguments: str


@cache  # of the few classes of arguments that there are
def _flat_schema(arguments: type[BaseModel]) -> Json:
    schema = arguments.model_json_schema()
    properties = {
        name: {key: value for key, value in spec.items() if key != "title"}
        for name, spec in schema["properties"].items()
    }
    required = schema.get("required", [])
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def validator(schema: Json) -> "Draft202012Validator":
    """What checks arguments against a schema; the latest are kept, since every interview has the same."""
    return _validator(json.dumps(schema))


@lru_cache(maxsize=16)
def _validator(schema: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # as long to import as all of razbor

    return Draft202012Validator(json.loads(schema))


@dataclass(frozen=True)
class Tool:
    """A function for the model. `run` raises ToolError when a precondition does not hold."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], Json]

    @property
    def schema(self) -> Json:
        """The arguments as a flat JSON schema: no $ref, no titles, nothing that isn't named allowed."""
        return _flat_schema(self.arguments)

    @property
    def wire(self) -> Json:
        """The tool as Chat Completions sends it."""
        function = {"name": self.name, "description": self.description, "parameters": self.schema}
        return {"type": "function", "function": function}


class Due(NamedTuple):
    """What a result says is to be done next: the step's name and, where that is not enough, how to do it."""

    next: str
    do: str


Guide = Callable[[Interview], Due]


@dataclass
class Budget:
    """How many calls a model may make: per turn, per tool, and so per interview; and the same one in a row."""

    by_interview: int  # of each tool
    turn: int = 0
    by_tool: Counter[str] = field(default_factory=Counter)
    last: tuple[str, str] | None = None
    repeats: int = 0

    def new_turn(self) -> None:
        """The candidate spoke: the counters of the turn begin again."""
        self.turn, self.last, self.repeats = 0, None, 0

    def charge(self, call: ToolCall) -> None:
        """Count one call; ToolError when it is one too many, GivingUp when it is the same one yet again."""
        self.turn += 1
        self.by_tool[call.name] += 1
        key = (call.name, call.arguments.strip())
        self.repeats = self.repeats + 1 if key == self.last else 0
        self.last = key
        if self.repeats > MAX_REPEATS:
            raise GivingUp("the same call again and again")
        if self.repeats:
            raise ToolError(to_model("tool.repeated"))
        if self.turn > CALLS_PER_TURN:
            raise ToolError(to_model("tool.turn_budget", limit=CALLS_PER_TURN))
        if self.by_tool[call.name] > self.by_interview:
            raise ToolError(to_model("tool.budget", name=call.name))


class Registry:
    """The tools of one interview. `call` records each call and its one result as events."""

    def __init__(
        self, tools: Sequence[Tool], interview: Interview, emit: Callable[[Event], None], guide: Guide | None = None
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._open: ToolCall | None = None  # begun, and not yet answered
        self.schemas = [tool.wire for tool in tools]  # what the model is sent; the same bytes all through the interview
        self._interview = interview
        self._emit = emit
        self._guide = guide or _guide
        session = interview.session
        self.budget = Budget((CALLS_PER_TOOL + 2 * session.follow_ups) * (session.questions + 1))

    def call(self, call: ToolCall, *, by_razbor: bool = False, free: bool = False) -> ToolResultEvent:
        """Execute one call. A mistake of the model comes back as a result with ok=False, never as an exception.

        Calls that razbor makes, and those made `free`, are not charged to the model's budget.
        """
        try:
            self._begin(call, by="razbor" if by_razbor else "model")
            if not by_razbor and not free:
                self.budget.charge(call)
            content, ok = self._execute(call), True
        except ToolError as error:
            content, ok = {"error": str(error)}, False
        except (KeyboardInterrupt, GivingUp):
            self.refuse(call)
            raise
        return self._finish(call, content, ok=ok)

    def refuse(self, call: ToolCall) -> None:
        """Answer a call that is not carried out, so that none stays without its result."""
        if self._open is not call:
            self._begin(call, by="model")
        self._finish(call, {"error": to_model("tool.interrupted")}, ok=False)

    def _begin(self, call: ToolCall, by: Literal["model", "razbor"]) -> None:
        with uninterrupted():
            self._open = call
            self._emit(ToolCallEvent(id=call.id, name=call.name, arguments=call.arguments, by=by))

    def _finish(self, call: ToolCall, content: Json, *, ok: bool) -> ToolResultEvent:
        result = ToolResultEvent(id=call.id, name=call.name, ok=ok, content=self._wrap(content, ok))
        with uninterrupted():
            self._open = None
            self._emit(result)
        return result

    def _execute(self, call: ToolCall) -> Json:
        tool = self._tools.get(call.name)
        if tool is None:
            raise ToolError(to_model("tool.unknown", name=call.name[:60], known=", ".join(self._tools)))
        return tool.run(self._parse(tool, call.arguments))

    def _parse(self, tool: Tool, raw: str) -> BaseModel:
        """Raw text → arguments that hold against the very schema that was sent."""
        expected = json.dumps(tool.schema["properties"], ensure_ascii=False)
        try:
            arguments = parse_arguments(raw)
        except ArgumentsError as error:
            key = "tool.cut_off" if error.cut_off else "tool.not_json"
            raise ToolError(to_model(key, name=tool.name, expected=expected)) from error
        try:  # the schema is made of this model: what is strictly one of its kind holds against the schema
            return tool.arguments.model_validate(arguments, strict=True)
        except ValidationError as error:
            problem = _problem(tool.schema, arguments) or error.errors()[0]["msg"]
            values = {"name": tool.name, "problem": problem[:200], "expected": expected}
            raise ToolError(to_model("tool.bad_arguments", **values)) from error

    def _wrap(self, content: Json, ok: bool) -> str:
        """The result as JSON text of at most MAX_RESULT characters, with the step that is due."""
        due = self._guide(self._interview)
        return fit({"ok": ok, "next": due.next, **content, **({"do": due.do} if due.do else {})})


def _guide(interview: Interview) -> Due:
    """Each step by its name; how to speak, where words are due."""
    step = interview.step()
    return Due(step.value, to_model(f"step.{step.value}") if step in SPEECH else "")


def _problem(schema: Json, arguments: Json) -> str:
    """What is wrong with the arguments by their schema; empty where nothing is."""
    from jsonschema.exceptions import best_match

    found = best_match(validator(schema).iter_errors(arguments))
    return found.message if found else ""


def fit(content: Json, limit: int = MAX_RESULT) -> str:
    """`content` as JSON; where that is too long, its longest texts are cut, each with a mark."""
    text, cap = json.dumps(content, ensure_ascii=False), limit
    while len(text) > limit and cap > SMALLEST_CUT:
        cap //= 2
        text = json.dumps(_cut(content, cap), ensure_ascii=False)
    return text


def _cut(value: Any, cap: int) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value if len(value) <= cap else value[:cap] + CUT_MARK
    if isinstance(value, list):
        return [_cut(item, cap) for item in value]
    if isinstance(value, dict):
        return {key: _cut(item, cap) for key, item in value.items()}
    return value
