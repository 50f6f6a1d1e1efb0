"""`razbor replay FILE…`: play transcripts back in the terminal, or verify them; grading again is elsewhere."""

import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from agent.config import resolve
from agent.exits import CHECK_FAILED, DONE, USAGE
from agent.player.playing import as_asked, play
from agent.record.verify_all import checked
from agent.report.inert import to_json
from agent.resources import open_transcript, tell_torn
from agent.sessions import named
from agent.telling import complain, explain
from agent.terminal.counting import Counting
from transcripts.errors import InputError
from transcripts.events import Json


def run(flags: Namespace) -> int:
    """Play or verify each file in turn; the worst outcome is the exit status. Or grade again, or check a model."""
    _refuse_idle(flags)
    flags.files = named(flags.files)
    if flags.regrade:
        from agent.commands import regrade

        return regrade.run(flags)
    if flags.model_check:
        from agent.commands import model_check

        return model_check.run(flags)
    lang = resolve(flags)["lang"].value
    return _verify(flags, lang) if flags.verify else _play(flags, lang)


def _verify(flags: Namespace, lang: str) -> int:
    """Verify each file; with --json all that was found is printed at the end, as a list. A damaged one is named."""
    differs, damaged, found = False, False, list[Json]()
    # lines on a terminal say themselves how far it has come
    silent = flags.json or not sys.stdout.isatty()
    with closing(checked(flags.files, lang)) as results:
        for one in Counting(lang, flags).of(results, len(flags.files)) if silent else results:
            if one.torn is not None:
                tell_torn(Path(one.name), one.torn, lang)
            if one.error:
                damaged = True
                complain(explain(one.error, lang))
            elif flags.json:
                found.append(one.found)
            else:
                print("\n".join(one.lines))
            differs = differs or one.differs
    if flags.json:
        print(to_json(found, indent=1))
    return USAGE if damaged else CHECK_FAILED if differs else DONE


def _play(flags: Namespace, lang: str) -> int:
    asked = as_asked(flags)
    for name in flags.files:
        if not play(open_transcript(Path(name), lang), asked, lang):
            break
    return DONE


def _refuse_idle(flags: Namespace) -> None:
    """InputError for a flag that would do nothing: who gives it expects something of it."""
    for name, given in (("--out", flags.out), ("--jobs", flags.jobs)):
        if given is not None and not flags.regrade:
            raise InputError("error.only_regrade", name=name)
    playing = not (flags.verify or flags.regrade or flags.model_check)
    for name, given in (("--speed", flags.speed), ("--question", flags.question), ("--step", flags.step or None)):
        if given is not None and not playing:
            raise InputError("error.only_playing", name=name)
