"""What an endpoint turned out to need, learned from its refusals one thing at a time and remembered.

There is no probing and no table of providers: the first real request is the probe. Each rung changes one thing
that matches what the server complained about, and can be climbed once.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path

from agent.cache import JsonCache
from agent.config import DIALECTS
from agent.models.failure import EndpointError
from agent.models.refusal import parameter

MAX_RUNGS = 8  # refusals that one turn may meet
LEAST_TOKENS = 700  # below this no question fits
MOST_OUTPUT = 4096
_FALLBACK = dict(pairwise(DIALECTS))
_LENGTH_KEYS = ("max_tokens", "max_completion_tokens")
_NEVER_DROPPED = ("model", "messages", "stream", "tools", "response_format", *_LENGTH_KEYS)


@dataclass(frozen=True)
class Fit:
    """How requests are made for one model of one endpoint. `tokens` bounds the prompt, `max_tokens` the reply."""

    dialect: str = "native"
    stream: bool = True
    tokens: int = 3_400
    max_tokens: int = 512
    max_tokens_key: str = "max_tokens"
    ask_usage: bool = False
    short_ids: bool = False
    fold_system: bool = False
    keep_reasoning: bool = False
    plain_schema: bool = False
    dropped: tuple[str, ...] = field(default=())

    def changes(self) -> list[str]:
        """What differs from the first request, as name=value."""
        return [f"{f.name}={getattr(self, f.name)}" for f in fields(self) if getattr(self, f.name) != f.default]


@dataclass(frozen=True)
class _Rung:
    """If a refusal says `wording`, change the fit. A change that changes nothing has been made before."""

    wording: str
    change: Callable[[Fit], Fit]
    what: str


def demote(fit: Fit) -> Fit:
    """The next simpler dialect; the same fit when there is none."""
    return replace(fit, dialect=_FALLBACK.get(fit.dialect, fit.dialect))


def smaller(fit: Fit, sent: int) -> Fit:
    """Less than the `sent` tokens, as far as that is of use."""
    return replace(fit, tokens=max(min(fit.tokens, sent) * 2 // 3, LEAST_TOKENS))


_RUNGS = (
    _Rung(
        r"max_completion_tokens",
        lambda fit: replace(fit, max_tokens_key="max_completion_tokens"),
        "max_completion_tokens",
    ),
    _Rung(
        r"stream_options|include_usage",
        lambda fit: replace(fit, ask_usage=False, dropped=_add(fit, "stream_options")),
        "without stream_options",
    ),
    _Rung(
        r"(with|support\w*|in) stream|stream\w* (is |are )?(not|un)|not support\w* stream",
        lambda fit: replace(fit, stream=False),
        "without streaming",
    ),
    _Rung(r"tool.?call.?id|length of 9", lambda fit: replace(fit, short_ids=True), "ids of nine letters"),
    _Rung(
        r"system (message|role|prompt)|role.{0,20}system|roles? must alternate",
        lambda fit: replace(fit, fold_system=True),
        "system prompt in the first message",
    ),
    _Rung(
        r"reasoning_content.{0,60}(must|required|missing|passed back)",
        lambda fit: replace(fit, keep_reasoning=True),
        "reasoning sent back",
    ),
    _Rung(r"reasoning_content", lambda fit: replace(fit, keep_reasoning=False), "reasoning not sent back"),
    _Rung(
        r"additionalProperties|maxLength|\$schema|unknown (name|field)|schema.{0,40}(invalid|not supported)",
        lambda fit: replace(fit, plain_schema=True),
        "plain schemas",
    ),
    _Rung(r"response_format|json_schema|json_object|grammar", demote, "simpler dialect"),
    _Rung(r"\btools?\b|tool_choice|function", demote, "simpler dialect"),
)


def roomier(fit: Fit) -> Fit:
    """Room for a longer reply."""
    return replace(fit, max_tokens=min(fit.max_tokens * 4, MOST_OUTPUT))


def adapt(fit: Fit, error: EndpointError, sent: int) -> tuple[Fit, str] | None:
    """The fit after a refusal of `sent` tokens, and what was changed; None when no change is left that would help."""
    if error.kind == "no_response":
        return _changed(fit, replace(fit, stream=False), "without streaming")
    if error.kind not in ("rejected", "bad_sample", "overflow"):
        return None
    if error.kind == "overflow":
        return _changed(fit, smaller(fit, sent), "shorter requests")
    named = parameter(error.body)
    if named and named not in _NEVER_DROPPED and named not in fit.dropped:
        return replace(fit, dropped=_add(fit, named)), f"without {named}"
    text = f"{named} {error.body} {error.detail}"
    for rung in _RUNGS:
        if re.search(rung.wording, text, re.IGNORECASE) and (changed := _changed(fit, rung.change(fit), rung.what)):
            return changed
    return _changed(fit, demote(fit), "simpler dialect")


def _changed(before: Fit, after: Fit, what: str) -> tuple[Fit, str] | None:
    return (after, what) if after != before else None


def _add(fit: Fit, key: str) -> tuple[str, ...]:
    return tuple(sorted({*fit.dropped, key}))


def _is_sound(fit: Fit) -> bool:
    """Whether a fit that was read from a file can make requests."""
    return (
        all(type(getattr(fit, f.name)) is type(f.default) for f in fields(Fit))
        and fit.dialect in DIALECTS
        and fit.max_tokens_key in _LENGTH_KEYS
        and all(isinstance(name, str) and name not in _NEVER_DROPPED for name in fit.dropped)
    )


class Fits:
    """The fits of all endpoints in one JSON file; a cache: what can't be read or written is learned again."""

    def __init__(self, path: Path) -> None:
        self._cache = JsonCache(path)

    def load(self, endpoint: str) -> Fit:
        """What is known of an endpoint ("URL model"); the defaults when nothing is."""
        known = self._cache.get(endpoint)
        if not isinstance(known, dict):
            return Fit()
        with suppress(TypeError):
            fit = Fit(**known | {"dropped": tuple(known.get("dropped", ()))})
            if _is_sound(fit):
                return fit
        return Fit()

    def save(self, endpoint: str, fit: Fit) -> None:
        """Remember what an endpoint needs."""
        self._cache.put(endpoint, asdict(fit))
