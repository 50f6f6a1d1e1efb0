"""`razbor memory rebuild`: make the memory again from the transcripts."""

import sys
from argparse import Namespace

from agent.cli import DONE, FAILED
from agent.config import resolve, transcripts_folder
from agent.problems import told
from agent.recollection import memory_file, rebuilt
from agent.terminal.counting import Counting
from agent.terminal.printable import printable
from prompts import say
from tools.memory import MemoryUnavailableError


def run(flags: Namespace) -> int:
    """Do it and say from how many interviews."""
    lang, path = resolve(flags)["lang"].value, memory_file()
    try:
        count = rebuilt(path, transcripts_folder(), Counting(lang, flags).over)
    except MemoryUnavailableError as error:
        reason = told(error.__cause__ or error, lang)
        print(f"razbor: {printable(say('memory.not_rebuilt', lang, path=path, reason=reason))}", file=sys.stderr)
        return FAILED
    if not flags.quiet:
        print(printable(say("memory.rebuilt", lang, path=path, count=count)), file=sys.stderr)
    return DONE
