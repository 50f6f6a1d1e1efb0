"""Whatever comes over the wire: what holds for all of it, not only for what we thought of."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.context import MAX_WORDS, SMALLEST, estimate, shorten, shrink
from agent.endpoints import Endpoint
from agent.model import AssistantTurn
from agent.models.clock import Limits
from agent.models.dialect import request
from agent.models.endpoint import EndpointModel
from agent.models.failure import EndpointError
from agent.models.fit import Fit, Fits
from agent.models.interpret import interpret
from agent.models.normal import MAX_ID, normalise
from agent.models.refusal import from_status
from agent.models.reply import Accumulator
from agent.models.sse import GarbledError, payloads
from agent.models.wire import Wire
from agent.session import Journal, assemble
from tests.endpoint.holding import QUESTION, hold
from tests.endpoint.scripted import HTML, JSON, STREAM, Json, Response, Script
from tools.arguments import ArgumentsError, parse_arguments
from tools.graders.local import LocalGrader
from tools.interview import Step
from tools.planner import in_order
from transcripts.events import ModelCallEvent, Reply, SessionEvent
from transcripts.recorder import to_line

SESSION = SessionEvent(
    id="t", razbor="0", lang="en", mode="practice", questions=1, follow_ups=0, seed=1, model="m",
    grader=LocalGrader().id, max_steps=50,
)  # fmt: skip
TOOLS = assemble(SESSION, in_order([]), LocalGrader(), Journal()).registry.schemas
NAMES = [tool["function"]["name"] for tool in TOOLS]
MESSAGES = [{"role": "system", "content": "You interview."}, {"role": "user", "content": "Begin."}]
SOON = 2.0  # seconds; what is slower than this hangs on a longer text

any_text = st.text(st.characters(), max_size=12)  # lone surrogates and NUL included
KEYS = (
    "choices", "delta", "message", "content", "text", "thinking", "tool_calls", "function", "function_call", "name",
    "arguments", "id", "index", "type", "usage", "timings", "prompt_n", "cache_n", "predicted_n", "prompt_tokens",
    "prompt_tokens_details", "cached_tokens", "finish_reason", "reasoning", "reasoning_content", "code", "param",
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | any_text, inner, max_size=3),
    max_leaves=6,
)


def keyed(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Objects with some of these keys, whose values are mostly of the right kind."""
    return st.fixed_dictionaries({}, optional={key: value | json_values for key, value in fields.items()})


broken = st.text("{}[]()\"':,\\ \n&quot;`jsontruefalsenul0123456789eE.-+", max_size=40)
functions = keyed(name=st.sampled_from(NAMES), arguments=broken | st.just(f'{{"question_id": "{QUESTION}"}}'))
calls = keyed(id=any_text, index=st.integers(-1, 3), type=st.just("function"), function=functions)
deltas = keyed(
    role=st.just("assistant"), content=st.text(max_size=20), tool_calls=st.lists(calls, max_size=3),
    reasoning_content=st.text(max_size=9), function_call=functions,
)  # fmt: skip
choices = keyed(index=st.just(0), delta=deltas, message=deltas, finish_reason=st.sampled_from(["stop", "length"]))
counts = keyed(prompt_tokens=st.integers(), completion_tokens=st.integers(), prompt_n=st.integers(), cache_n=any_text)
chunks = keyed(choices=st.lists(choices, min_size=1, max_size=2), usage=counts, timings=counts)


# Arguments


@given(st.text(st.characters()) | broken)
@example("{'a': 1" * 3000)
@example('{"a": ' + "[" * 50_000)
@example("-" * 50_000 + "1")
@example('{"a": 0x' + "f" * 9_000 + "}")
@example('{"a": ' + "9" * 9_000 + "}")
def test_any_text_is_arguments_or_an_arguments_error(raw: str) -> None:
    with suppress(ArgumentsError):
        assert isinstance(parse_arguments(raw), dict)


