"""`razbor interview`: hold an interview in this terminal, or with the lines of a pipe."""

import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from types import FrameType

from agent.candidate import TypingCandidate
from agent.cli import DONE, FAILED, INTERRUPTED
from agent.config import Value, resolve, transcripts_folder
from agent.course import Course
from agent.endpoints import Endpoint, choose
from agent.loop import Interviewing, Leave, run_interview
from agent.models.embedded import EmbeddedModel
from agent.models.failure import EndpointError
from agent.resources import open_bank, open_grader
from agent.session import Parts, assemble, begin, choose_questions, end, new_session
from agent.terminal.narrator import Narrator
from agent.terminal.printable import printable
from agent.terminal.screen import Screen, Write, write_plain
from agent.terminal.status import Status, can_go_back
from prompts import say
from tools.grade_answer import Grader
from tools.planner import Planner
from tools.question import Lang
from transcripts.errors import RecordingError
from transcripts.events import CommandEvent, Event, MessageEvent
from transcripts.recorder import Recorder

Read = Callable[[], str | None]
Ready = Callable[[], bool]


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
    questions, fixed = choose_questions(open_bank(flags, lang), flags)
    if endpoint:
        from agent.connect import with_model

        endpoint = with_model(endpoint, lang)
    grader = open_grader(settings, Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell, endpoint)
    session = new_session(flags, plain, len(questions), endpoint, grader)
    with ExitStack() as stack:
        path = Path(flags.transcript) if flags.transcript else transcripts_folder() / f"{session.id}.jsonl"
        recorder = stack.enter_context(closing(Recorder.create(path)))
        parts = assemble(session, Planner(questions, session.seed, fixed=fixed), grader, [recorder.write])
        course = _course(flags, settings, endpoint, parts, stack)
        candidate = _candidate(flags, parts, grader)
        running = Interviewing(
            course, parts.registry, parts.interview, parts.conversation, candidate, parts.journal.emit,
            candidate.last_words,
        )  # fmt: skip
        return _hold(running, parts, recorder, lang, quiet=flags.quiet)


def _course(
    flags: Namespace, settings: dict[str, Value], endpoint: Endpoint | None, parts: Parts, stack: ExitStack
) -> Course:
    """Who holds the interview: the model of the endpoint, with the embedded interviewer standing by; or that alone."""
    lang, emit = settings["lang"].value, parts.journal.emit
    embedded = EmbeddedModel(lang, parts.interview.session.seed)
    if endpoint is None:
        course = Course(embedded, None, emit, lang)
    else:
        from agent.connect import connect

        status = Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet)
        model = stack.enter_context(closing(connect(endpoint, settings, status.tell)))
        course = Course(model, embedded, emit, lang)
    parts.journal.listeners.append(course.hear)
    return course


def _candidate(flags: Namespace, parts: Parts, grader: Grader) -> TypingCandidate:
    """The person at the terminal or the pipe, and what they see."""
    read, write, ready = _terminal(flags.plain, parts.interview.session.lang)
    # `razbor report` knows the interviews in razbor's own folder
    screen = Screen(parts.interview, write, names_report=ready is None and not flags.transcript)
    parts.journal.listeners += [screen.show, *([Narrator().hear] if flags.verbose else [])]
    return TypingCandidate(read, parts.interview, parts.journal.emit, screen.notice, grader.id,
                           ready or (lambda: False))  # fmt: skip


def _hold(running: Interviewing, parts: Parts, recorder: Recorder, lang: str, *, quiet: bool) -> int:
    """Run the loop; whatever ends it, the last event is written where it still can be."""
    last_words = _LastWords()
    parts.journal.listeners.insert(0, last_words.note)
    try:
        begin(parts)
        reason = run_interview(running)
        end(parts, reason)
    except Leave:
        parts.journal.emit(CommandEvent(name="interrupt"))
        end(parts, "interrupted")
        print(say("summary.left", lang, path=recorder.path), file=sys.stderr)
        return INTERRUPTED
    except EndpointError:  # no question was asked
        if running.interview.said:
            end(parts, "failed")
            print(say("summary.left", lang, path=recorder.path), file=sys.stderr)
        else:
            recorder.path.unlink(missing_ok=True)
        raise
    except RecordingError:
        if last_words.text:
            print(say("error.unsaved", lang, words=last_words.text), file=sys.stderr)
        raise
    if not quiet:
        print(say("summary.saved", lang, path=recorder.path), file=sys.stderr)
    if reason == "failed":
        print(say("summary.failed", lang), file=sys.stderr)
        return FAILED
    return DONE


class _LastWords:
    """The candidate's words that may not have reached the disk."""

    text = ""

    def note(self, event: Event) -> None:
        self.text = event.content if isinstance(event, MessageEvent) and event.role == "user" else ""


def _terminal(plain: bool, lang: str) -> tuple[Read, Write, Ready | None]:
    """How to read and write here, and on a pipe: whether there is more to read already.

    prompt-toolkit costs 70 ms to import, so a pipe does without it.
    """
    if not sys.stdin.isatty():
        from agent.terminal.lines import PipedLines

        signal.signal(signal.SIGINT, _leave)
        write = write_plain if plain or not sys.stdout.isatty() else _styled()
        lines = PipedLines(sys.stdin.buffer)
        return lines.read, write, lines.ready
    from agent.terminal.prompt import CtrlC, reader

    ctrl_c = CtrlC()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        ctrl_c.press()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)

    def hint() -> None:
        print(say("command.leave_hint", lang))

    colour = sys.stdout.isatty() and not plain
    return reader(ctrl_c, hint), _styled() if colour else write_plain, None


def _styled() -> Write:
    from agent.terminal.prompt import write_styled

    return write_styled


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave
