"""A row of the table of quirks, and the one way in which every row is played and judged.

A row is an interview in which an endpoint does something strange, and what has to come of it. Whatever a row is
about, `play` asserts what must hold in all of them: the interview ends in order, the answer is graded as often as it
should be, nothing technical is on screen, the record verifies, every request is in a form that all servers take.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest

from agent.models.failure import EndpointError
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, ID, INVITE, REVEAL, Held, hold
from tests.endpoint.scripted import STREAM, Json, Response, Script, Step, call, error, say, whole
from transcripts.events import MessageEvent

Check = Callable[[Held, list[Json]], None]
By = Literal["model", "rescue", "take-over", "remedy", "unit"]
TOOLS = ["fetch_question", "grade_answer", "reveal_breakdown"]
PLAIN: dict[str, Response] = {"fetch": FETCH, "invite": INVITE, "grade": GRADE, "reveal": REVEAL, "bye": BYE}
_DONE: dict[str, tuple[str, Any]] = {
    "fetch": ("fetch_question", {}), "invite": ("say", "Please go ahead."), "grade": ("grade_answer", json.loads(ID)),
    "reveal": ("reveal_breakdown", json.loads(ID)), "bye": ("say", "Goodbye."),
}  # fmt: skip
NOT_FOR_THE_SCREEN = re.compile(
    r"</?(?:tool_call|think|function|parameter|invoke|html)|[{\[]\s*['\"](?:name|action|type|arguments|function)['\"]"
    r"|<\||\|>|<｜|｜>|</?s>|\[TOOL_CALLS\]|\[ARGS\]|\[INST\]|```|functions\.\w|question_id|traceback",
    re.IGNORECASE,
)
REQUEST_KEYS = {"model", "messages", "stream", "tools", "max_tokens", "max_completion_tokens", "response_format",
                "stream_options"}  # fmt: skip
MESSAGE_KEYS = {"role", "content", "tool_calls", "tool_call_id"}
CALL_KEYS = {"id", "type", "function"}
LARGEST = 4096 * 3.3  # bytes of a request; 4,096 tokens


@dataclass(frozen=True)
class Row:
    """One form of a quirk, and the right behaviour.

    `by` says who must hold the interview: the model; the model, but for a turn that razbor takes (rescue); razbor from
    some point on (take-over); nobody, since there is no first question to be had (remedy); or it is no interview at
    all, but a check of its own (unit). `repairs` are regular expressions for "problem → action" of all repairs, in
    their order.
    """

    quirk: str  # Q01, or Q01/form
    what: str
    steps: Sequence[Step] = ()
    by: By = "model"
    repairs: tuple[str, ...] | None = ()  # None: any
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    graded: int = 1
    waits: list[float] | None = field(default_factory=list)  # seconds between tries; None: any
    refuses: Callable[[Json], Response | None] | None = None  # what a picky server answers to a request it dislikes
    remember: bool = True  # hold a second interview, to see that what was learned is remembered
    again: Sequence[Step] = ()  # the steps of a second interview, which shows what was learned; else those of CAPABLE
    forever: Step | None = None  # what it answers once the steps are over
    allowed: frozenset[str] = frozenset()  # keys in messages and calls, beside the usual ones
    lines: Sequence[str] = (ANSWER,)
    options: Json = field(default_factory=dict)  # of `hold`
    failure: str = ""  # the kind of EndpointError that a remedy is given for
    check: Check | None = None
    unit: Callable[[Path], None] | None = None

    @property
    def id(self) -> str:
        """The quirk's id, without the form."""
        return self.quirk.split("/", 1)[0]

    @property
    def strange(self) -> list[Response]:
        """The streamed responses that are not plain."""
        known = {id(step) for step in PLAIN.values()}
        return [s for s in self.steps if isinstance(s, Response) and id(s) not in known and _can_be_cut(s)]