@pytest.mark.parametrize("text", ["```" + "\n" * 1000, "```" + " " * 1000 + "x", "\n" * 1000 + "```", "," * 1000 + "{"])
def test_arguments_are_read_or_refused_soon(text: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ArgumentsError):
        parse_arguments(text)
    assert time.perf_counter() - begin < SOON


@given(st.dictionaries(st.text(), st.text()))
def test_flat_arguments_come_back_as_they_were(arguments: dict[str, str]) -> None:
    assert parse_arguments(json.dumps(arguments)) == arguments
    assert parse_arguments(json.dumps(arguments, ensure_ascii=False)) == arguments
    assert parse_arguments(json.dumps(json.dumps(arguments))) == arguments
    assert parse_arguments(f"```json\n{json.dumps(arguments)}\n```") == arguments


awkward = st.lists(
    st.sampled_from(["{", "}", "'", '"', ",", ":", "&quot;", "\\", "[", "]", "1", "a", " ", "```", "}}"]), max_size=8
).map("".join)


@given(
    st.dictionaries(awkward, awkward | st.integers() | st.dictionaries(awkward, awkward, max_size=2), max_size=3),
    st.data(),
)
@example({"x": "&quot;, &quot;y&quot;: 1}"}, None)
def test_what_was_cut_off_is_never_completed(arguments: Json, data: st.DataObject | None) -> None:
    text = json.dumps(arguments)
    ends = range(1, len(text)) if data is None else [data.draw(st.integers(1, len(text) - 1))]
    for end in ends:
        with pytest.raises(ArgumentsError):
            parse_arguments(text[:end])


# Streams


def read(pieces: list[bytes]) -> list[Any] | str:
    """The payloads, or that they are garbled."""
    try:
        return list(payloads(pieces))
    except GarbledError:
        return "garbled"


