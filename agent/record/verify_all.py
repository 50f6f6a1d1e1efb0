"""`replay --verify` over files: each is read and compared for itself, many of them on all processors."""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from agent.printable import printable
from agent.problems import departure
from agent.record.verify import Report, verify
from agent.terminal.card import score_text
from prompts import say
from tools.graders.local import LocalGrader
from transcripts.errors import InputError
from transcripts.events import Json
from transcripts.reader import read
from transcripts.signals import uninterrupted

FEW = 20  # files; up to here other processes would cost more than they save
AT_A_TIME = 4  # files that a process takes at once: each takes some hundredths of a second


@dataclass(frozen=True)
class Checked:
    """What is to be said of one file: small, since it may come from another process.

    `lines` for a person, `found` for a program; `torn` is the size in bytes of half a line at its end; `error` says why
    there is nothing else to say.
    """

    name: str
    lines: Sequence[str] = ()
    found: Json = field(default_factory=dict)
    torn: int | None = None
    error: InputError | None = None

    @property
    def differs(self) -> bool:
        """Whether today's run departs from the record."""
        return bool(self.found.get("differences"))


def checked(names: Sequence[str], lang: str) -> Generator[Checked, None, None]:
    """Verify each file, in order."""
    processors = getattr(os, "process_cpu_count", os.cpu_count)() or 1  # Python 3.13 counts those we may use
    several = len(names) > FEW and processors > 1
    yield from _in_processes(names, lang, processors) if several else map(partial(_check, lang=lang), names)


def _in_processes(names: Sequence[str], lang: str, processors: int) -> Iterator[Checked]:
    """Whatever ends this, Ctrl-C or a closed pipe, ends the processes at once."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children

    executor = ProcessPoolExecutor(processors, initializer=_heed_no_interrupt)
    try:
        with uninterrupted():  # the processes begin here, and it is not for them to say that they were stopped
            found = executor.map(partial(_check, lang=lang), names, chunksize=AT_A_TIME)
        yield from found
    except BaseException:
        for child in active_children():
            child.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _heed_no_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check(name: str, lang: str) -> Checked:
    torn = None
    try:
        transcript = read(Path(name))
        torn = None if transcript.torn is None else len(transcript.torn)
        report = verify(transcript, LocalGrader())
    except InputError as error:
        return Checked(name, torn=torn, error=error)
    return Checked(name, list(_said(name, report, lang)), _found(name, report), torn)


def _found(name: str, report: Report) -> Json:
    """What a verification found, for a program."""
    regraded = [{"then": old.model_dump(), "now": new.model_dump()} for old, new in report.regraded]
    differences = [asdict(item) for item in report.differences]
    return {"path": name, "checked": report.checked, "differences": differences, "regraded": regraded}


def _said(name: str, report: Report, lang: str) -> Iterator[str]:
    """The lines that tell what a verification found."""
    for old, new in report.regraded:
        then, now = score_text(old.score, lang), score_text(new.score, lang)
        old_name, new_name = (f"{g.name} {g.version}" for g in (old.grader, new.grader))
        yield printable(
            say("plain.regraded", lang, question=old.question, then=then, old=old_name, now=now, new=new_name)
        )
    if report.prompted_otherwise:
        yield say("plain.prompted_otherwise", lang)
    for item in report.differences:
        key = "plain.difference" if item.nearest is None else "plain.difference_request"
        values = asdict(item) | {"now": departure(item.now, lang), "then": departure(item.then, lang)}
        yield printable(say(key, lang, **values))
    key = "plain.differs" if report.differences else "plain.verified"
    yield say(key, lang, path=printable(name), checked=report.checked, count=len(report.differences))
