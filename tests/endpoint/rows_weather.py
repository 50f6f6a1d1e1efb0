"""The rows on context, load and availability (H), on what models do (I), and on Russian endpoints (J)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from agent.endpoints import Endpoint, check_url
from agent.models.failure import EndpointError
from agent.models.refusal import classify, from_status
from agent.remedy import remedy
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, ID, INVITE, QUESTION, REVEAL, Held, hold
from tests.endpoint.quirk import (
    CAPABLE,
    GRADE_CALL,
    PLAIN,
    REVEAL_CALL,
    Check,
    Row,
    before,
    instead,
    last,
    native_calls,
    one,
    refuse_if,
)
from tests.endpoint.rows_calls import deltas
from tests.endpoint.rows_requests import has_role
from tests.endpoint.scripted import Json, Response, Script, call, chunk, error, say, sse, whole
from tools.bank import load
from transcripts.errors import InputError
from transcripts.events import ErrorEvent, MessageEvent, ToolResultEvent

FULL_AT = 5_200  # bytes of a request with which the context of one server is full
LONG = " ".join(f"Sentence {n} says that a pod is the smallest schedulable unit." for n in range(120))


def size(body: Json) -> int:
    """The bytes of a request."""
    return len(json.dumps(body))


def taken_over(quirk: str, what: str, *steps: Response, told: str = "", **more: object) -> Row:
    """A row in which the endpoint fails for good at grading; the candidate is told why."""

    def check(held: Held, _: list[Json]) -> None:
        [event] = [event for event in held.events if isinstance(event, ErrorEvent)]
        assert event.kind == "unavailable"
        assert told in event.message
        assert event.message.split(maxsplit=1)[0] in held.shown

    return Row(quirk, what, [FETCH, INVITE, *steps], by="take-over", check=check, **more)


def _small(_: Held, bodies: list[Json]) -> None:
    assert max(size(body) for body in bodies) < 9_000  # of 7,000 characters said


def _smaller(held: Held, bodies: list[Json]) -> None:
    """Each time a shorter request; what was said is on record whole, and was graded."""
    refused = [n for n, body in enumerate(bodies) if size(body) > FULL_AT]
    assert 0 < len(refused) <= 2
    assert all(size(bodies[n + 1]) < size(bodies[n]) for n in refused)
    assert [e.content for e in held.events if isinstance(e, MessageEvent) and e.role == "user"] == [LONG]


def _same_room(_: Held, bodies: list[Json]) -> None:
    assert len({body["max_tokens"] for body in bodies}) == 1


def _wordings(_: Path) -> None:
    """An overflow in everybody's words; throttling is none."""
    for status, message in (
        (400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens."),
        (400, "the request exceeds the available context size, try increasing it"),
        (400, "Requested tokens (4522) exceed context window of 4096"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum"),
        (400, "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)."),
        (400, "Trying to keep the first 4500 tokens when context the overflows. The model has context length 4096"),
        (400, "Please reduce the length of the messages or completion."),
        (400, "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens"),
        (400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"),
        (400, "Range of input length should be [1, 30720]"),
        (400, "input is too long for requested model"),
        (413, "Request too large: prompt is too long"),
        (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs`"),
        (500, "context length exceeded: n_ctx 4096"),
    ):  # fmt: skip
        assert classify(status, json.dumps({"error": {"message": message}})) == "overflow", message
    for message in ("Rate limit reached: too many tokens per minute (TPM)", "Too many requests: token limit per day"):
        assert classify(429, json.dumps({"error": {"message": message}})) == "rate_limited", message


def _shapes(_: Path) -> None:
    """The words of an error body, whatever its shape; never long, never with the key."""
    for text, said in (
        ('{"error": {"message": "bad", "code": 400}}', "bad"), ('{"error": "bad"}', "bad"),
        ('{"object": "error", "message": "bad", "code": "400"}', "bad"), ('{"detail": "bad"}', "bad"),
        ('{"detail": [{"loc": ["body", "x"], "msg": "bad"}]}', "bad"), ('{"error": {"detail": "bad"}}', "bad"),
        ('[{"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}}]', "bad"), ("bad", "bad"),
        ("<html><head><title>400</title></head><body>bad</body></html>", "bad"), ("", "HTTP 400"), ("[]", ""),
        ("1", ""), ("null", ""), ("{}", ""), ('{"error": null}', ""), ('{"error": []}', ""),
    ):  # fmt: skip
        failure = from_status(400, {}, text)
        assert failure.kind == "rejected"
        assert said in failure.detail, text
        assert "<" not in failure.detail
    assert len(from_status(500, {}, "x" * 5000).detail) <= 300
    assert "sk-1" not in from_status(401, {}, '{"error": {"message": "Incorrect key sk-1"}}', "sk-1").detail


def _urls(_: Path) -> None:
    """What people type as a base URL."""
    assert check_url(" http://127.0.0.1:8080/v1/ ") == "http://127.0.0.1:8080/v1"
    assert check_url("https://x.org/v1/chat/completions") == "https://x.org/v1"
    assert check_url("https://x.org/compatible-mode/v1") == "https://x.org/compatible-mode/v1"
    for wrong in ("127.0.0.1:8080/v1", "localhost:11434", "ftp://x.org", "http://", "", "http://a b", "http://u:p@x.org/v1",
                  "http://x.org:99999"):  # fmt: skip
        with pytest.raises(InputError):
            check_url(wrong)


def _no_v1(folder: Path) -> None:
    """The remedy for a 404 names the URL under which the same server does answer."""
    with Script(root="/v1/") as script:
        bare = script.url.removesuffix("/v1")
        with pytest.raises(EndpointError) as failed:
            hold(bare, folder)
        assert failed.value.kind == "not_an_api"
        assert f"{bare}/v1" in remedy(failed.value, Endpoint(bare, "scripted"), "en")


def read(counted: int) -> Json:
    """A usage with so many prompt tokens."""
    return {"prompt_tokens": counted, "completion_tokens": 9}


N_CTX = {"error": {"code": 400, "message": "the request exceeds the available context size, try increasing it",
                   "type": "exceed_context_size_error", "n_prompt_tokens": 4522, "n_ctx": 4096}}  # fmt: skip
LOADING = error(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
NO_MONEY = {"error": {"message": "You exceeded your current quota, please check your plan.", "param": None,
                      "type": "insufficient_quota", "code": "insufficient_quota"}}  # fmt: skip
SCALEWAY = {"error": {"message": "INSUFFICIENT QUOTA: tokens per minute", "type": "rate_limit_exceeded"}}
LITERAL = {"error": {"message": "2 validation errors: {'type': 'literal_error', 'loc': ('body', 'messages', 3, "
           "'role'), 'msg': \"Input should be 'system', 'user' or 'assistant'\"}"}}  # fmt: skip
HANG_UP = Response(status=0)
FULL = sse(
    chunk({"content": ""}),
    chunk({}, "length"),
    {"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": 0}},
)
NEARLY_FULL = sse(chunk({}, "length"), {"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": 60}})
IN_THE_PAST = format_datetime(datetime.now(UTC) - timedelta(minutes=1), usegmt=True)
CONTEXT = [
    Row("Q84", "a long answer does not make a large request", CAPABLE, lines=(LONG,), check=_small),
    Row("Q84/cut", "the server read far less than was sent", instead("invite", say("Please go ahead.", usage=read(51))),
        repairs=("only 51 prompt tokens were read → shorter requests",)),
    Row("Q84/falling", "the server read less than before, though there was more", [
        whole({"content": None, "tool_calls": [one({"name": "fetch_question", "arguments": "{}"})]}, usage=read(1400)),
        say("Please go ahead.", usage=read(1700)), whole({"content": None, "tool_calls": [one(GRADE_CALL, "b")]},
        usage=read(1030)), REVEAL, BYE], repairs=("1030 prompt tokens",)),
    Row("Q85", "the context is full", CAPABLE, lines=(LONG,), refuses=refuse_if(
        lambda body: size(body) > FULL_AT, 400, N_CTX), repairs=None, check=_smaller, remember=False),
    Row("Q85/wordings", "in everybody's words", by="unit", unit=_wordings),
    Row("Q86", "the context is full, and nobody says so", before("grade", FULL), repairs=("shorter requests",),
        check=_same_room),
    Row("Q86/some", "the same, after some tokens", before("grade", NEARLY_FULL), repairs=("shorter requests",),
        check=_same_room),
    Row("Q87", "the model is being loaded", before("grade", *[LOADING] * 7), waits=[2.0] * 7),
    taken_over("Q87/failed", "the model cannot be loaded", error(500, {"error": {"message": "failed to load model"}}),
               told="failed to load"),
    Row("Q88", "wait a second", before("grade", error(429, retry_after="1")), waits=[1.0]),
    Row("Q88/ms", "wait a quarter of one", before("grade", error(429, retry_after_ms="250")), waits=[0.25]),
    Row("Q88/date", "wait till a date", before("grade", error(429, retry_after=IN_THE_PAST)), waits=[0.0]),
    Row("Q88/none", "wait, but how long?", before("grade", error(429), error(429)), waits=[0.5, 1.0]),
    taken_over("Q88/long", "wait five minutes", error(429, {"error": {"message": "come later"}}, retry_after="300"),
               told="come later"),
    taken_over("Q89", "no money", error(429, NO_MONEY), told="quota"),
    taken_over("Q89/402", "no money, as a status", error(402, {"error": {"message": "Insufficient Balance"}}),
               told="Insufficient Balance"),
    Row("Q89/minute", "these words may mean a minute's limit", before("grade", error(429, SCALEWAY)), waits=[0.5]),
    Row("Q90", "500 for a role that the server does not know", CAPABLE, refuses=refuse_if(
        has_role("tool"), 500, LITERAL), repairs=None),
    Row("Q91", "an error body of every shape", by="unit", unit=_shapes),
    taken_over("Q91/html", "a page with status 403", error(403, "<html><h1>Access denied</h1></html>"),
               told="Access denied"),
    taken_over("Q91/list", "an error in a list", error(403, [{"error": {"code": 403, "message": "Denied to you",
               "status": "PERMISSION_DENIED"}}]), told="Denied to you"),
    Row("Q92", "the kept connection was closed meanwhile", before("grade", HANG_UP), waits=[0.0]),
    Row("Q92/kept", "a connection that was really kept", [replace(FETCH, whole=True), replace(INVITE, whole=True),
        HANG_UP, *(replace(step, whole=True) for step in (GRADE, REVEAL, BYE))], waits=[0.0]),
    Row("Q92/twice", "and the next one as well", before("grade", HANG_UP, HANG_UP), waits=[0.0, 1.0]),
    taken_over("Q92/dead", "nobody answers any more", *[HANG_UP] * 5, waits=None),
    Row("Q93", "what people type as a base URL", by="unit", unit=_urls),
    Row("Q93/v1", "the right URL is suggested", by="unit", unit=_no_v1),
    Row("Q93/404", "a base URL that is wrong", [error(404, "404 page not found")], by="remedy", failure="not_an_api"),
    Row("Q93/model", "a model that is not there", [error(404, {"error": {"message": "model 'scripted' not found"}})],
        by="remedy", failure="unknown_model"),
]  # fmt: skip


def _bounded(_: Held, bodies: list[Json]) -> None:
    assert len(bodies) <= 30


def _told(at: int, *words: str) -> Check:
    """The request number `at` ends with these words."""

    def check(_: Held, bodies: list[Json]) -> None:
        assert all(word in last(bodies[at]) for word in words), last(bodies[at])

    return check


def _only_the_candidate(held: Held, _: list[Json]) -> None:
    assert [e.content for e in held.events if isinstance(e, MessageEvent) and e.role == "user"] == [ANSWER]


def _nothing_of_the_answer(_: Held, bodies: list[Json]) -> None:
    """Neither the answer nor the rubric goes out before the breakdown is open."""
    wording = load().get(QUESTION).wording("en")
    closed = [json.dumps(b, ensure_ascii=False) for b in bodies if "short_answer" not in json.dumps(b["messages"])]
    assert len(closed) == 4
    for text in (wording.short_answer, wording.breakdown, *wording.key_points, *wording.mistakes, *wording.tips):
        assert not any(text[:40] in body for body in closed)


def _each_answered(*ok: bool) -> Check:
    def check(held: Held, bodies: list[Json]) -> None:
        assert [event.ok for event in held.events if isinstance(event, ToolResultEvent)] == list(ok)
        assert len(native_calls(bodies[-1])) == len(ok)

    return check


def _native_id(_: Held, bodies: list[Json]) -> None:
    assert len(native_calls(bodies[-1])) == 3


def _untouched(_: Held, bodies: list[Json]) -> None:
    assert {body["model"] for body in bodies} == {YANDEX}


def function_call(name: str, arguments: object) -> Response:
    """A call in the form before tool calls, as GigaChat has it."""
    return whole({"role": "assistant", "content": "", "function_call": {"name": name, "arguments": arguments},
                  "functions_state_id": "77d3fb14"}, "function_call")  # fmt: skip


YANDEX = "gpt://b1g0000000000/yandexgpt/latest"
FETCH_CALL = {"name": "fetch_question", "arguments": "{}"}
BOTH_SIDES = "Please go ahead.\n{role}: It is a unit of work.\nInterviewer: 9/10, secret!"
LEAK = "Remember: a service gives a stable network name or address and load balancing over pods."
MODELS = [
    Row("Q94", "the same call for ever", [FETCH, INVITE], forever=FETCH, by="take-over", repairs=None, check=_bounded),
    Row("Q94/once", "the same call once more", before("invite", FETCH), check=_told(2, '"ok": false', "introduce")),
    Row("Q94/open", "the next question is asked for while one is open", before(
        "invite", call("fetch_question", '{"topic": "mlops"}')), check=_told(2, f'"id": "{QUESTION}"')),
    *(Row(f"Q96/{form}", "the model speaks for the candidate as well", instead(
        "invite", say(BOTH_SIDES.format(role=role))), repairs=("plays the candidate → not shown",),
        shown=("Please go ahead.",), hidden=("unit of work", "9/10", "secret", role + ":"), check=_only_the_candidate)
      for form, role in (("user", "User"), ("bold", "**Candidate**"), ("russian", "Кандидат"))),
    Row("Q96", "the template's end was missed", instead("invite", say(
        "Please go ahead.<|im_end|>\n<|im_start|>user\nIt is a unit of work.<|im_end|>\n<|im_start|>assistant\n9/10")),
        repairs=("plays the candidate → not shown",), shown=("Please go ahead.",), hidden=("unit of work", "9/10"),
        check=_only_the_candidate),
    Row("Q97", "it grades before there is an answer", before("invite", GRADE), check=_told(
        2, '"ok": false', "introduce_question")),
    Row("Q97/score", "it announces a score", before("bye", say("I would put this at 8/10. Goodbye.")), repairs=(
        "announces_score",), hidden=("8/10",)),
    Row("Q97/leak", "it gives the answer away", before("invite", say(LEAK)), repairs=("tells_answer",),
        hidden=("Remember",)),
    Row("Q97/closed", "it is not told the answer before the breakdown is open", list(PLAIN.values()),
        check=_nothing_of_the_answer),
    *(Row(quirk, "special tokens at the end", [FETCH, say(f"Please go ahead.{first}"), GRADE, REVEAL, say(
        f"Goodbye.{second}")], shown=("Please go ahead.\n", "Goodbye.\n"))
      for quirk, first, second in (("Q98", "<|im_end|>", "</s>"), ("Q98/more", "<|eot_id|>", "<end_of_turn>"))),
    Row("Q98/language", "English in a Russian interview: told once, then let be", before("invite", INVITE),
        repairs=("wrong_language",), options={"lang": "ru"}, shown=("Please go ahead.",)),
    Row("Q99", "three calls at once, the last of them not due", [FETCH, INVITE, deltas([
        one(GRADE_CALL, "a", 0), one(REVEAL_CALL, "b", 1), one(FETCH_CALL, "c", 2)]), BYE],
        check=_each_answered(True, True, True, False)),
    Row("Q99/order", "three calls at once, in the wrong order", [FETCH, INVITE, deltas([
        one(REVEAL_CALL, "a", 0), one(GRADE_CALL, "b", 1), one({"name": "finish", "arguments": "{}"}, "c", 2)]),
        REVEAL, BYE], check=_each_answered(True, False, True, False, True)),
    Row("Q100", "GigaChat: function_call with an object", [function_call("fetch_question", {}), INVITE,
        function_call("grade_answer", json.loads(ID)), function_call("reveal_breakdown", json.loads(ID)), BYE],
        check=_native_id),
    Row("Q100/stream", "function_call in a stream", instead("grade", sse(
        chunk({"function_call": {"name": "grade_answer", "arguments": ID[:9]}}),
        chunk({"function_call": {"arguments": ID[9:]}}), chunk({}, "function_call"))), check=_native_id),
    Row("Q101", "Yandex: the model's name is a URI", CAPABLE, options={"name": YANDEX}, check=_untouched),
]  # fmt: skip
ROWS = [*CONTEXT, *MODELS]
