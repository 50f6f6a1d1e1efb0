"""`razbor replay FILE…`: play transcripts back in the terminal, or verify them; grading again is elsewhere."""

import sys
from argparse import Namespace
from pathlib import Path

from agent.cli import CHECK_FAILED, DONE
from agent.config import resolve
from agent.playing import as_asked, play
from agent.terminal.card import score_text
from agent.terminal.printable import printable
from agent.verify import Report, verify
from prompts import say
from tools.graders.local import LocalGrader
from transcripts.errors import InputError
from transcripts.reader import read


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
    status, asked = DONE, as_asked(flags)
    for name in flags.files:
        transcript = read(Path(name))
        if transcript.torn is not None:
            size = len(transcript.torn)
            print(say("summary.torn", lang, path=printable(name), size=size), file=sys.stderr)
        if not flags.verify:
            if not play(transcript, asked, lang):
                break
        elif _say_report(name, verify(transcript, LocalGrader()), lang):
            status = CHECK_FAILED
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


def _say_report(name: str, report: Report, lang: str) -> bool:
    """Print what a verification found; whether there was a difference."""
    for old, new in report.regraded:
        then, now = score_text(old.score, lang), score_text(new.score, lang)
        old_name, new_name = (f"{g.name} {g.version}" for g in (old.grader, new.grader))
        text = say("plain.regraded", lang, question=old.question, then=then, old=old_name, now=now, new=new_name)
        print(printable(text))
    if report.prompted_otherwise:
        print(say("plain.prompted_otherwise", lang))
    for item in report.differences:
        text = say("plain.difference", lang, seq=item.seq, what=item.what, then=item.then, now=item.now)
        print(printable(text))
    key = "plain.differs" if report.differences else "plain.verified"
    print(say(key, lang, path=printable(name), checked=report.checked, count=len(report.differences)))
    return bool(report.differences)