def _can_be_cut(response: Response) -> bool:
    whole_bytes = all(isinstance(piece, bytes) for piece in response.pieces)
    return response.content_type == STREAM and response.status == 200 and whole_bytes and not response.drop


def instead(at: str, *steps: Step) -> list[Step]:
    """The steps of a plain interview with others in the place of the one named `at`."""
    return [new for name, step in PLAIN.items() for new in (steps if name == at else (step,))]


def before(at: str, *steps: Step) -> list[Step]:
    """The steps of a plain interview with others before the one named `at`, which has to be asked for again."""
    return instead(at, *steps, PLAIN[at])


def capable(name: str) -> Step:
    """A step of a model that speaks whatever it is asked for: calls or JSON actions, streamed or whole."""
    action, given = _DONE[name]

    def step(body: Json) -> Response:
        words = given if action == "say" else ""
        if "tools" not in body:
            words = json.dumps({"action": action, "text" if words else "arguments": given})
        if not body["stream"]:
            function = {"name": action, "arguments": json.dumps(given)}
            calls = [{"id": "call_abc1", "type": "function", "function": function}]
            return whole({"content": words} if words else {"content": None, "tool_calls": calls})
        return say(words) if words else call(action, given)

    return step


CAPABLE = [capable(name) for name in PLAIN]


def refuse_if(condition: Callable[[Json], bool], status: int, body: Any) -> Callable[[Json], Response | None]:
    """A server that refuses every request of which `condition` is true."""
    return lambda request: error(status, body) if condition(request) else None


@dataclass
class Server:
    """Plays the steps to requests it takes, and keeps those it refused."""

    steps: list[Step]
    row: Row
    refused: list[str] = field(default_factory=list)

    def __call__(self, body: Json) -> Response:
        """The response to one request."""
        if self.row.refuses and (refusal := self.row.refuses(body)):
            text = json.dumps(body, sort_keys=True)
            assert text not in self.refused or refusal.status == 200, "a refused request was sent again as it was"
            self.refused.append(text)
            return refusal
        step = self.steps.pop(0) if self.steps else self.row.forever
        assert step, f"no step left for {json.dumps(body['messages'])[-300:]}"
        return step if isinstance(step, Response) else step(body)


def play(row: Row, folder: Path) -> None:
    """Hold the interview of a row and assert what must come of it."""
    if row.unit:
        row.unit(folder)
        return
    server = Server(list(row.steps), row)
    with Script(forever=server) as script:
        if row.failure:
            with pytest.raises(EndpointError) as failed:
                hold(script, folder, row.lines, **row.options)
            assert failed.value.kind == row.failure
            assert not server.steps
            return
        held = hold(script, folder, row.lines, **row.options)
        assert not script.problems, script.problems
        assert not server.steps, f"{len(server.steps)} steps were not asked for; {held.repairs}"
        bodies = script.bodies
        if row.refuses:
            assert server.refused, "nothing was refused: the row shows nothing"
            if row.remember:
                _remembered(row, script, folder)
    for body in bodies:
        well_formed(body, row.allowed)
    _judge(row, held)
    if row.check:
        row.check(held, bodies)


def _remembered(row: Row, script: Script, folder: Path) -> None:
    """A second interview with the same endpoint begins with what was learned in the first."""
    again = Server(list(row.again or CAPABLE), row)
    script.forever = again
    held = hold(script, folder, row.lines, **row.options)
    assert not again.refused, "what was learned was not remembered"
    assert (held.reason, held.by_model) == ("completed", True)


