"""The rows on how a turn comes in: pieces of a stream (D), its end, its words and its thoughts (E)."""

import json

from agent.models.clock import Limits
from tests.endpoint.holding import BYE, FETCH, GRADE, ID, INVITE, QUESTION, REVEAL, Held
from tests.endpoint.quirk import (
    CAPABLE,
    GRADE_CALL,
    PLAIN,
    REVEAL_CALL,
    Row,
    before,
    instead,
    native_calls,
    one,
    refuse_if,
)
from tests.endpoint.rows_calls import deltas
from tests.endpoint.scripted import HTML, JSON, Json, Response, chunk, say, sse, whole
from transcripts.events import MessageEvent, ModelCallEvent

PAGE = Response([b"<html><body>login</body></html>"], content_type=HTML)
EMPTY = Response([])
HALF = len(ID) // 2
PIECES = (ID[:HALF], ID[HALF:])
STALLS = {"limits": Limits(connect=2, idle=0.25, total=1.0)}
ENDLESS = {"limits": Limits(connect=2, idle=0.6, total=0.4)}


def both(*groups: list[Json]) -> list[Response]:
    """An interview in which the model grades and opens in one turn."""
    return [FETCH, INVITE, deltas(*groups), BYE]


def graded_by(quirk: str, what: str, *groups: list[Json], finish: str = "tool_calls") -> Row:
    """A row in which the grading call comes in these pieces."""
    return Row(quirk, what, instead("grade", deltas(*groups, finish=finish)))


def piece(arguments: object, name: object = ..., call_id: object = ..., index: object = 0) -> list[Json]:
    """One delta with a piece of the arguments."""
    function = {"arguments": arguments} if name is ... else {"name": name, "arguments": arguments}
    return [one(function, call_id, index)]


def words(quirk: str, what: str, *payloads: object, done: bool = True) -> Row:
    """A row in which the invitation comes in these payloads."""
    return Row(
        quirk, what, instead("invite", sse(*payloads, done=done)), shown=("Please go ahead.",), hidden=("secret",)
    )


def broken(*payloads: object) -> Response:
    """A stream that is reset in the middle of a chunk."""
    response = sse(*payloads, b'data: {"choi', done=False)
    return Response(response.pieces, headers={"content-length": "100000"}, drop=True)


