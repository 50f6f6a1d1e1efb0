"""`razbor doctor`: what is configured, what the endpoint can do, what to change."""

from argparse import Namespace
from contextlib import closing
from dataclasses import asdict
from urllib.parse import urlsplit

from agent.config import Value, config_file, known_profiles, resolve
from agent.doctor import BAD, Finding, as_json, examine
from agent.endpoints import Endpoint, choose, choose_for_grader
from agent.exits import CHECK_FAILED, DONE
from agent.models.clock import QUICK
from agent.models.failure import EndpointError, UnavailableError
from agent.models.wire import Wire
from agent.nearby import AT_LEISURE, find_servers
from agent.offer import command, short
from agent.remedy import remedy
from agent.report.inert import to_json
from agent.terminal.card import wrap
from agent.terminal.screen import terminal_width, write_plain
from agent.terminal.status import Status, can_go_back
from prompts import say
from tools.question import Lang
from transcripts.events import Json

_SHOWN = 5  # models of a server
_MARKS = {"ok": "+", "warn": "?", "bad": "!"}


def run(flags: Namespace) -> int:
    """Examine the endpoint; exit 3 when it can't hold an interview. Without one there is nothing to fail."""
    settings = resolve(flags)
    lang: Lang = settings["lang"].value
    endpoint = choose(settings)
    if endpoint is None:
        return _offline(flags, lang)
    status = Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet)
    findings: list[Finding] = []
    try:
        for finding in examine(endpoint, _advice(endpoint), lang, lambda name: status.tell("wait.trial", dialect=name)):
            status.tell("")
            findings.append(finding)
            if not flags.json:
                _print(finding, lang)
            status.tell("wait.endpoint")
    finally:
        status.tell("")
    findings += _grader(settings, endpoint, lang, quiet=flags.json)
    if flags.calibrate:
        findings.append(_calibrated(settings, endpoint, lang, status))
        if not flags.json:
            _print(findings[-1], lang)
    report = as_json(findings)
    if flags.json:
        print(to_json(report, indent=2))
    return DONE if report["fit_to_interview"] else CHECK_FAILED


def _offline(flags: Namespace, lang: Lang) -> int:
    """Without an endpoint: what that means, which servers answer on this machine, and how to take one."""
    text = say("doctor.offline", lang, path=short(config_file()))
    servers = find_servers(known_profiles(), AT_LEISURE)
    if flags.json:
        nearby = [asdict(server) for server in servers]
        print(to_json({"fit_to_interview": True, "checks": [], "note": text, "nearby": nearby}, indent=2))
        return DONE
    width = terminal_width()
    write_plain([*wrap(text, width), []])
    for server in servers:
        models = ", ".join(server.models[:_SHOWN]) + (", …" if len(server.models) > _SHOWN else "")
        write_plain(wrap(say("offer.nearby", lang, name=server.profile, url=server.base_url, models=models), width))
        write_plain([[("", f"  {command(server, server.models[0])}")]])
    if not servers:
        write_plain(wrap(say("offer.nothing", lang), width))
    return DONE


def _advice(endpoint: Endpoint) -> Json:
    """The documented commands of the profile that serves at this port."""
    port = urlsplit(endpoint.base_url).port
    profiles = known_profiles().values() if endpoint.local else ()
    return next((p for p in profiles if urlsplit(p.get("base_url", "")).port == port), {})


def _grader(settings: dict[str, Value], interviewer: Endpoint, lang: Lang, *, quiet: bool) -> list[Finding]:
    """The grader's own endpoint, where there is one: whether it answers."""
    endpoint = choose_for_grader(settings)
    if endpoint is None or endpoint == interviewer:
        return []
    try:
        with closing(Wire(endpoint, QUICK)) as wire:
            wire.models()
        finding = Finding("grader", "ok", f"{endpoint.model} · {endpoint.base_url}")
    except EndpointError as error:
        finding = Finding("grader", BAD, endpoint.base_url, remedy(error, endpoint, lang))
    if not quiet:
        _print(finding, lang)
    return [finding]


def _calibrated(settings: dict[str, Value], interviewer: Endpoint, lang: Lang, status: Status) -> Finding:
    """The endpoint as a judge, on every labelled answer that comes with razbor."""
    from agent.connect import remedied, with_model
    from agent.judge import calibrate
    from agent.standing import outcome

    endpoint = choose_for_grader(settings) or interviewer
    try:
        endpoint = with_model(endpoint, lang, status.tell)
        with remedied(endpoint, lang):
            standing = calibrate(endpoint, settings, status.tell, lang)
    except UnavailableError as error:
        return Finding("judge", BAD, endpoint.base_url, str(error))
    return Finding("judge", "ok" if standing.better else "warn", outcome(standing, endpoint, lang),
                   details=standing.measured() | {"seconds": standing.seconds, "better": standing.better})  # fmt: skip


def _print(finding: Finding, lang: Lang) -> None:
    name = say("doctor.speed_title" if finding.name == "speed" else f"doctor.{finding.name}", lang)
    width = terminal_width()
    write_plain(wrap(f"{name:<14} {finding.value}", width, indent=" " * 17, first=f"{_MARKS[finding.status]} "))
    if finding.advice:
        write_plain(wrap(finding.advice, width, indent=" " * 17, first=" " * 17))
