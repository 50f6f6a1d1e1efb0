"""What holds an interview at this terminal or on this pipe, whether it begins or goes on."""

import shlex
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from agent.cli import DONE, FAILED, INTERRUPTED
from agent.config import Value, transcripts_folder
from agent.endpoints import Endpoint
from agent.loop import Interviewing, Leave, run_interview
from agent.model import Model
from agent.models.embedded import EmbeddedModel
from agent.session import Parts, begin, end
from agent.terminal.screen import Write, write_plain
from agent.terminal.status import Status, can_go_back
from prompts import say
from transcripts.errors import RecordingError
from transcripts.events import LEFT, CommandEvent, Event, MessageEvent, SessionEvent
from transcripts.recorder import Recorder
from transcripts.signals import hold_back_ctrl_c, interruptible

Read = Callable[[], str | None]


@dataclass(frozen=True)
class Terminal:
    """How to read turns and write lines here. `ready` is there on a pipe: whether there is more to read already."""

    read: Read
    write: Write
    ready: Callable[[], bool] | None

    def expects_more(self) -> bool:
        """Whether something may still be said after the last question: at a terminal the program ends there."""
        return self.ready is not None and self.ready()


class Disk:
    """Events on their way to the transcript. `words` are the candidate's that may not have reached it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.words = ""

    @property
    def path(self) -> Path:
        """The transcript."""
        return self._recorder.path

    @property
    def name(self) -> str:
        """What `razbor resume` takes the transcript by: its ID in razbor's own folder, else its path, for a shell."""
        if self.path.parent == transcripts_folder():
            return self.path.stem
        return shlex.quote(str(self.path if self.path.suffix == ".jsonl" else self.path.absolute()))

    def write(self, event: Event) -> None:
        """Put one event on disk."""
        self.words = event.content if isinstance(event, MessageEvent) and event.role == "user" else ""
        self._recorder.write(event)


def models(
    flags: Namespace, settings: Mapping[str, Value], endpoint: Endpoint | None, session: SessionEvent, stack: ExitStack
) -> tuple[Model, Model | None]:
    """Who holds the interview and who stands by: the endpoint's model and the embedded interviewer, or that alone."""
    embedded = EmbeddedModel(session.lang, session.seed)
    if endpoint is None:
        return embedded, None
    from agent.connect import connect

    status = Status(session.lang, live=can_go_back(flags.plain), quiet=flags.quiet)
    return stack.enter_context(closing(connect(endpoint, settings, status.tell))), embedded


def hold(running: Interviewing, parts: Parts, disk: Disk, *, quiet: bool) -> int:
    """Run the loop; whatever ends it, the last event is written where it still can be. Returns the exit status."""
    lang = running.interview.session.lang
    try:
        begin(parts)
        reason = run_interview(running)
        end(parts, reason)
    except Leave:
        parts.journal.emit(CommandEvent(name="interrupt", argument=LEFT))
        end(parts, "interrupted")
        print(say("summary.left", lang, path=disk.path), file=sys.stderr)
        print(say("resume.how", lang, name=disk.name), file=sys.stderr)
        return INTERRUPTED
    except RecordingError:
        if disk.words:
            print(say("error.unsaved", lang, words=disk.words), file=sys.stderr)
        raise
    if not quiet:
        print(say("summary.saved", lang, path=disk.path), file=sys.stderr)
    if reason == "failed":
        print(say("summary.failed", lang), file=sys.stderr)
        return FAILED
    return DONE


def terminal(plain: bool, lang: str) -> Terminal:
    """The terminal or the pipe. prompt-toolkit costs 70 ms to import, so a pipe does without it.

    From now on Ctrl-C takes effect only where the candidate or an endpoint is waited for: then the record tells where
    that was, and running it again stops in the same place.
    """
    hold_back_ctrl_c()
    if not sys.stdin.isatty():
        from agent.terminal.lines import PipedLines

        signal.signal(signal.SIGINT, _leave)
        write = write_plain if plain or not sys.stdout.isatty() else _styled()
        lines = PipedLines(sys.stdin.buffer)
        return Terminal(_interruptible(lines.read), write, lines.ready)
    from agent.terminal.prompt import CtrlC, reader

    ctrl_c = CtrlC()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        ctrl_c.press()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)

    def hint() -> None:
        print(say("command.leave_hint", lang))

    colour = sys.stdout.isatty() and not plain
    return Terminal(_interruptible(reader(ctrl_c, hint)), _styled() if colour else write_plain, None)


def _interruptible(read: Read) -> Read:
    def wait() -> str | None:
        with interruptible():
            return read()

    return wait


def _styled() -> Write:
    from agent.terminal.prompt import write_styled

    return write_styled


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave
