"""The rows on what is sent: roles, order and history (F), parameters (G)."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from agent.endpoints import Endpoint
from agent.models.clock import Limits
from agent.models.normal import normalise
from agent.models.wire import Wire
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, INVITE, REVEAL, Held
from tests.endpoint.quirk import (
    CALL_KEYS,
    CAPABLE,
    GRADE_CALL,
    MESSAGE_KEYS,
    PLAIN,
    REQUEST_KEYS,
    REVEAL_CALL,
    Check,
    Row,
    before,
    capable,
    instead,
    last,
    native_calls,
    one,
    refuse_if,
    well_formed,
)
from tests.endpoint.rows_calls import deltas
from tests.endpoint.rows_streams import STALLS
from tests.endpoint.scripted import Json, Response, call, chunk, error, say, sse, whole
from transcripts.events import ModelCallEvent, ToolResultEvent

SIGNED = {"google": {"thought_signature": "c2lnbmVk"}}


def interrupted(at: int) -> Callable[[Endpoint, Limits], Wire]:
    """A wire on which the candidate presses Ctrl-C while the request number `at` is being answered."""

    class Interrupted(Wire):
        requests = 0

        def chat(self, body: Json) -> AbstractContextManager[Iterator[Any]]:
            self.requests += 1
            if self.requests == at:
                raise KeyboardInterrupt
            return super().chat(body)

    return Interrupted


def roles(body: Json) -> list[str]:
    """The roles of a request's messages, in order."""
    return [message["role"] for message in body["messages"]]


def learned(quirk: str, what: str, condition: Callable[[Json], bool], refusal: tuple[int, Any], **more: Any) -> Row:
    """A row in which a capable model sits behind a server that refuses a form of the request until it is changed."""
    return Row(quirk, what, CAPABLE, refuses=refuse_if(condition, *refusal), **more)


def has(key: str) -> Callable[[Json], bool]:
    """Whether a request has this key."""
    return lambda body: key in body


def has_role(role: str) -> Callable[[Json], bool]:
    """Whether a request has a message of this role."""
    return lambda body: role in roles(body)


def never(*words: str) -> Check:
    """None of these words stands in any request."""

    def check(_: Held, bodies: list[Json]) -> None:
        assert not [word for word in words for body in bodies if word in json.dumps(body)]

    return check


def native(*, still: bool) -> Check:
    """Whether the model is still asked for native calls at the end."""

    def check(_: Held, bodies: list[Json]) -> None:
        assert ("tools" in bodies[-1]) is still

    return check


def _answer_after_tool(_: Held, bodies: list[Json]) -> None:
    assert roles(bodies[1]) == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert last(bodies[1]) == ANSWER


def _merged(_: Held, bodies: list[Json]) -> None:
    assert last(bodies[2]) == f"{ANSWER}\n\nAnd a service is a name."


def _folded(_: Held, bodies: list[Json]) -> None:
    assert roles(bodies[0])[:2] == ["system", "user"]
    assert roles(bodies[1])[:1] == ["user"]
    assert bodies[0]["messages"][0]["content"] in bodies[1]["messages"][0]["content"]


def _all_answered(held: Held, bodies: list[Json]) -> None:
    results = [event for event in held.events if isinstance(event, ToolResultEvent) and not event.ok]
    assert results
    assert len(native_calls(bodies[-1])) == sum(role == "tool" for role in roles(bodies[-1]))


