"""`razbor replay FILE…`: play transcripts back in the terminal, or verify them; grading again is elsewhere."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from agent.cli import CHECK_FAILED, DONE
from agent.config import resolve
from agent.playing import as_asked, play
from agent.terminal.printable import printable
from agent.verifying import checked
from prompts import say
from transcripts.reader import read


def run(flags: Namespace) -> int:
    """Play or verify each file in turn; the worst outcome is the exit status. Or grade again, or check a model."""
    if flags.regrade:
        from agent.commands import regrade

        return regrade.run(flags)
    if flags.model_check:
        from agent.commands import model_check

        return model_check.run(flags)
    lang = resolve(flags)["lang"].value
    return _verify(flags.files, lang) if flags.verify else _play(flags, lang)


def _verify(names: Sequence[str], lang: str) -> int:
    status = DONE
    with closing(checked(names, lang)) as found:
        for one in found:
            _tell_torn(one.name, one.torn, lang)
            for line in one.lines:
                print(line)
            status = CHECK_FAILED if one.differs else status
    return status


def _play(flags: Namespace, lang: str) -> int:
    asked = as_asked(flags)
    for name in flags.files:
        transcript = read(Path(name))
        _tell_torn(name, None if transcript.torn is None else len(transcript.torn), lang)
        if not play(transcript, asked, lang):
            break
    return DONE


def _tell_torn(name: str, size: int | None, lang: str) -> None:
    if size is not None:
        print(say("summary.torn", lang, path=printable(name), size=size), file=sys.stderr)