def split(body: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    return [body[begin:end] for begin, end in pairwise(places)]


lines = st.one_of(
    st.binary(max_size=20), json_values.map(lambda v: f"data: {json.dumps(v)}".encode()),
    st.sampled_from([b"", b"data:", b"data: [DONE]", b": keep-alive", b"event: x", b"\xef\xbb\xbfdata: 1", b"data: {"]),
)  # fmt: skip
bodies = st.lists(st.tuples(lines, st.sampled_from([b"\n", b"\r\n", b"\n\n"]))).map(
    lambda parts: b"".join(line + end for line, end in parts)
)
cuts_of_a_body = st.lists(st.integers(0, 2000), max_size=12)


@given(st.binary() | bodies, cuts_of_a_body)
def test_any_bytes_in_any_pieces_are_values_or_garbled(body: bytes, cuts: list[int]) -> None:
    assert repr(read(split(body, cuts))) == repr(read([body]))


@given(st.lists(json_values, max_size=5), st.booleans(), cuts_of_a_body)
def test_a_stream_means_the_same_wherever_it_is_cut(values: list[Any], ascii_only: bool, cuts: list[int]) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace") for value in values]
    body = b"".join(b"data: %s\n\n" % text for text in texts) + b"data: [DONE]\n\n"
    expected = [json.loads(text, parse_constant=lambda _: None) for text in texts]  # NaN is no JSON
    assert repr(read([body])) == repr(expected)
    assert repr(read(split(body, cuts))) == repr(expected)
    assert repr(read([bytes([byte]) for byte in body])) == repr(expected)


@settings(max_examples=300)
@given(st.lists(chunks | json_values, max_size=4))
@example([{"choices": 5}])
@example([{"choices": [{"delta": {"tool_calls": True}}]}])
@example([{"choices": [{"delta": {"tool_calls": [{"name": "x", "function": {"name": "x"}}]}}]}])
@example([{"choices": [{"delta": {"tool_calls": [{"function": {"name": "\ud800", "arguments": "\udfff"}}]}}]}])
@example([{"choices": [{"delta": {"tool_calls": [{"id": "\ud800", "function": {"name": "x"}}]}}]}])
@example([{"choices": [{"delta": {}, "finish_reason": "\ud800"}]}])
@example([{"timings": {"prompt_n": 1, "cache_n": "x"}}])
def test_any_chunks_make_a_reply_that_can_be_recorded(parts: list[Any]) -> None:
    turn = Accumulator()
    for part in parts:
        turn.add(part)
    event = ModelCallEvent(
        model="m", request_sha256="", reply=turn.reply(), usage=turn.usage, latency_ms=0.0, dialect="native"
    )
    assert ModelCallEvent.model_validate_json(to_line(event)).reply.content == event.reply.content


def test_nesting_has_no_depth_that_breaks_the_accumulator() -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = [{"text": deep}]
    for key in ("content", "reasoning"):
        turn = Accumulator()
        turn.add({"choices": [{"delta": {key: deep}}]})
        assert isinstance(turn.reply(), Reply)


# Messages before they leave

flags = st.fixed_dictionaries(
    {"short_ids": st.booleans(), "fold_system": st.booleans(), "keep_reasoning": st.booleans()}
)
special = st.sampled_from(
    ["<|im_end|>", "[INST]", "</s>", "<tool_call>", "<think>", "\0", "\ud800", " ", "", "[TOOL_CALLS]", "\u2060", "<"]
)
contents = st.lists(special | any_text, max_size=4).map("".join)
odd_contents = contents | st.none() | st.integers() | st.booleans()
some_ids = st.sampled_from(
    ["", "a", "b", "abc123XYZ", "call_1", "c00000000", "c00000001", "d00000001", "x" * 41, "with space", "ключ"]
) | any_text  # fmt: skip
sent_functions = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "name": st.none() | st.sampled_from([*NAMES, "", "functions.f", "имя", "n" * 99]) | any_text,
        "arguments": st.none() | broken | st.sampled_from(['{"a": 1}', '{"a": NaN}', '{"a": 1e999}', "[1]", '"{}"']),
    },
)
sent_calls = st.fixed_dictionaries(
    {},
    optional={"id": st.none() | some_ids, "type": st.none() | any_text, "function": sent_functions,
              "index": st.integers(), "extra_content": any_text},
)  # fmt: skip
messages = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"])}, optional={"content": odd_contents}),
    st.fixed_dictionaries(
        {"role": st.just("assistant")},
        optional={"content": odd_contents, "tool_calls": st.none() | st.lists(sent_calls, max_size=3),
                  "reasoning_content": any_text},
    ),
    st.fixed_dictionaries({"role": st.just("tool")}, optional={"content": odd_contents, "tool_call_id": some_ids}),
    st.fixed_dictionaries({"role": st.just("system")}, optional={"content": st.none() | st.text(max_size=9)}),
)  # fmt: skip


def not_json(word: str) -> None:
    raise ValueError(word)