def _dangling(_: Path) -> None:
    """Calls without answers, answers without calls, `user` after `tool`, neighbours of one role, words of nobody."""
    made = {"id": "a", "type": "function", "function": {"name": "functions.f", "arguments": '{"a": 1'}}
    sent = normalise([
        {"role": "user", "content": "one"}, {"role": "tool", "tool_call_id": "zzz", "content": "lost"},
        {"role": "system", "content": "rules"}, {"role": "user", "content": "two"},
        {"role": "assistant", "content": None, "tool_calls": [made, made | {"id": "a"}, made | {"id": "x" * 50}]},
        {"role": "tool", "tool_call_id": "a", "content": ""}, {"role": "user", "content": "three"},
        {"role": "assistant", "content": ""}, {"role": "system", "content": "later"},
        {"role": "user", "content": "\ud83d"},
    ])  # fmt: skip
    well_formed({"model": "m", "messages": sent, "max_tokens": 1, "tools": [{}]})
    assert roles({"messages": sent}) == ["system", "user", "assistant", "tool", "tool", "tool", "assistant", "user"]
    assert sent[1]["content"] == "one\n\ntwo"
    assert "lost" not in json.dumps(sent)
    assert all(made["function"]["arguments"] == "{}" for made in sent[2]["tool_calls"])


def _signature_goes_back(_: Held, bodies: list[Json]) -> None:
    assert native_calls(bodies[-1])[1]["extra_content"] == SIGNED


def _long_result_is_cut(_: Held, bodies: list[Json]) -> None:
    results = [m["content"] for m in bodies[-1]["messages"] if m["role"] == "tool"]
    assert len(results) == 3
    assert all(json.loads(result)["ok"] for result in results)
    assert max(map(len, results)) < 1200  # the breakdown alone has 2,000


BROKEN_JSON = "{'question_id': kubernetes"
HISTORY = [
    Row("Q64", "the candidate speaks right after a tool", [FETCH, GRADE, REVEAL, BYE],
        options={"wire": interrupted(2)}, check=_answer_after_tool),
    Row("Q65", "the candidate speaks twice in a row", [FETCH, INVITE, GRADE, REVEAL, BYE],
        options={"wire": interrupted(3)}, lines=(ANSWER, "And a service is a name."), check=_merged),
    learned("Q65/strict", "roles must alternate, and system is none of them", has_role("system"), (
        500, {"error": {"message": "Conversation roles must alternate user/assistant/user/assistant/..."}}),
        repairs=("roles must alternate.*first message",), check=_folded, remember=False),
    learned("Q66", "no system role at all", has_role("system"), (
        400, {"error": {"message": "System role not supported"}}), repairs=("System role.*first message",),
        check=_folded),
    learned("Q66/jinja", "a template's exception as 500", has_role("system"), (
        500, {"error": {"code": 500, "message": "Jinja Exception: System message must be at the beginning."}}),
        repairs=("System message.*first message",), check=_folded, remember=False),
    Row("Q67", "calls that are not carried out are answered too", [FETCH, INVITE, deltas(*(
        [one(GRADE_CALL, f"call_{n}", n)] for n in range(6))), REVEAL, BYE], repairs=None, check=_all_answered),
    Row("Q67/pure", "dangling calls and orphaned answers", by="unit", unit=_dangling),
    Row("Q68", "broken arguments do not stay in the history", before("grade", call("grade_answer", BROKEN_JSON)),
        check=never('kubernetes\\"}', BROKEN_JSON)),
    learned("Q69", "no empty list of tools, no tool messages without tools", has("tools"), (
        400, {"error": {"message": "'tools' is not supported by this model"}}), repairs=("dialect",),
        check=never('"tools": []'), remember=False),
    Row("Q70", "results are texts, not empty, not long", list(CAPABLE), check=_long_result_is_cut),
    Row("Q71", "a signature on a call goes back", instead("grade", deltas([one(GRADE_CALL, extra_content=SIGNED)])),
        allowed=frozenset({"extra_content"}), check=_signature_goes_back),
    Row("Q71/gemini", "a signature on a call without an id", instead("grade", deltas([
        one(GRADE_CALL, "", ..., extra_content=SIGNED)])), allowed=frozenset({"extra_content"}),
        check=_signature_goes_back),
    Row("Q72", "an emoji in two halves", instead("invite", sse(chunk({"content": "Please go ahead \ud83d"}),
        chunk({"content": "\ude42."}), chunk({}, "stop"))), shown=("Please go ahead \U0001f642.",)),
    Row("Q72/half", "half an emoji", instead("invite", say("Please go ahead \ud83d.")),
        shown=("Please go ahead \ufffd.",)),
    Row("Q72/arguments", "half an emoji in arguments", instead("fetch", call("fetch_question", '{"topic": "\ud83d"}'))),
    Row("Q72/escaped", "half an emoji in arguments, as an escape",
        instead("fetch", call("fetch_question", '{"topic": "\\ud83d"}'))),
    Row("Q72/candidate", "bytes that are no UTF-8, and NUL, from the candidate", list(CAPABLE),
        lines=("A pod is the \udcff smallest\0 unit.",)),
]  # fmt: skip


def schema_step(name: str) -> Callable[[Json], Response]:
    """A capable step that also looks at the request in the text dialects: the word JSON is in it."""
    step = capable(name)

    def checked(body: Json) -> Response:
        assert "tools" in body or "JSON" in json.dumps(body["messages"])
        return step(body) if callable(step) else step

    return checked


def no_tools(status: int, message: str) -> tuple[int, Json]:
    """A refusal in OpenAI's shape."""
    return status, {"error": {"message": message}}


def picky_format(body: Json) -> Response | None:
    """No tools, no schema and no JSON mode: LM Studio, DeepSeek and an old server in one."""
    kind = body.get("response_format", {}).get("type")
    if "tools" in body:
        return error(400, {"error": "tools are not supported"})
    if kind == "json_schema":
        return error(400, {"error": "'response_format.type' must be 'json_object' or 'text'"})
    return error(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}) if kind else None


def _flat(_: Held, bodies: list[Json]) -> None:
    for words in ("$ref", "$defs", "anyOf", "allOf", '"strict"', '"title"', '"null"', "$schema"):
        assert words not in json.dumps(bodies[0]["tools"])
    assert all(t["function"]["parameters"]["properties"] for t in bodies[0]["tools"])
    for words in ("additionalProperties", "maxLength", '"default"'):
        assert words not in json.dumps(bodies[-1]["tools"])


def _standard(_: Held, bodies: list[Json]) -> None:
    assert all(set(body) <= REQUEST_KEYS for body in bodies)
    assert all(set(message) <= MESSAGE_KEYS for body in bodies for message in body["messages"])
    assert all(set(made) == CALL_KEYS for made in native_calls(bodies[-1]))


def _only_where_usage_was_missing(_: Held, bodies: list[Json]) -> None:
    assert "stream_options" not in bodies[0]
    assert "stream_options" not in bodies[-1]


def _ladder(_: Held, bodies: list[Json]) -> None:
    kinds = [body.get("response_format", {}).get("type", "tools" if "tools" in body else "text") for body in bodies[:4]]
    assert kinds == ["tools", "json_schema", "json_object", "text"]
    assert not any("response_format" in body for body in bodies[4:])


def _first_only(key: str, then: str) -> Check:
    def check(_: Held, bodies: list[Json]) -> None:
        assert key in bodies[0]
        assert all(key not in body for body in bodies[1:])
        assert all(body[then] == bodies[0][key] for body in bodies[1:])

    return check


def _no_usage(held: Held, _: list[Json]) -> None:
    assert all(e.usage is None for e in held.events if isinstance(e, ModelCallEvent))
    assert "tokens read 0" not in held.shown
    assert "written 0" not in held.shown


def _counted(held: Held, _: list[Json]) -> None:
    usage = [e.usage for e in held.events if isinstance(e, ModelCallEvent)]
    assert usage[1] == {"prompt_tokens": 901, "completion_tokens": 5}


COUNTS = {"prompt_tokens": 901, "completion_tokens": 5, "total_tokens": 906}
AUTO = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
UNKNOWN = [{"error": {"code": 400, "message": 'Invalid JSON payload received. Unknown name "additionalProperties" at '
            "'tools[0].function_declarations[0].parameters': Cannot find field."}}]  # fmt: skip
