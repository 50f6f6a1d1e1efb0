"""What to say of an endpoint that gives no turn: what is wrong, in one line, and what to do about it."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from agent.endpoints import Endpoint
from agent.models.clock import QUICK
from agent.models.failure import EndpointError
from agent.models.wire import Wire
from agent.problems import detail
from prompts import say
from tools.nearest import nearest

_SAME = {"cut": "server", "bad_sample": "rejected", "no_response": "not_an_api"}
_SHOWN = 5  # names of models in a line


def remedy(error: EndpointError, endpoint: Endpoint, lang: str) -> str:
    """The line. It may ask the endpoint which models it has, or whether it answers under /v1."""
    kind = _SAME.get(error.kind, error.kind)
    more = _MORE.get(kind)
    hint = more(endpoint, lang) if more else ""
    values = {
        "url": endpoint.base_url,
        "model": endpoint.model,
        "detail": detail(error.detail or error.kind, lang),
        "hint": hint,
    }
    return " ".join(say(f"endpoint.{kind}", lang, **values).split())


def _key(endpoint: Endpoint, lang: str) -> str:
    key = "endpoint.key_from" if endpoint.key_origin else "endpoint.key_not_sent"
    return say(key, lang, variable=endpoint.key_origin)


def _through_proxy(endpoint: Endpoint, lang: str) -> str:
    name = "" if endpoint.local else _proxy(endpoint.base_url)
    return say("endpoint.through_proxy", lang, variable=name) if name else ""


def _proxy(url: str) -> str:
    """The variable that names the proxy for this URL; "" when none is asked."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return ""
    names = (f"{parts.scheme}_proxy", "all_proxy")
    return next((name for low in names for name in (low.upper(), low) if os.environ.get(name)), "")


def _models(endpoint: Endpoint, lang: str) -> str:
    try:
        with closing(Wire(endpoint, QUICK)) as wire:
            names = wire.models()
    except EndpointError:
        return ""
    if not names:
        return say("endpoint.no_models", lang)
    first = nearest(endpoint.model, names)
    shown = [first, *(name for name in names if name != first)][:_SHOWN]
    return say("endpoint.has_models", lang, models=", ".join(shown))


def _better_url(endpoint: Endpoint, lang: str) -> str:
    """Whether the same server speaks the API under another path."""
    root = endpoint.base_url.removesuffix("/v1")
    url = f"{root}/v1" if endpoint.base_url == root else root
    try:
        with closing(Wire(replace(endpoint, base_url=url), QUICK)) as wire:
            wire.models()
    except EndpointError:
        return ""
    return say("endpoint.better_url", lang, suggestion=url)


_MORE: dict[str, Callable[[Endpoint, str], str]] = {  # what only this endpoint can say of it
    "unknown_model": _models,
    "not_an_api": _better_url,
    "unauthorized": _key,
    "unreachable": _through_proxy,
    "proxy": lambda endpoint, _: _proxy(endpoint.base_url),
    "not_tls": lambda endpoint, _: endpoint.base_url.replace("https://", "http://", 1),
}
