"""What an HTTP error of an endpoint means: its kind, in whatever shape and words it comes. Pure.

A kind is decided by status, then code, then wording, since the same trouble comes as 400 here and 500 there.
"""

import html
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from agent.models.failure import EndpointError

TOO_MANY = 429


@dataclass(frozen=True)
class _Rule:
    kind: str
    wording: str
    statuses: range | tuple[int, ...] = range(600)


_CLIENT, _FAULT, _ANY_ERROR = range(400, 500), range(500, 600), range(400, 600)
_OVERFLOW = (
    r"context (size|length|window)|maximum context|too many tokens|exceed\w*_context|n_ctx|prompt is too long"
    r"|input (is )?too long|reduce the length|token limit|larger than the context|context_length|range of input length"
    r"|maximum number of tokens|tokens.{0,40}must be <=|too large for model"
)
_NO_MODEL = (
    r"model\b.{0,200}(not found|does ?n.t exist|not exist|no such)|unknown model|model_not_found"
    r"|no models? (loaded|named)|invalid model"
)
_OURS = (  # a 5xx that means: the request is at fault
    r"validation error|jinja|raise_exception|roles? must|not supported|unsupported|unknown role|system role"
    r"|system message|with stream|literal_error|grammar|json_schema"
)
_RULES = (  # the first that fits decides
    _Rule("overflow", _OVERFLOW),
    _Rule("failed_load", r"failed to load|error loading model"),
    _Rule("loading", r"loading model|model is loading|still loading|currently loading|warming up"),
    _Rule("unauthorized", "", (401, 403)),
    _Rule("quota", "", (402,)),
    _Rule("bad_sample", r"tool_use_failed|failed_generation|error parsing tool call|failed to parse|invalid tool call"),
    _Rule("rejected", r"tool use|support\w* tools|tool choice requires", (404,)),
    _Rule("unknown_model", _NO_MODEL, _CLIENT),
    _Rule("server", "", (408, 409, 425)),
    _Rule("rate_limited", "", (TOO_MANY,)),
    _Rule("not_an_api", "", (404, 405)),
    _Rule("rejected", "", _CLIENT),
    _Rule("rejected", _OURS, _FAULT),
    _Rule("server", "", _ANY_ERROR),
)
_THROTTLING = re.compile(
    r"rate.?limit|per (minute|second|day)|throttl|\btpm\b|\brpm\b|too many requests", re.IGNORECASE
)


def from_status(status: int, headers: Mapping[str, str], text: str, secret: str = "") -> EndpointError:
    """The failure that an HTTP error stands for. `secret` is taken out of whatever the server echoes."""
    text = _without(text, secret)
    kind = classify(status, text)
    if kind == "not_an_api" and _speaks_openai(text):
        kind = "rejected"
    if status in range(300, 400):
        kind, text = "redirect", headers.get("location", "")
    detail = _without(_message(text), secret) or f"HTTP {status}"
    return EndpointError(kind, detail, status=status or None, retry_after=_retry_after(headers), body=text[:2000])


def _without(text: str, secret: str) -> str:
    """The text without the secret, as it is or as HTML and JSON write it."""
    for form in (secret, html.escape(secret), json.dumps(secret)[1:-1]) if secret else ():
        text = text.replace(form, "***")
    return text


def classify(status: int, text: str) -> str:
    """The kind of an HTTP error; or, with status 0, of an error object in a stream: transient if its words allow."""
    if _code(text) == "insufficient_quota":
        return "quota"
    for rule in _RULES:
        if status and status not in rule.statuses:
            continue
        if not status and not rule.wording:
            continue
        if re.search(rule.wording, text, re.IGNORECASE):
            if rule.kind == "overflow" and (status == TOO_MANY or _THROTTLING.search(text)):
                continue
            return rule.kind
    return "server"


def parameter(text: str) -> str:
    """The request's key that an error body complains about ("" when it names none)."""
    body = _json(text)
    error = body.get("error", body) if isinstance(body, dict) else {}
    if isinstance(error, dict) and isinstance(error.get("param"), str):
        return re.split(r"[.\[]", error["param"])[0]
    details = body.get("detail") if isinstance(body, dict) else None
    for item in details if isinstance(details, list) else ():
        loc = item.get("loc") if isinstance(item, dict) else None
        if isinstance(loc, list) and len(loc) > 1 and loc[0] == "body":
            return str(loc[1])
    return ""


def _json(text: str) -> Any:  # noqa: ANN401 - whatever a server sends
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body[0] if isinstance(body, list) and body else body  # Gemini wraps its error in a list


def _code(text: str) -> str:
    body = _json(text)
    error = body.get("error", body) if isinstance(body, dict) else None
    return str(error.get("code") or error.get("type")) if isinstance(error, dict) else ""


def _message(text: str) -> str:
    """What a server says in its error, whatever the shape: object, string, flat, detail list, list, HTML, nothing."""
    body = _json(text)
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, str):
            return error
        if isinstance(error, dict):
            return str(error.get("message") or error.get("detail") or error.get("code") or json.dumps(error))
    return re.sub(r"<[^>]*>", " ", text)


def _speaks_openai(text: str) -> bool:
    """A 404 with an error object comes from an API, if not about what we asked; a bare one from somewhere else."""
    body = _json(text)
    return isinstance(body, dict) and isinstance(body.get("error"), dict) and "message" in body["error"] and (
        "not found" not in str(body["error"]["message"]).lower()
    )  # fmt: skip


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the server asks: retry-after-ms, or retry-after as seconds or as a date."""
    try:
        if value := headers.get("retry-after-ms"):
            return _sane(float(value) / 1000)
        return _sane(float(headers.get("retry-after", "")))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(headers.get("retry-after", ""))
        return _sane((at - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _sane(seconds: float) -> float | None:
    return max(seconds, 0.0) if math.isfinite(seconds) else None
