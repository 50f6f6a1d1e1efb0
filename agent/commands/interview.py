"""`razbor interview`: hold an interview in this terminal, or with the lines of a pipe."""

import sys
from argparse import Namespace
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from agent.candidate import TypingCandidate
from agent.cli import FAILED
from agent.config import Value, resolve, transcripts_folder
from agent.console import terminal
from agent.endpoints import Endpoint, choose
from agent.hold import Disk, hold, models
from agent.loop import Interviewing, may_show
from agent.models.failure import EndpointError
from agent.pool import choose_heads, on_record, searching
from agent.recollection import Recollection
from agent.resources import open_bank, open_grader
from agent.session import Journal, Parts, assemble, begin_course, end, new_session
from agent.terminal.narrator import Narrator
from agent.terminal.printable import printable
from agent.terminal.screen import Screen, terminal_width
from agent.terminal.status import Status, can_go_back
from agent.terminal.toolbar import toolbar
from prompts import say
from tools.planner import Planner, draw
from tools.question import Lang
from transcripts.recorder import Recorder


def run(flags: Namespace) -> int:
    """Hold an interview; where the endpoint gives no first question, say what to do about it."""
    settings = resolve(flags)
    endpoint = choose(settings)
    try:
        return _interview(flags, settings, endpoint)
    except EndpointError as error:
        if endpoint is None:
            raise
        from agent.remedy import remedy

        print(f"razbor: {printable(remedy(error, endpoint, settings['lang'].value))}", file=sys.stderr)
        return FAILED


def _interview(flags: Namespace, settings: dict[str, Value], endpoint: Endpoint | None) -> int:
    """Set an interview up and hold it."""
    plain = {name: value.value for name, value in settings.items()}
    lang: Lang = plain["lang"]
    bank = open_bank(flags, lang)
    heads, fixed = choose_heads(bank, flags)
    if endpoint:
        from agent.connect import with_model

        endpoint = with_model(endpoint, lang)
    grader = open_grader(settings, Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell, endpoint)
    asked = len(heads) if fixed else plain["questions"]
    session = new_session(flags.seed, plain | {"questions": asked}, len(heads), endpoint, grader)
    memory = Recollection(lang)
    past = memory.past()
    drawn = heads if fixed else draw(heads, session.seed, past.due)
    session = on_record(session, drawn, bank, flags, past)
    with ExitStack() as stack:
        path = Path(flags.transcript) if flags.transcript else transcripts_folder() / f"{session.id}.jsonl"
        disk = Disk(stack.enter_context(closing(Recorder.create(path))))
        search = searching(bank, flags.topic)
        planner = Planner(drawn, bank.get, seed=session.seed, fixed=fixed, past=past, search=search)
        parts = assemble(session, planner.choose, grader, Journal([disk.write]))
        here = terminal(parts.interview, lambda typing: toolbar(running, typing, terminal_width()),
                        plain=flags.plain, vi=plain["keys"] == "vi")  # fmt: skip
        # `razbor report` knows the interviews in razbor's own folder
        screen = Screen(parts.interview, here.write, keys=here.keys, names_report=not (here.ready or flags.transcript))
        course = begin_course(parts, *models(flags, settings, endpoint, screen, stack))
        parts.journal.listeners += [screen.show, *([Narrator(lang).hear] if flags.verbose else [])]
        candidate = TypingCandidate(here.read, parts.interview, parts.journal.emit, screen.notice, grader.id,
                                    here.expects_more, here.edit)  # fmt: skip
        running = Interviewing(parts, course, candidate)
        screen.speaking.allowed = partial(may_show, running)
        try:
            return hold(running, disk, quiet=flags.quiet)
        except EndpointError:  # no question was asked
            _close_unbegun(parts, path, lang)
            raise
        finally:
            memory.keep()


def _close_unbegun(parts: Parts, path: Path, lang: Lang) -> None:
    """Keep what the candidate said before a question came; where that is nothing, the transcript goes."""
    if parts.interview.said:
        end(parts, "failed")
        print(say("summary.left", lang, path=path), file=sys.stderr)
    else:
        path.unlink(missing_ok=True)
