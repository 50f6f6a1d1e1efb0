"""`razbor replay FILE… --model-check`: whether this endpoint would do as an interviewer."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from agent.check.play import Script, measure, script_of
from agent.check.report import Check
from agent.check.table import WIDTH, remarks, table, verdict
from agent.config import Value, resolve
from agent.connect import remedied, with_model
from agent.endpoints import Endpoint, choose
from agent.exits import CHECK_FAILED, DONE, FAILED, INTERRUPTED
from agent.judge import entrance_check
from agent.models.failure import UnavailableError
from agent.printable import printable
from agent.remedy import remedy
from agent.report.inert import to_json
from agent.resources import open_transcript
from agent.standing import outcome, remembered
from agent.telling import complain, remark
from agent.terminal.card import wrap
from agent.terminal.narrator import Narrator
from agent.terminal.screen import write_plain
from agent.terminal.status import Status, can_go_back
from prompts import say
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import Json


def run(flags: Namespace) -> int:
    """Hold every recorded interview again and say what came of it; exit 3 when the model is unfit."""
    settings = resolve(flags)
    lang: Lang = settings["lang"].value
    endpoint = choose(settings)
    if endpoint is None:
        raise InputError("check.needs_endpoint")
    scripts = _scripts(flags.files, lang)
    check = Check(len(scripts))
    try:
        endpoint = with_model(endpoint, lang)
        with remedied(endpoint, lang):
            _examine(check, scripts, endpoint, settings, flags)
    except UnavailableError as error:
        check.failure = str(error)
    except KeyboardInterrupt:
        check.interrupted = True
    if check.rows and flags.json:
        print(to_json(check.as_json(endpoint, lang), indent=2))
    elif check.rows:
        _show(check, endpoint, lang)
    return _status(check, lang)


def _scripts(names: Sequence[str], lang: Lang) -> list[tuple[str, Script]]:
    """The candidates' parts, each with the name of its file; a transcript without an answer is named and left out."""
    scripts = []
    for name in names:
        transcript = open_transcript(Path(name), lang)
        script = script_of(transcript)
        if script.answers:
            scripts.append((name, script))
        else:
            remark("check.left_out", lang, path=printable(name))
    if not scripts:
        raise InputError("check.none")
    return scripts


def _examine(
    check: Check, scripts: Sequence[tuple[str, Script]], endpoint: Endpoint, settings: Mapping[str, Value],
    flags: Namespace,
) -> None:  # fmt: skip
    """Hold one interview after the other, then look at the endpoint as a judge; `check` has what was found so far."""
    status = Status(settings["lang"].value, live=can_go_back(flags.plain), quiet=flags.quiet)
    listeners = [Narrator(settings["lang"].value).hear] if flags.verbose else []
    try:
        for n, (name, script) in enumerate(scripts, start=1):
            tell = partial(_tell, status, {"n": n, "of": len(scripts), "name": " ".join(Path(name).stem.split())})
            conduct = measure(script, endpoint, settings, tell, listeners)
            check.rows.append((name, conduct))
            if conduct.ended["interrupted"]:
                raise KeyboardInterrupt
        _judge(check, endpoint, settings, status)
    finally:
        status.tell("")


def _tell(status: Status, where: Json, key: str, /, **values: object) -> None:
    status.tell(key, **(values | where if key == "check.progress" else values))


def _judge(check: Check, endpoint: Endpoint, settings: Mapping[str, Value], status: Status) -> None:
    """What is known of the endpoint as a judge, or else what the entrance check finds."""
    lang: Lang = settings["lang"].value
    standing, failure = remembered(endpoint), None
    if standing is None:
        standing, failure = entrance_check(endpoint, settings, status.tell)
    if failure is not None:
        check.to_grade = say("check.grade_unknown", lang, reason=remedy(failure, endpoint, lang))
        return
    check.standing = standing
    key = "check.grade_yes" if standing.better else "check.grade_no"
    check.to_grade = say(key, lang, outcome=outcome(standing, endpoint, lang))


def _show(check: Check, endpoint: Endpoint, lang: Lang) -> None:
    head = say("check.head", lang, model=endpoint.model, url=endpoint.base_url, count=len(check.rows))
    rows = [(Path(name).stem, conduct) for name, conduct in check.rows]
    lines = [*wrap(head, WIDTH), [], *table(rows, lang), [], *remarks(check.total, lang)]
    if check.criteria:
        lines += [[], *verdict(check.criteria, lang)]
    write_plain([*lines, *wrap(check.to_grade, WIDTH)] if check.to_grade else lines)


def _status(check: Check, lang: Lang) -> int:
    """The exit status; what ended the check early is said."""
    if check.interrupted:
        remark("check.interrupted", lang)
        return INTERRUPTED
    if check.failure:
        complain(check.failure)
    if any(not one.holds for one in check.criteria):
        return CHECK_FAILED
    return FAILED if check.failure else DONE
