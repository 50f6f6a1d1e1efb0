"""What was measured of judges, remembered per endpoint, model and prompt."""

from dataclasses import asdict, fields

from agent.cache import JsonCache
from agent.config import folder
from agent.endpoints import Endpoint
from prompts import say
from tools.graders.entrance import Standing
from tools.graders.judge import VERSION
from tools.graders.judging import prompt_sha256
from tools.graders.local import LocalGrader
from tools.question import Lang


def outcome(standing: Standing, endpoint: Endpoint, lang: Lang) -> str:
    """What a check has shown, in one line."""
    told_apart = standing.complete or not standing.right  # else there was no time to tell them apart
    key = "better" if standing.better else "not_better" if told_apart else "too_slow"
    values = asdict(standing) | {"model": endpoint.model}
    return say(f"judge.{key}", lang, **values)


def remembered(endpoint: Endpoint) -> Standing | None:
    """What was measured of this judge with today's prompt; None if nothing was."""
    known = _cache().get(_key(endpoint))
    types = {field.name: field.type for field in fields(Standing)}
    if isinstance(known, dict) and {name: type(value) for name, value in known.items()} == types:
        return Standing(**known)
    return None


def remember(endpoint: Endpoint, standing: Standing) -> None:
    """Keep what was measured."""
    _cache().put(_key(endpoint), asdict(standing))


def _cache() -> JsonCache:
    return JsonCache(folder("state") / "judges.json")


def _key(endpoint: Endpoint) -> str:
    return f"{endpoint.id} judge {VERSION} {prompt_sha256()} local {LocalGrader.id.version}"