EXTRA = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"],
                     "msg": "Extra inputs are not permitted", "input": True}]}  # fmt: skip
RENAMED = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
RICH = {"role": "assistant", "content": None, "refusal": None, "annotations": [], "audio": None, "function_call": None,
        "tool_calls": [one(GRADE_CALL)]}  # fmt: skip
BLANKS = [chunk({"content": "\n" * 50})] * 8
BLANK = Response([*sse(chunk({"content": "{"}), *BLANKS, done=False).pieces, 0.6])
PARAMETERS = [
    Row("Q73", "tool_choice is not sent, and a model that never calls does not stop the interview", forever=say(
        "Let us go on then."), by="rescue", repairs=None, check=never("tool_choice")),
    Row("Q73/late", "a model that stops calling", [FETCH, INVITE], forever=say("Let us go on then."), by="rescue",
        repairs=None),
    learned("Q74", "vLLM without its flags", has("tools"), no_tools(400, AUTO), repairs=("dialect",),
                    check=native(still=False)),
    learned("Q74/openrouter", "no endpoint with tools", has("tools"), no_tools(
        404, "No endpoints found that support tool use. To learn more: openrouter.ai/docs"), repairs=("dialect",),
        check=native(still=False), remember=False),
    learned("Q74/ollama", "a template without tools", has("tools"), (
        400, {"error": {"message": "registry.ollama.ai/library/gemma:2b does not support tools", "type": "api_error"}}),
        repairs=("dialect",), check=native(still=False), remember=False),
    learned("Q74/llama.cpp", "a server without --jinja", has("tools"), no_tools(
        500, "tools param requires --jinja flag"), repairs=("dialect",), check=native(still=False), remember=False),
    Row("Q75", "parallel_tool_calls is not sent; several calls are carried out in order", [FETCH, INVITE, deltas(
        [one(GRADE_CALL, "a", 0), one(REVEAL_CALL, "b", 1)]), BYE], check=never("parallel_tool_calls")),
    learned("Q76", "stream_options are refused", has("stream_options"), (422, EXTRA),
                    repairs=("without stream_options",), check=_only_where_usage_was_missing),
    Row("Q77", "only the usual keys go out, whatever came in", instead("grade", whole(RICH, "tool_calls")),
        check=_standard),
    learned("Q78", "words in a schema that Gemini does not know",
                    lambda body: "additionalProperties" in json.dumps(body.get("tools")), (400, UNKNOWN),
                    repairs=("plain schemas",), check=_flat),
    Row("Q79", "no tools, no schema, no JSON mode", [schema_step(name) for name in PLAIN],
        refuses=picky_format, repairs=("dialect", "dialect", "dialect"), check=_ladder),
    Row("Q80", "nothing but line breaks: not waited for", before("invite", BLANK), repairs=None, options=STALLS),
    Row("Q81", "no developer role", list(CAPABLE), check=never("developer")),
    learned("Q82", "max_tokens has another name", has("max_tokens"), (400, {"error": {
        "message": RENAMED, "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}}),
        repairs=("max_completion_tokens",), check=_first_only("max_tokens", "max_completion_tokens")),
    learned("Q82/text", "the same, only in words", has("max_tokens"), (400, {"error": RENAMED}),
                    repairs=("max_completion_tokens",), check=_first_only("max_tokens", "max_completion_tokens"),
                    remember=False),
    Row("Q83", "no usage at all", [FETCH, INVITE, GRADE, REVEAL, BYE], check=_no_usage),
    Row("Q83/late", "usage in a chunk after the end", instead("invite", sse(chunk({"content": "Please go ahead."}),
        chunk({}, "stop"), {"choices": [], "usage": COUNTS})), check=_counted),
    Row("Q83/zero", "usage of zeros and nulls", instead("invite", say("Please go ahead.", usage={
        "prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": None}))),
]  # fmt: skip
ROWS = [*HISTORY, *PARAMETERS]