def _judge(row: Row, held: Held) -> None:
    """What every row must come to, and what this row says of itself."""
    assert held.reason == "completed"
    assert held.graded == row.graded
    if row.graded == 1:
        assert list(dict.fromkeys(held.calls)) == TOOLS  # an open question may be fetched again
    assert who(held) == row.by, held.repairs
    assert held.differences() == []
    assert not (found := NOT_FOR_THE_SCREEN.search(held.shown)), f"on screen: {found}"
    spoken = [event.content for event in held.events if isinstance(event, MessageEvent) and event.role == "assistant"]
    assert not any(NOT_FOR_THE_SCREEN.search(words) for words in spoken), spoken
    for words in row.shown:
        assert words in held.shown
    for words in row.hidden:
        assert words not in held.shown
    if row.waits is not None:
        assert held.waits == row.waits
    if row.repairs is not None:
        repairs = [f"{problem} → {action}" for problem, action in held.repairs]
        assert len(repairs) == len(row.repairs), repairs
        for pattern, repair in zip(row.repairs, repairs, strict=True):
            assert re.search(pattern, repair), repairs


def who(held: Held) -> By:
    """Who held the interview."""
    return "take-over" if held.takeovers else "rescue" if held.rescues else "model"


def well_formed(body: Json, allowed: frozenset[str] = frozenset()) -> None:
    """Assert that a request is in a form that every server takes."""
    assert not set(body) - REQUEST_KEYS, set(body)
    assert all(value is not None and value != [] for value in body.values())
    assert "max_tokens" in body or "max_completion_tokens" in body
    text = json.dumps(body, ensure_ascii=False)
    assert len(text.encode()) < LARGEST  # and no lone surrogate is in it
    roles = [message["role"] for message in body["messages"]]
    assert "system" not in roles[1:]
    assert roles[:1] == ["user"] or roles[:2] == ["system", "user"]
    for role, following in pairwise(roles):
        assert (role, following) not in {("user", "user"), ("tool", "user"), ("assistant", "assistant")}, roles
    assert roles[-1] in ("user", "tool")
    assert "tools" in body or "tool" not in roles
    _calls_well_formed(body["messages"], allowed)


def _calls_well_formed(messages: Sequence[Json], allowed: frozenset[str]) -> None:
    """Every message is a text, every call complete and answered once, in order, right after it."""
    seen: list[str] = []
    waiting: list[str] = []
    for message in messages:
        assert not set(message) - MESSAGE_KEYS - allowed, set(message)
        assert isinstance(message["content"], str)
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0)
            assert 0 < len(message["content"]) <= 4000
        else:
            assert not waiting
            assert message["content"].strip() or message["tool_calls"]
        for made in message.get("tool_calls", ()):
            assert not set(made) - CALL_KEYS - allowed, set(made)
            assert re.fullmatch(r"[\x21-\x7e]{1,40}", made["id"])
            assert re.fullmatch(r"[\w-]{1,64}", made["function"]["name"], re.ASCII)
            arguments = json.loads(made["function"]["arguments"])
            assert isinstance(arguments, dict)
            assert made["function"]["arguments"] == json.dumps(arguments, ensure_ascii=False)
            waiting.append(made["id"])
        seen += waiting if message["role"] == "assistant" else []
    assert not waiting
    assert len(seen) == len(set(seen)), seen


def native_calls(body: Json) -> list[Json]:
    """All tool calls in the history of a request."""
    return [made for message in body["messages"] for made in message.get("tool_calls", ())]


def last(body: Json) -> str:
    """What a request ends with."""
    return str(body["messages"][-1]["content"])


def one(function: Any, call_id: Any = "call_abc1", index: Any = 0, **more: Any) -> Json:
    """An entry of `tool_calls` in a delta; `...` leaves a key out."""
    entry = {"index": index, "id": call_id, "type": "function", "function": function, **more}
    return {key: value for key, value in entry.items() if value is not ...}


GRADE_JSON = f'{{"name": "grade_answer", "arguments": {ID}}}'
REVEAL_JSON = f'{{"name": "reveal_breakdown", "arguments": {ID}}}'
GRADE_CALL, REVEAL_CALL = ({"name": name, "arguments": ID} for name in ("grade_answer", "reveal_breakdown"))
