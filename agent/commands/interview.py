"""`razbor interview`: hold an interview in this terminal, or with the lines of a pipe."""

import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from agent.candidate import TypingCandidate
from agent.config import Value, resolve, transcripts_folder
from agent.console import terminal
from agent.endpoints import Endpoint, choose
from agent.exits import DONE
from agent.hold import Disk, hold, models, seated
from agent.loop import Interviewing
from agent.models.failure import EndpointError
from agent.offer import offered, runs_on
from agent.pool import Pool
from agent.recollection import Recollection
from agent.resources import open_bank, open_grader, tell_judge
from agent.session import Journal, Parts, assemble, begin_course, end, new_session
from agent.telling import remark
from agent.terminal.counting import Counting
from agent.terminal.narrator import Narrator
from agent.terminal.screen import Screen, terminal_width
from agent.terminal.speaking import Write
from agent.terminal.status import Status, can_go_back
from agent.terminal.toolbar import toolbar
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import Event, SessionEvent
from transcripts.private import make_folder
from transcripts.recorder import Recorder


def run(flags: Namespace) -> int:
    """Hold an interview. UnavailableError where the endpoint gives no first question."""
    settings = resolve(flags)
    endpoint = choose(settings)
    if endpoint is None and sys.stdin.isatty() and sys.stdout.isatty():
        try:
            settings = offered(flags, settings)
        except EOFError:
            return DONE
        endpoint = choose(settings)
    return _interview(flags, settings, endpoint)


def _interview(flags: Namespace, settings: dict[str, Value], endpoint: Endpoint | None) -> int:
    """Set an interview up and hold it."""
    plain = {name: value.value for name, value in settings.items()}
    lang: Lang = plain["lang"]
    bank = open_bank(flags, lang)
    pool = Pool(bank, flags)
    tell = Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell
    if endpoint:
        from agent.connect import remedied, with_model

        endpoint = with_model(endpoint, lang, tell)
    tell_judge(settings, endpoint, lang)
    grader = open_grader(settings, tell, endpoint)
    settled = plain | {"questions": pool.asked(plain["questions"])}
    session = new_session(flags.seed, settled, pool.size, endpoint, grader)
    path = Path(flags.transcript) if flags.transcript else transcripts_folder() / f"{session.id}.jsonl"
    _check_folder(path.parent)
    memory = Recollection(lang, Counting(lang, flags).over)
    session, choose_question = pool.deal(session, memory.past())
    with ExitStack() as stack:
        if endpoint:
            stack.enter_context(remedied(endpoint, lang))
        disk = Disk(stack.enter_context(closing(Recorder.create(path))))
        parts = assemble(session, choose_question, grader, Journal([disk.write]))
        running = _at_work(flags, settings, endpoint, parts, stack)
        try:
            return hold(running, disk, quiet=flags.quiet)
        except EndpointError:  # no question was asked
            _close_unbegun(parts, path, lang)
            raise
        finally:
            memory.keep()


def _at_work(
    flags: Namespace, settings: dict[str, Value], endpoint: Endpoint | None, parts: Parts, stack: ExitStack
) -> Interviewing:
    """The interview with its terminal, its screen, and who asks and who answers."""
    here = terminal(parts.interview, lambda: toolbar(running, terminal_width()),
                    plain=flags.plain, vi=settings["keys"].value == "vi")  # fmt: skip
    stack.enter_context(here.quiet())
    # `razbor report` knows the interviews in razbor's own folder
    screen = Screen(parts.interview, here.write, keys=here.keys, names_report=not (here.ready or flags.transcript))
    course = begin_course(parts, *models(flags, settings, endpoint, screen, stack))
    parts.journal.listeners += [screen.show, _beginners_lines(flags, here.write)]
    parts.journal.listeners += [Narrator(parts.interview.session.lang).hear] if flags.verbose else []
    candidate = TypingCandidate(here.read, parts.interview, parts.journal.emit, screen.notice,
                                parts.interview.session.grader, here.expects_more, here.edit)  # fmt: skip
    running = seated(parts, course, candidate, screen)
    return running


def _check_folder(folder: Path) -> None:
    """Make the folder of the transcript; InputError before anything else is tried where nothing can be kept."""
    try:
        make_folder(folder)
    except OSError as error:
        raise InputError("error.cannot_write", path=folder, reason=error) from error


def _close_unbegun(parts: Parts, path: Path, lang: Lang) -> None:
    """Keep what the candidate said before a question came; where that is nothing, the transcript goes."""
    if parts.interview.said:
        end(parts, "failed")
        remark("summary.left", lang, path=path)
    else:
        path.unlink(missing_ok=True)


def _beginners_lines(flags: Namespace, write: Write) -> Callable[[Event], None]:
    """A listener: below the first screen, what a beginner should know of the interviewer without a model."""
    here_tells = sys.stdout.isatty() and not flags.quiet

    def explain(event: Event) -> None:
        if here_tells and isinstance(event, SessionEvent) and not event.base_url:
            write(runs_on(event.lang))

    return explain
