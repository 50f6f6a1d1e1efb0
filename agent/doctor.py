"""What an endpoint can do, found out by holding the beginning of an interview with it, once in each dialect.

The same loop, wire and dialects as in an interview: what is fit here is fit there.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from agent.config import DIALECTS
from agent.endpoints import Endpoint
from agent.models.clock import QUICK
from agent.models.failure import EndpointError
from agent.models.fit import Fit
from agent.models.wire import Wire, model_rows
from agent.problems import detail, repair
from agent.remedy import remedy
from agent.trial import Trial, hold_beginning
from prompts import say
from tools.question import Lang
from transcripts.events import Json

SMALLEST_CONTEXT = 4096  # tokens; what an interview fits in
SLOW = 5.0  # generated tokens a second, below which an interview is a test of patience
OK, WARN, BAD = "ok", "warn", "bad"

SIMPLEST = DIALECTS[2:]  # tried only where neither of the others holds
REFUSALS = ("rejected", "overflow", "bad_sample")
_SIZES = ("max_model_len", "context_length", "context_window")
_OWN_LISTS = (("/api/ps", "models", "context_length"), ("/api/v0/models", "data", "loaded_context_length"))

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """One line of the report; `advice` says what would make it better."""

    name: str
    status: str
    value: str
    advice: str = ""
    details: Json = field(default_factory=dict)


def examine(endpoint: Endpoint, advice: Json, lang: Lang, progress: Progress) -> Iterator[Finding]:
    """The findings, as they are made. `advice` has the documented commands of the server's profile."""
    yield Finding("endpoint", OK, endpoint.base_url)
    yield Finding("key", OK, endpoint.key_origin or say("doctor.no_key", lang))
    try:
        with closing(Wire(endpoint, QUICK)) as wire:
            listed = wire.get("/models")
    except EndpointError as error:
        start = say("doctor.start", lang, command=advice["start"]) if _may_be_down(error, advice) else ""
        yield Finding("reachable", BAD, say("doctor.no", lang), f"{remedy(error, endpoint, lang)} {start}".strip())
        if error.kind != "not_an_api":
            return
        listed = None
    else:
        yield Finding("reachable", OK, say("doctor.yes", lang))
    rows = model_rows(listed) or []
    if not endpoint.model and len(rows) == 1:  # as an interview does
        endpoint = replace(endpoint, model=str(rows[0]["id"]))
    yield _model(endpoint, rows, lang)
    if not endpoint.model:
        return
    if listed is not None:
        yield _context(endpoint, rows, advice, lang)
    yield from _trials(endpoint, advice, lang, progress)


def _model(endpoint: Endpoint, rows: list[Json], lang: Lang) -> Finding:
    names = [str(row["id"]) for row in rows]
    shown = ", ".join(names[:5]) or "—"
    if not endpoint.model:
        return Finding("model", BAD, shown, say("doctor.name_one", lang))
    if names and endpoint.model not in names:
        return Finding("model", WARN, endpoint.model, say("doctor.not_listed", lang, models=shown))
    return Finding("model", OK, endpoint.model)


def _context(endpoint: Endpoint, rows: list[Json], advice: Json, lang: Lang) -> Finding:
    size = _told_size(endpoint, rows)
    if size is None:
        return Finding("context", WARN, say("doctor.unknown", lang), _better(advice, lang))
    status = OK if size >= SMALLEST_CONTEXT else BAD
    return Finding("context", status, str(size), "" if status == OK else _better(advice, lang))


def _told_size(endpoint: Endpoint, rows: list[Json]) -> int | None:
    """The context in tokens, as the server's list of models tells it; or the own lists of Ollama and LM Studio."""
    row = next((row for row in rows if row["id"] == endpoint.model), rows[0] if len(rows) == 1 else {})
    sizes = [_positive(row.get("meta"), "n_ctx"), *(_positive(row, name) for name in _SIZES)]
    if not any(sizes) and endpoint.local:
        root = replace(endpoint, base_url=endpoint.base_url.removesuffix("/v1"))
        for path, key, name in _OWN_LISTS:
            with suppress(EndpointError), closing(Wire(root, QUICK)) as wire:
                listed = wire.get(path)
                own = listed.get(key) if isinstance(listed, dict) else None
                sizes += [_positive(one, name) for one in own] if isinstance(own, list) else []
    return next((size for size in sizes if size), None)


def _positive(row: Any, name: str) -> int | None:  # noqa: ANN401 - whatever a server sends
    value = row.get(name) if isinstance(row, dict) else None
    return value if isinstance(value, int) and value > 0 else None


def _may_be_down(error: EndpointError, advice: Json) -> bool:
    return error.kind == "unreachable" and "start" in advice


def _better(advice: Json, lang: Lang) -> str:
    return say("doctor.better", lang, command=advice["better"]) if "better" in advice else ""


def _trials(endpoint: Endpoint, advice: Json, lang: Lang, progress: Progress) -> Iterator[Finding]:
    """Native and structured turns always, the simpler ones only where neither holds."""
    trials: list[Trial] = []
    for dialect in DIALECTS:
        if dialect in SIMPLEST and any(trial.held for trial in trials):
            break
        progress(dialect)
        trial = hold_beginning(endpoint, dialect, lang)
        if trial.error and trial.error.kind not in REFUSALS:  # no dialect will change that
            yield Finding("interview", BAD, say("doctor.unfit", lang), remedy(trial.error, endpoint, lang))
            return
        trials.append(trial)
        told = list(
            dict.fromkeys(f"{repair(problem, lang)} → {repair(action, lang)}" for problem, action in trial.repairs)
        ) or [detail(trial.error.detail, lang) if trial.error else ""]
        if dialect == "native" and not trial.clean and "better" in advice:
            told.append(_better(advice, lang))
        yield Finding(dialect, OK if trial.clean else WARN if trial.held else BAD,
                      say("doctor.yes" if trial.held else "doctor.no", lang), "; ".join(told))  # fmt: skip
    best = next((t for t in trials if t.clean), next((t for t in trials if t.held), trials[0]))
    yield Finding(
        "streaming", OK if best.fit.stream else WARN, say("doctor.yes" if best.fit.stream else "doctor.no", lang)
    )
    yield from _speed(best, lang)
    given = Fit(dialect=best.dialect, ask_usage=True).changes()  # by the trial itself
    changes = ", ".join(change for change in best.fit.changes() if change not in given)
    yield Finding("changed", OK, changes or say("doctor.nothing", lang))
    if best.held:
        yield Finding("interview", OK, say("doctor.fit", lang, dialect=best.dialect))
    else:
        yield Finding("interview", BAD, say("doctor.unfit", lang), _better(advice, lang))


def _speed(trial: Trial, lang: Lang) -> Iterator[Finding]:
    clock, usage = trial.wire.clock, trial.usage
    made, read = usage.get("completion_tokens"), usage.get("prompt_tokens")
    if not made or not read or clock.to_last <= clock.to_first:
        yield Finding("speed", WARN, say("doctor.unknown", lang))
        return
    writing = made / (clock.to_last - clock.to_first)
    reading = (read - (usage.get("cached_tokens") or 0)) / clock.to_first
    value = say("doctor.speed", lang, reading=f"{reading:.0f}", writing=f"{writing:.0f}")
    yield Finding("speed", OK if writing >= SLOW else WARN, value)


def as_json(findings: list[Finding]) -> Json:
    """The report for programs."""
    fit = any(finding.name == "interview" and finding.status == OK for finding in findings)
    return {"fit_to_interview": fit, "checks": [asdict(finding) for finding in findings]}