HELLO = chunk({"content": "Please go ahead."})
STOP = chunk({}, "stop")
PIECEWISE = [
    graded_by("Q32", "no index", [one(GRADE_CALL, index=...)]),
    graded_by("Q32/null", "the index null, in pieces", [one(GRADE_CALL | {"arguments": PIECES[0]}, index=None)],
              piece(PIECES[1], index=None)),
    graded_by("Q32/mixed", "the index in later deltas only", piece(PIECES[0], "grade_answer", "c1", ...),
              piece(PIECES[1], ..., "c1", 0)),
    Row("Q32/two", "two calls, no index", both([one(GRADE_CALL, "a", ...)], [one(REVEAL_CALL, "b", ...)])),
    Row("Q33", "the index always 0", both([one(GRADE_CALL, "a", 0)], [one(REVEAL_CALL, "b", 0)])),
    Row("Q34", "the index always 0, and no id", both([one(GRADE_CALL, ..., 0)], [one(REVEAL_CALL, ..., 0)])),
    graded_by("Q35", "name and id in every delta", piece("", "grade_answer", "c1"),
              piece(PIECES[0], "grade_answer", "c1"), piece(PIECES[1], "grade_answer", "c1")),
    graded_by("Q36", "name and id empty in later deltas", piece(PIECES[0], "grade_answer", "c1"),
              piece(PIECES[1], "", "")),
    graded_by("Q36/null", "name and id null in later deltas", piece(PIECES[0], "grade_answer", "c1"),
              piece(PIECES[1], None, None)),
    graded_by("Q37", "the name in pieces", piece("", "grade_", "c1"), piece("", "answer"), piece(ID)),
    graded_by("Q37/late", "a name that comes while the arguments do", piece(PIECES[0], "grade_answer", "c1"),
              piece(PIECES[1], "_answer")),
    Row("Q38", "the call in the chunk with the finish reason",
        instead("grade", sse(chunk({"tool_calls": [one(GRADE_CALL)]}, "tool_calls")))),
    graded_by("Q38/twice", "the same index twice in one chunk", piece("", "grade_answer", "c1") + piece(ID)),
    graded_by("Q38/last", "the arguments in the last delta", piece("", "grade_answer", "c1"), piece(""), piece(ID)),
    graded_by("Q39", "the whole so far in every delta", piece('{"question', "grade_answer", "c1"), piece(PIECES[0]),
              piece(ID)),
    graded_by("Q39/again", "the whole once more at the end", piece(PIECES[0], "grade_answer", "c1"), piece(PIECES[1]),
              piece(ID, "grade_answer", "c1")),
    Row("Q39/words", "words that repeat are words", instead("invite", sse(chunk({"content": "Please go ahead."}),
        chunk({"content": " ha"}), chunk({"content": " ha"}), STOP)), shown=("Please go ahead. ha ha",)),
    graded_by("Q40", "arguments null, then an object", piece(None, "grade_answer", "c1"),
              piece({"question_id": QUESTION})),
    words("Q41", "choices empty, null and missing", {"choices": []}, {"choices": None}, {"id": "c"}, HELLO, STOP,
          {"choices": [], "usage": None}),
    words("Q42", "delta null at the end", HELLO, {"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}),
    words("Q42/message", "message instead of delta",
          {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Please go ahead."}}]}, STOP),
    words("Q43", "data that are no objects", b"event: ping\n\n", b"data:\n\n", b"data: []\n\n", b"data: null\n\n",
          HELLO, b"data: 1\n\n", b"event: message\nid: 7\nretry: 10\n", STOP),
    words("Q44", "comments between", b": OPENROUTER PROCESSING\n\n", HELLO, b": OPENROUTER PROCESSING\n", STOP,
          b":\n\n"),
    words("Q44/data", "a comment sent as data", b"data: : OPENROUTER PROCESSING\n\n", HELLO, STOP),
    words("Q44/lines", "line ends of two characters, no blank between",
          f"data: {json.dumps(HELLO)}\r\ndata: {json.dumps(STOP)}\r\n\r\n"),
    Row("Q45", "an error inside the stream", before("grade", sse(chunk({"content": ""}), {"choices": [{
        "delta": {"content": ""}, "finish_reason": "error"}], "error": {"code": 502, "message": "Provider gone"}})),
        waits=[0.5]),
    Row("Q45/alone", "an error inside the stream, without a code", before("grade", sse(
        HELLO, {"error": {"message": "upstream went away"}})), waits=[0.5], hidden=("upstream",)),
    Row("Q45/overflow", "an error inside the stream that is not transient", before("grade", sse(
        {"error": {"message": "context length exceeded", "code": 400}})), repairs=("overflow.*shorter requests",)),
    words("Q47", "no finish reason and no end", HELLO, done=False),
    Row("Q47/call", "a whole call, no finish reason and no end",
        instead("grade", sse(chunk({"tool_calls": [one(GRADE_CALL)]}), done=False))),
    Row("Q47/sloppy", "a whole call in Python's quotes, no finish reason", instead("grade", sse(
        chunk({"tool_calls": piece(ID.replace('"', "'"), "grade_answer", "c1")})))),
    Row("Q47/cut", "half a call, no finish reason and no end",
        before("grade", sse(chunk({"tool_calls": piece(PIECES[0], "grade_answer", "c1")}), done=False)),
        waits=[0.0]),
    Row("Q48", "a reset after a call", before("grade", broken(chunk({"tool_calls": piece(ID, "grade_answer", "c1")}))),
        waits=[0.0]),
    Row("Q48/words", "a reset in the middle of words", before("invite", broken(chunk({"content": "Pleased to"}))),
        waits=[0.0], hidden=("Pleased to",)),
    Row("Q49", "silence after the first words", before("invite", Response([*sse(chunk({"content": "Pleased to"}),
        done=False).pieces, 0.6])), waits=[0.5], hidden=("Pleased to",), options=STALLS),
    Row("Q50", "keep-alives and nothing else", before("invite", Response([b": keepalive\n\n", 0.05] * 12)), waits=[0.5],
        options=STALLS),
    Row("Q50/drip", "a letter at a time, for ever", before("invite", Response(
        [*(p for n in range(16) for p in (*sse(chunk({"content": "x"}), done=False).pieces, 0.05))])), waits=[0.5],
        options=ENDLESS),
]  # fmt: skip


def _not_streamed(_: Held, bodies: list[Json]) -> None:
    assert bodies[0]["stream"]
    assert not bodies[-1]["stream"]


def _login_for_streams(body: Json) -> Response | None:
    return PAGE if body["stream"] else None


NO_MESSAGE = b'{"choices": [{"index": 0, "message": null, "finish_reason": "stop"}]}'
NOT_A_STREAM = [
    Row("Q51", "a page for every stream", CAPABLE, refuses=_login_for_streams, waits=[0.0],
        repairs=("no_response.*without streaming",), check=_not_streamed),
    Row("Q51/empty", "an empty body for every stream", CAPABLE, refuses=lambda body: EMPTY if body["stream"] else None,
        repairs=("no_response.*without streaming",), waits=[0.0], check=_not_streamed, remember=False),
    Row("Q51/json", "a whole completion for a stream", instead("grade", whole({"content": None, "tool_calls": [
        one(GRADE_CALL)]}, "tool_calls"))),
    Row("Q51/error", "an error object with status 200", before("grade", Response(
        [b'{"error": {"message": "busy", "type": "server_error"}}'], content_type=JSON)), waits=[0.5]),
    words("Q51/bom", "a byte order mark", b"\xef\xbb\xbf", HELLO, STOP),
    Row("Q51/never", "a page, whatever is asked", [FETCH, INVITE], forever=PAGE, by="take-over", repairs=None,
        waits=None),
    Row("Q51/first", "a page from the beginning", forever=PAGE, failure="no_response", by="remedy"),
    Row("Q52", "no completion, not streamed either", [FETCH, INVITE, Response([json.dumps(
        {"object": "chat.completion", "choices": None, "error": {"message": "upstream", "code": 502}}).encode()],
        content_type=JSON), GRADE, REVEAL, BYE], waits=[0.5], options={"stream": False}),
    Row("Q52/stream", "a stream though none was asked for", list(PLAIN.values()), options={"stream": False}),
    Row("Q52/message", "a message that is null", before("grade", Response([NO_MESSAGE], content_type=JSON)),
        repairs=("nothing said",), options={"stream": False}),
    Row("Q52/page", "a page, not streamed", before("grade", PAGE), waits=[0.0], options={"stream": False}),
    Row("Q54", "tools, but not with streams", CAPABLE, refuses=refuse_if(
        lambda body: body["stream"] and "tools" in body, 500, {"error": {"message": "Cannot use tools with stream"}}),
        repairs=("Cannot use tools with stream → without streaming",), check=_not_streamed),
]  # fmt: skip


def thought(key: str) -> Response:
    """A call after a thought."""
    return sse(chunk({"role": "assistant", key: "A secret "}), chunk({key: "plan."}),
               chunk({"tool_calls": [one(GRADE_CALL)]}), chunk({}, "tool_calls"))  # fmt: skip


def _forgets_thoughts(held: Held, bodies: list[Json]) -> None:
    assert not any("secret" in json.dumps(body) for body in bodies)
    assert any("secret" in event.reply.reasoning for event in held.events if isinstance(event, ModelCallEvent))


def _thoughts_go_back(_: Held, bodies: list[Json]) -> None:
    assert any(message.get("reasoning_content") for message in bodies[-1]["messages"])


def _lacks_thoughts(body: Json) -> bool:
    return any("reasoning_content" not in m for m in body["messages"] if m.get("tool_calls"))


def _more_room(_: Held, bodies: list[Json]) -> None:
    assert 2 * bodies[1]["max_tokens"] <= bodies[2]["max_tokens"] <= 4 * bodies[1]["max_tokens"]


def _nothing_stored(held: Held, bodies: list[Json]) -> None:
    said = [event.content for event in held.events if isinstance(event, MessageEvent) and event.role == "assistant"]
    assert all(said)
    assert native_calls(bodies[-1])


def _refused_once(_: Held, bodies: list[Json]) -> None:
    """What was refused is not asked for in the same way for a third time."""
    sent = [json.dumps(body["messages"]) for body in bodies]
    assert max(sent.count(text) for text in sent) <= 2


def _not_for_ever(_: Held, bodies: list[Json]) -> None:
    """Three tries a step, then code takes it; each may be minutes on a slow machine."""
    assert len(bodies) <= 15, len(bodies)


def thinker(name: str) -> Response:
    """A call with a thought before it."""
    return sse(chunk({"reasoning_content": "A secret plan."}), chunk({"tool_calls": [
        one({"name": name, "arguments": "{}" if name == "fetch_question" else ID}, f"call_{name[:4]}")]}),
        chunk({}, "tool_calls"))  # fmt: skip


THINKER = [thinker("fetch_question"), INVITE, thinker("grade_answer"), thinker("reveal_breakdown"), BYE]
MUST_GO_BACK = {"error": {"message": "The reasoning_content in the thinking mode must be passed back to the API."}}
ONLY_THOUGHTS = sse(chunk({"reasoning_content": "A secret plan that goes on and"}), chunk({}, "length"))
NOTHING = sse(chunk({"role": "assistant", "content": ""}), STOP)
REFUSAL = sse(chunk({"content": None, "refusal": "I can't help with a secret."}), chunk({}, "content_filter"))
ENDS = [
    graded_by("Q55", "finish reason stop beside a call", [one(GRADE_CALL)], finish="stop"),
    Row("Q55/null", "no finish reason beside a call", instead("grade", sse(chunk({"tool_calls": [one(GRADE_CALL)]})))),
    Row("Q57", "content null beside a call", instead("grade", sse(chunk({"role": "assistant", "content": None,
        "tool_calls": [one(GRADE_CALL)]}), chunk({}, "tool_calls")))),
    Row("Q57/whole", "no content at all beside a call", instead("grade", whole({"tool_calls": [one(GRADE_CALL)]}))),
    Row("Q57/parts", "content in parts", instead("invite", whole({"content": [{"type": "text", "text":
        "Please go ahead."}]})), shown=("Please go ahead.",)),
    *(Row(f"Q59/{key}", "a thought in a field of its own", instead("grade", thought(key)), hidden=("secret",),
          check=_forgets_thoughts) for key in ("reasoning_content", "reasoning", "reasoning_text")),
    words("Q59/tag", "a thought in tags, cut in pieces", *(chunk({"content": text}) for text in (
        "<th", "ink>A secret", " plan.</thi", "nk>\n\nPlease ", "go ahead.")), STOP),
    words("Q59/end", "only the end tag of a thought", chunk({"content": "I should keep the secret.\n</th"}),
          chunk({"content": "ink>\n\nPlease go ahead."}), STOP),
    Row("Q59/open", "a thought without an end", before("invite", say("<think>The secret is")), hidden=("secret",),
        repairs=None),
    Row("Q60", "thoughts must go back", THINKER, again=THINKER, hidden=("secret",),
        refuses=refuse_if(_lacks_thoughts, 400, MUST_GO_BACK),
        repairs=("must be passed back.*reasoning sent back",), allowed=frozenset({"reasoning_content"}),
        check=_thoughts_go_back),
    Row("Q61", "all room taken by the thought", before("invite", ONLY_THOUGHTS), check=_more_room,
        repairs=("nothing said → longer replies",), hidden=("secret",)),
    Row("Q61/always", "never anything but thoughts", [FETCH, INVITE], forever=ONLY_THOUGHTS, by="take-over",
        repairs=None, hidden=("secret",), check=_not_for_ever),
    Row("Q62", "an empty turn", before("invite", NOTHING), repairs=("nothing said → asked again",),
        check=_nothing_stored),
    Row("Q62/thrice", "empty turns until the model is told", before("invite", *[NOTHING] * 3), repairs=None,
        check=_nothing_stored),
    Row("Q62/always", "never anything", [FETCH, INVITE], forever=NOTHING, by="take-over", repairs=None,
        check=_not_for_ever),
    Row("Q63", "a refusal", before("invite", REFUSAL), repairs=None, hidden=("secret",), check=_nothing_stored),
    Row("Q63/always", "nothing but refusals at grading", [FETCH, INVITE], forever=REFUSAL, by="take-over", repairs=None,
        hidden=("secret",), check=_refused_once),
]  # fmt: skip
ROWS = [*PIECEWISE, *NOT_A_STREAM, *ENDS]