@settings(max_examples=400)
@given(st.lists(messages, max_size=10), flags)
@example([{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": '{"a": NaN}'}}]}], {})
@example([{"role": "assistant", "tool_calls": [{"id": "a", "extra_content": {"note": "\ud800"}}]}], {})
def test_normal_messages_hold_what_the_module_says(given_messages: list[Json], options: dict[str, bool]) -> None:
    sent = normalise(given_messages, **options)
    json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()  # as the wire does it
    system = [message for message in sent if message["role"] == "system"]
    assert system == sent[: len(system)]
    assert len(system) <= 1
    rest = sent[len(system) :]
    assert rest[0]["role"] == "user"
    if options.get("fold_system"):
        assert not system
    for message in sent:
        assert isinstance(message["content"], str)
        assert "\0" not in message["content"]
        if message["role"] == "user" and message is not rest[0]:
            assert not re.search(r"<\||</?s>|</?think|</?tool_call|\[INST\]|\[TOOL_CALLS\]", message["content"])
        if message["role"] == "assistant":
            assert message["content"].strip() or message.get("tool_calls")
            assert "reasoning_content" not in message or options.get("keep_reasoning")
    for before, after in pairwise(sent):
        assert before["role"] != after["role"] or after["role"] == "tool"
        assert (before["role"], after["role"]) != ("tool", "user")


@settings(max_examples=400)
@given(st.lists(messages, max_size=10), flags)
def test_every_normal_call_is_answered_once_right_after_it(given_messages: list[Json], options: Json) -> None:
    sent = normalise(given_messages, **options)
    open_ids: list[str] = []
    seen: list[str] = []
    fitting = r"[A-Za-z0-9]{9}" if options["short_ids"] else rf"[\x21-\x7e]{{1,{MAX_ID}}}"
    for message in sent:
        if message["role"] == "tool":
            assert open_ids, "an answer without a call"
            assert message["tool_call_id"] == open_ids.pop(0)
            continue
        assert not open_ids, "a call without its answer"
        for call in message.get("tool_calls", ()):
            assert re.fullmatch(fitting, call["id"])
            assert call["type"] == "function"
            assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call["function"]["name"])
            arguments = json.loads(call["function"]["arguments"], parse_constant=not_json)
            assert isinstance(arguments, dict)
            open_ids.append(call["id"])
            seen.append(call["id"])
    assert not open_ids
    assert len(set(seen)) == len(seen)


@settings(max_examples=400)
@given(st.lists(messages, max_size=10), flags)
def test_normal_messages_stay_as_they_are(given_messages: list[Json], options: dict[str, bool]) -> None:
    sent = normalise(given_messages, **options)
    assert normalise(sent, **options) == sent


# Turns out of text

CALL = json.dumps({"name": "grade_answer", "arguments": {"question_id": QUESTION}})
ARGUMENTS = json.dumps({"question_id": QUESTION})
SIGNS = ("<tool_call>", "<function=", "[TOOL_CALLS]", "<|python_tag|>", "<think>", "</think>", "```json\n", "<invoke ")
pieces_of_turns = st.sampled_from([
    *SIGNS, "</tool_call>", "<function=grade_answer>", "</function>", '<invoke name="fetch_question">', "</invoke>",
    "<parameter=question_id>", "</parameter>", "[ARGS]", "<|im_end|>", "<|eot_id|>", "<|channel|>final<|message|>",
    "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "to=functions.grade_answer<|message|>", "<|call|>", "{", "}", "[", "]",
    '{"name": "launch", "arguments": {}}', CALL, ARGUMENTS, "grade_answer", "fetch_question({})", "user:", "```", '"',
    '{"action": "say", "text": "', "<think", ">", "Hello.", " ", "<tool", "_call>", "<func", "tion=", "\n",
])  # fmt: skip
turns = st.lists(pieces_of_turns | st.text(max_size=4), max_size=10).map("".join)
replies = st.builds(Reply, content=turns, finish_reason=st.none() | st.just("stop"), reasoning=st.text(max_size=5))
dialects = st.sampled_from(["native", "schema", "json", "prompted"])


def is_structure(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


@settings(max_examples=500)
@given(replies, dialects)
@example(Reply(content="<tool<|im_end|>_call>Hello."), "native")
@example(Reply(content="<th<think></think>ink>Hello."), "native")
def test_what_is_said_shows_no_machinery_and_calls_only_what_there_is(reply: Reply, dialect: str) -> None:
    turn = interpret(reply, TOOLS, MESSAGES, dialect)
    assert {call.name for call in turn.tool_calls} <= set(NAMES)
    assert len({call.id for call in turn.tool_calls}) == len(turn.tool_calls)
    for sign in SIGNS:
        assert sign.lower() not in turn.content.lower()
    assert not is_structure(turn.content)


@pytest.mark.parametrize("text", [
    "```" + "\n" * 1000 + "x", '{"name"' * 4000, "<think>" * 20_000, "<tool_call>" * 20_000, "<function=a>" * 10_000,
    "[TOOL_CALLS]" * 10_000, "[" * 50_000, "<|channel|>final" * 10_000, "<parameter=a>" * 10_000, " " * 50_000 + "x",
    "<function=grade_answer>" + "<parameter=a>" * 10_000, "\n" * 20_000 + "user", "grade_answer" * 9_000, "{" * 50_000,
    "[TOOL_CALLS]" + "a{" * 5_000, "<tool_call>" + "};{" * 5_000, "a.b-" * 20_000,
])  # fmt: skip
def test_a_turn_of_any_length_is_read_soon(text: str) -> None:
    begin = time.perf_counter()
    interpret(Reply(content=text), TOOLS, MESSAGES, "native")
    assert time.perf_counter() - begin < SOON


FORMS = {
    "tool_call": f"<tool_call>{CALL}</tool_call>",
    "tool_call open": f"<tool_call>\n{CALL}",
    "function": f"<function=grade_answer>{ARGUMENTS}</function>",
    "function open": f"<function=grade_answer>{ARGUMENTS}",
    "function parameters": f"<function=grade_answer><parameter=question_id>{QUESTION}</parameter></function>",
    "function parameters open": f"<function=grade_answer><parameter=question_id>\n{QUESTION}\n</parameter>",
    "function in tool_call":
        f"<tool_call><function=grade_answer><parameter=question_id>{QUESTION}</parameter></function></tool_call>",
    "invoke": f'<invoke name="grade_answer"><parameter name="question_id">{QUESTION}</parameter></invoke>',
    "invoke open": f'<invoke name="grade_answer"><parameter name="question_id">{QUESTION}</parameter>',
    "list": f"[TOOL_CALLS][{CALL}]",
    "named": f"[TOOL_CALLS]grade_answer{ARGUMENTS}",
    "named arguments": f"[TOOL_CALLS]grade_answer[ARGS]{ARGUMENTS}",
    "python_tag": f"<|python_tag|>{CALL}<|eom_id|>",
    "python_tag open": f"<|python_tag|>{CALL}",
    "DeepSeek": f"<｜tool▁call▁begin｜>grade_answer<｜tool▁sep｜>{ARGUMENTS}<｜tool▁call▁end｜>",
    "DeepSeek open": f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>grade_answer\n{ARGUMENTS}",
    "harmony": f"<|channel|>commentary to=functions.grade_answer<|message|>{ARGUMENTS}<|call|>",
    "harmony open": f"<|channel|>commentary to=functions.grade_answer<|message|>{ARGUMENTS}",
    "JSON": CALL,
    "fenced": f"```json\n{CALL}\n```",
    "spoken": f"grade_answer({ARGUMENTS})",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_call_in_text_is_a_call_when_nobody_else_said_it(form: str) -> None:
    turn = interpret(Reply(content=FORMS[form]), TOOLS, MESSAGES, "native")
    assert [call.name for call in turn.tool_calls] == ["grade_answer"]
    assert json.loads(turn.tool_calls[0].arguments) == {"question_id": QUESTION}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("role", ["user", "tool"])
@pytest.mark.parametrize("around", [("", ""), ("You said: ", ""), ("", " Is that it?"), ("Well, ", "\n\nI see.")])
def test_a_call_that_somebody_else_said_is_none(form: str, role: str, around: tuple[str, str]) -> None:
    heard = {"role": role, "content": f"I would send {FORMS[form]} to it.", "tool_call_id": "c"}
    said = around[0] + FORMS[form] + around[1]
    assert interpret(Reply(content=said), TOOLS, [*MESSAGES, heard], "native").tool_calls == ()
    spaced = said.replace(": ", ":\n  ").replace(", ", ",")
    assert interpret(Reply(content=spaced), TOOLS, [*MESSAGES, heard], "native").tool_calls == ()


@given(st.sampled_from(sorted(FORMS)), turns, turns, st.sampled_from(["user", "tool"]), dialects)
def test_no_words_around_it_make_it_a_call(form: str, before: str, after: str, role: str, dialect: str) -> None:
    content = f"{before} {FORMS[form]} {after}"
    heard = {"role": role, "content": f"I read this: {content} What is it?", "tool_call_id": "c"}
    assert interpret(Reply(content=content), TOOLS, [*MESSAGES, heard], dialect).tool_calls == ()


# Over the wire


class Stage:
    """One server for all examples; `response` is what it plays, however often it is asked."""

    def __init__(self) -> None:
        self.response = Response()
        self.server = Script(forever=lambda _: self.response)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with stage.server:
        yield stage


def patient(seconds: float) -> None:
    """Stands in for time.sleep, which refuses what is no time."""
    assert 0 <= seconds <= 60


def complete(stage: Stage, folder: Path, idle: float = 1.0) -> AssistantTurn | EndpointError:
    """One turn of the endpoint, with nothing learned before; any other exception is the test's failure."""
    memory = folder / "endpoints.json"
    memory.unlink(missing_ok=True)
    told: list[str] = []
    wire = Wire(Endpoint(stage.server.url, "m"), Limits(connect=2, idle=idle, total=2 * idle))
    model = EndpointModel(wire, Fits(memory), lambda key, **_: told.append(key), sleep=patient)
    try:
        return model.complete(MESSAGES, TOOLS, Step.FETCH)
    except EndpointError as error:
        return error
    finally:
        model.close()
        stage.server.requests.clear()


events = st.one_of(
    chunks.map(lambda chunk: b"data: %s\n\n" % json.dumps(chunk).encode()),
    json_values.map(lambda value: b"data: %s\n\n" % json.dumps(value).encode()),
    st.sampled_from([b": keep-alive\n\n", b"data: [DONE]\n\n", b"data: {\n\n", b"event: error\n", b"\n", b"\xff\xfe",
                     b'{"error": "no"}', b'data: {"error": {"message": "no"}}\n\n', b'data: {"error": [1]}\n\n',
                     b"<html>"]),
    st.binary(max_size=9),
)  # fmt: skip
headers = st.fixed_dictionaries(
    {},
    optional={
        "retry-after": st.sampled_from(
            ["1", "-1", "nan", "inf", "1e400", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00"]
        ),
        "retry-after-ms": st.sampled_from(["5", "nan", "x", "-inf"]),
        "content-encoding": st.sampled_from(["gzip", "deflate", "identity", "unheard-of"]),
        "location": st.sampled_from(["/v1/elsewhere", "http://[", "nothing://x", "/v1/chat/completions"]),
    },
)
responses = st.builds(
    Response,
    st.lists(events, max_size=5),
    st.sampled_from([200, 200, 200, 200, 201, 204, 302, 307, 400, 401, 404, 408, 413, 422, 429, 500, 503, 599]),
    st.sampled_from([STREAM, JSON, HTML, "application/json; charset=hex", "text/plain; charset=nonsense", "", "x"]),
    headers,
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(response=responses)
@example(response=Response([b"{}"], 429, JSON, {"retry-after": "nan"}))
@example(response=Response([b'{"error": "x"}'], 400, "application/json; charset=hex"))
@example(response=Response([b"data: " + b"[" * 900 + b"]" * 900 + b"\n\n"]))
@example(response=Response([b'data: {"error": ' + b"[" * 900 + b"]" * 900 + b"}\n\n"]))
@example(response=Response([b'{"error": ' + b"[" * 900 + b"]" * 900 + b"}"], 400, JSON))
def test_a_turn_or_an_endpoint_error_and_nothing_else(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, response: Response
) -> None:
    stage.response = response
    outcome = complete(stage, tmp_path_factory.getbasetemp())
    assert isinstance(outcome, AssistantTurn | EndpointError)
    if isinstance(outcome, EndpointError):
        assert outcome.kind


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=30), cuts=cuts_of_a_body, usage=counts)
def test_a_sound_stream_is_a_turn_wherever_it_is_cut(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, text: str, cuts: list[int], usage: Json
) -> None:
    arguments = json.dumps({"topic": text})
    call = {"index": 0, "id": "call_1", "function": {"name": "fetch_question", "arguments": arguments[:5]}}
    parts = [{"tool_calls": [call]}, {"tool_calls": [{"index": 0, "function": {"arguments": arguments[5:]}}]}]
    stream = [{"choices": [{"index": 0, "delta": delta}]} for delta in parts] + [{"choices": [], "usage": usage}]
    body = b"".join(b"data: %s\n\n" % json.dumps(part).encode() for part in stream) + b"data: [DONE]\n\n"
    stage.response = Response(split(body, cuts))
    turn = complete(stage, tmp_path_factory.getbasetemp())
    assert isinstance(turn, AssistantTurn)
    assert [(c.id, c.name, json.loads(c.arguments)) for c in turn.tool_calls] == [
        ("call_1", "fetch_question", {"topic": text})
    ]


@settings(max_examples=15, deadline=None)
@given(response=responses)
def test_an_interview_ends_in_order_or_never_begins(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, response: Response
) -> None:
    stage.response = response
    try:
        held = hold(stage.server, tmp_path_factory.mktemp("held"), max_steps=60)
    except EndpointError:
        return
    assert held.events[-1].type == "end"
    assert [event.type for event in held.events].count("question") <= 1
    assert held.graded <= 1


def test_an_error_page_that_drips_for_ever_is_left(stage: Stage, tmp_path: Path) -> None:
    stage.response = Response([part for _ in range(40) for part in (b" ", 0.05)], 400, HTML)
    begin = time.perf_counter()
    assert isinstance(complete(stage, tmp_path, idle=0.1), EndpointError)
    assert time.perf_counter() - begin < 5


@given(st.integers(0, 999), st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()), json_values)
@example(429, {"retry-after": "nan"}, None)
@example(429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, None)
def test_any_error_body_has_a_kind_and_a_short_detail(status: int, names: dict[str, str], body: Any) -> None:
    for text in (json.dumps(body), json.dumps({"error": body}), str(body)):
        error = from_status(status, names, text, "sk-secret")
        assert error.kind
        assert len(error.detail) <= 300
        assert error.retry_after is None or error.retry_after >= 0


# What is remembered of an endpoint

ESSENTIAL = ("model", "messages", "stream", "tools")  # a request without them is none
fits = st.builds(
    Fit, dialect=dialects, stream=st.booleans(), tokens=st.integers(1, 10**6), max_tokens=st.integers(1, 10**6),
    max_tokens_key=st.sampled_from(["max_tokens", "max_completion_tokens"]), ask_usage=st.booleans(),
    short_ids=st.booleans(), fold_system=st.booleans(), keep_reasoning=st.booleans(), plain_schema=st.booleans(),
    dropped=st.lists(st.text(max_size=9).filter(lambda key: key not in ESSENTIAL), max_size=3).map(tuple),
)  # fmt: skip
fields_of_fits = st.dictionaries(
    st.sampled_from(
        ["dialect", "stream", "tokens", "max_tokens", "max_tokens_key", "dropped", "short_ids", "self", "x"]
    ),
    json_values | dialects | st.lists(json_values, max_size=2),
    max_size=4,
)
memory_files = st.binary() | json_values.map(json.dumps) | fields_of_fits.map(lambda f: json.dumps({"e": f}))


@given(memory_files)
@example(json.dumps({"e": {"dropped": [[1], {"a": 1}]}}))
@example("[" * 100_000)
def test_any_memory_file_gives_a_fit_that_makes_requests(
    tmp_path_factory: pytest.TempPathFactory, data: bytes | str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    fit = Fits(path).load("e")
    assert fit.tokens == fit.tokens + 0
    assert all(isinstance(name, str) for name in fit.dropped)
    json.dumps(request(fit, "m", MESSAGES, TOOLS, Step.FETCH))


@given(memory_files, st.tuples(any_text, any_text), st.tuples(fits, fits))
def test_a_fit_that_was_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | str, names: tuple[str, str], saved: tuple[Fit, Fit]
) -> None:
    (one, two), (fit, other) = names, saved
    path = tmp_path_factory.getbasetemp() / "saved.json"
    path.write_bytes(before if isinstance(before, bytes) else before.encode())
    Fits(path).save(one, other)
    Fits(path).save(one, fit)
    assert Fits(path).load(one) == fit
    if one != two:
        Fits(path).save(two, other)
        assert Fits(path).load(one) == fit
        assert Fits(path).load(two) == other


def test_a_memory_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Fits(tmp_path / "file" / "endpoints.json").save("e", Fit(tokens=1))
    assert Fits(tmp_path / "file" / "endpoints.json").load("e") == Fit()
    assert Fits(tmp_path).load("e") == Fit()


# How much is sent

MARK = len(" …[cut]… ")
short_texts = st.text(st.characters(), min_size=1, max_size=9)
long_texts = st.tuples(short_texts, st.integers(0, 900)).map(lambda drawn: drawn[0] * drawn[1])
conversations = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": long_texts}), max_size=12
)


@given(st.text(st.characters()), st.integers(1, 60))
def test_shortened_text_is_no_longer_than_asked(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert short == text if len(text) <= limit else len(short) <= limit + MARK
    assert short[: limit * 2 // 3] == text[: limit * 2 // 3]
    assert short.endswith(text[-(limit // 3) :] if limit // 3 else "")


@given(conversations, st.integers(-100, 20_000))
@example([{"role": "user", "content": "\ud800"}], 100)
def test_shrunk_messages_fit_as_far_as_that_goes(said: list[Json], tokens: int) -> None:
    whole = [*MESSAGES, *said]
    before = json.dumps(whole)
    shrunk = shrink(whole, tokens)
    assert json.dumps(whole) == before, "the messages themselves stay"
    assert shrunk[0] == MESSAGES[0]
    assert shrunk[1]["role"] == "user"
    assert [message["role"] for message in shrunk[-3:]] == [message["role"] for message in whole[-3:]]
    if estimate(whole) <= tokens:
        assert shrunk == whole
    if estimate(shrunk) > tokens:
        assert len(shrunk) <= 5
        assert all(len(message["content"]) <= SMALLEST + MARK for message in shrunk[1:])


@given(conversations)
def test_an_estimate_is_never_far_too_low(said: list[Json]) -> None:
    tokens = estimate([*MESSAGES, *said], TOOLS)
    assert tokens > estimate(MESSAGES)
    assert tokens * 4 >= sum(len(message["content"]) for message in said)


def with_call(arguments: str, reasoning: str = "") -> list[Json]:
    """A conversation in which the model has called a tool, after a long answer of the candidate."""
    call = {"id": "c", "type": "function", "function": {"name": "grade_answer", "arguments": arguments}}
    asked = {"role": "assistant", "content": "", "tool_calls": [call], "reasoning_content": reasoning}
    answer = {"role": "user", "content": "An answer. " * 150, "name": "candidate"}
    return [*MESSAGES, {"role": "assistant", "content": "Please."}, answer, asked,
            {"role": "tool", "tool_call_id": "c", "content": '{"ok": true}'}]  # fmt: skip


def test_long_arguments_do_not_make_a_long_request() -> None:
    body = request(Fit(), "m", with_call(json.dumps({"question_id": "x" * 60_000})), TOOLS, Step.GRADE)
    assert estimate(body["messages"], TOOLS) <= Fit().tokens * 1.1


def test_what_is_not_sent_takes_no_room() -> None:
    thoughtful = with_call('{"question_id": "q"}', reasoning="Hmm. " * 4000)
    body = request(Fit(), "m", thoughtful, TOOLS, Step.GRADE)
    assert "reasoning_content" not in json.dumps(body)
    assert any(len(message["content"]) > MAX_WORDS / 2 for message in body["messages"]), "the answer was cut"
