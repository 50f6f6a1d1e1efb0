"""`razbor replay FILE…`: play transcripts back in the terminal, or verify them; grading again is elsewhere."""

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from agent.cli import CHECK_FAILED, DONE
from agent.config import resolve
from agent.playing import as_asked, play
from agent.report.inert import to_json
from agent.terminal.card import score_text
from agent.terminal.printable import printable
from agent.verify import Report, verify
from prompts import say
from tools.graders.local import LocalGrader
from transcripts.errors import InputError
from transcripts.events import Json
from transcripts.reader import Transcript, read


def run(flags: Namespace) -> int:
    """Play or verify each file in turn; the worst outcome is the exit status. Or grade again, or check a model."""
    _refuse_idle(flags)
    if flags.regrade:
        from agent.commands import regrade

        return regrade.run(flags)
    if flags.model_check:
        from agent.commands import model_check

        return model_check.run(flags)
    lang = resolve(flags)["lang"].value
    if flags.verify:
        return _verify_all(flags, lang)
    asked = as_asked(flags)
    for name in flags.files:
        if not play(_read(name, lang), asked, lang):
            break
    return DONE


def _read(name: str, lang: str) -> Transcript:
    """The transcript; half a line at its end is told of."""
    transcript = read(Path(name))
    if transcript.torn is not None:
        print(say("summary.torn", lang, path=printable(name), size=len(transcript.torn)), file=sys.stderr)
    return transcript


def _verify_all(flags: Namespace, lang: str) -> int:
    """Verify each file in turn; with --json all that was found is printed at the end, as a list."""
    status, found = DONE, list[Json]()
    for name in flags.files:
        report = verify(_read(name, lang), LocalGrader())
        if report.differences:
            status = CHECK_FAILED
        found.append(_as_json(name, report))
        if not flags.json:
            _say_report(name, report, lang)
    if flags.json:
        print(to_json(found, indent=1))
    return status


def _refuse_idle(flags: Namespace) -> None:
    """InputError for a flag that would do nothing: who gives it expects something of it."""
    for name, given in (("--out", flags.out), ("--jobs", flags.jobs)):
        if given is not None and not flags.regrade:
            raise InputError("error.only_regrade", name=name)
    playing = not (flags.verify or flags.regrade or flags.model_check)
    for name, given in (("--speed", flags.speed), ("--question", flags.question), ("--step", flags.step or None)):
        if given is not None and not playing:
            raise InputError("error.only_playing", name=name)


def _as_json(name: str, report: Report) -> Json:
    """What a verification found, for a program."""
    regraded = [{"then": old.model_dump(), "now": new.model_dump()} for old, new in report.regraded]
    differences = [asdict(item) for item in report.differences]
    return {"path": name, "checked": report.checked, "differences": differences, "regraded": regraded}


def _say_report(name: str, report: Report, lang: str) -> None:
    """Print what a verification found."""
    for old, new in report.regraded:
        then, now = score_text(old.score, lang), score_text(new.score, lang)
        old_name, new_name = (f"{g.name} {g.version}" for g in (old.grader, new.grader))
        text = say("plain.regraded", lang, question=old.question, then=then, old=old_name, now=now, new=new_name)
        print(printable(text))
    if report.prompted_otherwise:
        print(say("plain.prompted_otherwise", lang))
    for item in report.differences:
        key = "plain.difference" if item.nearest is None else "plain.difference_request"
        text = say(key, lang, **asdict(item))
        print(printable(text))
    key = "plain.differs" if report.differences else "plain.verified"
    print(say(key, lang, path=printable(name), checked=report.checked, count=len(report.differences)))
