"""`razbor memory rebuild`: make the memory again from the transcripts."""

from argparse import Namespace

from agent.config import resolve, transcripts_folder
from agent.exits import DONE, FAILED
from agent.problems import told
from agent.recollection import memory_file, rebuilt
from agent.telling import remark
from agent.terminal.counting import Counting
from tools.memory import MemoryUnavailableError


def run(flags: Namespace) -> int:
    """Do it and say from how many interviews."""
    lang, path = resolve(flags)["lang"].value, memory_file()
    try:
        count = rebuilt(path, transcripts_folder(), Counting(lang, flags).over)
    except MemoryUnavailableError as error:
        reason = told(error.__cause__ or error, lang)
        remark("memory.not_rebuilt", lang, named=True, path=path, reason=reason)
        return FAILED
    if not flags.quiet:
        remark("memory.rebuilt", lang, path=path, count=count)
    return DONE
