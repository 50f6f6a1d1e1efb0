"""`razbor interview`: hold an interview in this terminal, or with the lines of a pipe."""

import sys
from argparse import Namespace
from contextlib import ExitStack, closing
from pathlib import Path

from agent.candidate import TypingCandidate
from agent.config import Value, resolve, transcripts_folder
from agent.course import Course
from agent.endpoints import Endpoint, choose
from agent.hold import Disk, hold, models, terminal
from agent.loop import Interviewing
from agent.models.failure import EndpointError
from agent.pool import choose_heads, on_record, searching
from agent.recollection import Recollection
from agent.resources import open_bank, open_grader
from agent.session import Journal, Parts, assemble, end, new_session
from agent.terminal.narrator import Narrator
from agent.terminal.screen import Screen
from agent.terminal.status import Status, can_go_back
from prompts import say
from tools.grade_answer import Grader
from tools.planner import Planner, draw
from tools.question import Lang
from transcripts.recorder import Recorder


def run(flags: Namespace) -> int:
    """Hold an interview. UnavailableError where the endpoint gives no first question."""
    settings = resolve(flags)
    endpoint = choose(settings)
    return _interview(flags, settings, endpoint)


def _interview(flags: Namespace, settings: dict[str, Value], endpoint: Endpoint | None) -> int:
    """Set an interview up and hold it."""
    plain = {name: value.value for name, value in settings.items()}
    lang: Lang = plain["lang"]
    bank = open_bank(flags, lang)
    heads, fixed = choose_heads(bank, flags)
    if endpoint:
        from agent.connect import remedied, with_model

        endpoint = with_model(endpoint, lang)
    grader = open_grader(settings, Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell, endpoint)
    asked = len(heads) if fixed else plain["questions"]
    session = new_session(flags.seed, plain | {"questions": asked}, len(heads), endpoint, grader)
    memory = Recollection(lang)
    past = memory.past()
    drawn = heads if fixed else draw(heads, session.seed, past.due)
    session = on_record(session, drawn, bank, flags, past)
    with ExitStack() as stack:
        if endpoint:
            stack.enter_context(remedied(endpoint, lang))
        path = Path(flags.transcript) if flags.transcript else transcripts_folder() / f"{session.id}.jsonl"
        disk = Disk(stack.enter_context(closing(Recorder.create(path))))
        search = searching(bank, flags.topic)
        planner = Planner(drawn, bank.get, seed=session.seed, fixed=fixed, past=past, search=search)
        parts = assemble(session, planner.choose, grader, Journal([disk.write]))
        course = Course(*models(flags, settings, endpoint, session, stack), parts.journal.emit, lang)
        parts.journal.listeners.append(course.hear)
        candidate = _candidate(flags, parts, grader)
        running = Interviewing(
            course, parts.registry, parts.interview, parts.conversation, candidate, parts.journal.emit,
            candidate.last_words,
        )  # fmt: skip
        try:
            return hold(running, parts, disk, quiet=flags.quiet)
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


def _candidate(flags: Namespace, parts: Parts, grader: Grader) -> TypingCandidate:
    """The person at the terminal or the pipe, and what they see."""
    here = terminal(flags.plain, parts.interview.session.lang)
    # `razbor report` knows the interviews in razbor's own folder
    screen = Screen(parts.interview, here.write, names_report=here.ready is None and not flags.transcript)
    parts.journal.listeners += [screen.show, *([Narrator().hear] if flags.verbose else [])]
    return TypingCandidate(
        here.read, parts.interview, parts.journal.emit, screen.notice, grader.id, here.expects_more
    )  # fmt: skip
