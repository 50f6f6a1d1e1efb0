"""`razbor interview`: hold an interview in this terminal, or with the lines of a pipe."""

import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from agent.candidate import TypingCandidate
from agent.cli import DONE, FAILED, INTERRUPTED
from agent.config import resolve, transcripts_folder
from agent.loop import Interviewing, Leave, run_interview
from agent.models.embedded import EmbeddedModel
from agent.resources import open_bank, open_grader
from agent.session import Parts, assemble, begin, choose_questions, end, new_session
from agent.terminal.printable import printable
from agent.terminal.screen import Screen, Write, write_plain
from prompts import say
from tools.planner import Planner
from transcripts.errors import RecordingError
from transcripts.events import Event, MessageEvent, ToolCallEvent, ToolResultEvent
from transcripts.recorder import Recorder

Read = Callable[[], str | None]


def run(flags: Namespace) -> int:
    """Set an interview up, hold it, and say where it is recorded."""
    settings = {name: value.value for name, value in resolve(flags).items()}
    lang = settings["lang"]
    grader = open_grader(settings["grader"])
    questions, fixed = choose_questions(open_bank(flags, lang), flags)
    session = new_session(flags, settings, len(questions), EmbeddedModel.name, grader)
    path = Path(flags.transcript) if flags.transcript else transcripts_folder() / f"{session.id}.jsonl"
    recorder = Recorder(path)
    parts = assemble(session, Planner(questions, session.seed, fixed=fixed), grader, [recorder.write])
    read, write = _terminal(flags.plain, lang)
    screen = Screen(parts.interview, write)
    parts.journal.listeners.append(screen.show)
    if flags.verbose:
        parts.journal.listeners.append(_tell_tools)
    candidate = TypingCandidate(read, parts.interview, parts.journal.emit, screen.notice, grader.id)
    model = EmbeddedModel(lang, session.seed)
    running = Interviewing(model, parts.registry, parts.interview, parts.conversation, candidate, parts.journal.emit)
    try:
        return _hold(running, parts, recorder, lang, quiet=flags.quiet)
    finally:
        recorder.close()


def _hold(running: Interviewing, parts: Parts, recorder: Recorder, lang: str, *, quiet: bool) -> int:
    """Run the loop; whatever ends it, the last event is written where it still can be."""
    last_words = _LastWords()
    parts.journal.listeners.insert(0, last_words.note)
    try:
        begin(parts)
        reason = run_interview(running)
        end(parts, reason)
    except Leave:
        end(parts, "interrupted")
        print(say("summary.left", lang, path=recorder.path), file=sys.stderr)
        return INTERRUPTED
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


def _tell_tools(event: Event) -> None:
    """What --verbose adds: the tool calls as they come and go."""
    if isinstance(event, ToolCallEvent):
        print(printable(f"→ {event.name} {event.arguments}"), file=sys.stderr)
    elif isinstance(event, ToolResultEvent):
        print(printable(f"← {event.name} {event.content}"), file=sys.stderr)


class _LastWords:
    """The candidate's words that may not have reached the disk."""

    text = ""

    def note(self, event: Event) -> None:
        self.text = event.content if isinstance(event, MessageEvent) and event.role == "user" else ""


def _terminal(plain: bool, lang: str) -> tuple[Read, Write]:
    """How to read and write here. prompt-toolkit costs 70 ms to import, so a pipe does without it."""
    if not sys.stdin.isatty():
        from agent.terminal.lines import reader as line_reader

        signal.signal(signal.SIGINT, _leave)
        write = write_plain if plain or not sys.stdout.isatty() else _styled()
        return line_reader(sys.stdin.buffer), write
    from agent.terminal.prompt import CtrlC, reader

    ctrl_c = CtrlC()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        ctrl_c.press()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)

    def hint() -> None:
        print(say("command.leave_hint", lang))

    colour = sys.stdout.isatty() and not plain
    return reader(ctrl_c, hint), _styled() if colour else write_plain


def _styled() -> Write:
    from agent.terminal.prompt import write_styled

    return write_styled


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave
