"""What holds an interview at this terminal or on this pipe, whether it begins or goes on."""

import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from agent.config import Value, transcripts_folder
from agent.course import Course
from agent.endpoints import Endpoint
from agent.exits import DONE, FAILED, INTERRUPTED
from agent.loop import Before, Candidate, Interviewing, Leave, may_show, run_interview
from agent.model import Model
from agent.models.embedded import EmbeddedModel
from agent.printable import printable
from agent.session import Parts, begin, end
from agent.telling import remark
from agent.terminal.screen import Screen
from agent.terminal.status import Status, can_go_back
from prompts import say
from transcripts.errors import RecordingError
from transcripts.events import LEFT, CommandEvent, Event, MessageEvent
from transcripts.recorder import Recorder


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
        if self.path.suffix != ".jsonl":
            return shlex.quote(str(self.path.absolute()))
        return shlex.quote(self.path.stem if self.path.parent == transcripts_folder() else str(self.path))

    def write(self, event: Event) -> None:
        """Put one event on disk."""
        self.words = event.content if isinstance(event, MessageEvent) and event.role == "user" else ""
        self._recorder.write(event)


def models(
    flags: Namespace, settings: Mapping[str, Value], endpoint: Endpoint | None, screen: Screen, stack: ExitStack
) -> tuple[Model, Model | None]:
    """Who holds the interview and who stands by: the endpoint's model and the embedded interviewer, or that alone."""
    session, speaking = screen.session, screen.speaking
    embedded = EmbeddedModel(session.held_in, session.seed)
    if endpoint is None:
        return embedded, None
    from agent.connect import connect

    status = Status(session.lang, live=can_go_back(flags.plain), quiet=flags.quiet)

    def tell(key: str, /, **values: object) -> None:
        if key:
            speaking.break_off()  # else it would be written over
        status.tell(key, **values)

    def hear(words: str) -> None:
        if speaking.allowed(words):
            status.tell("")
            speaking.so_far(words)

    model = stack.enter_context(closing(connect(endpoint, settings, tell)))
    model.hear = hear
    return model, embedded


def seated(
    parts: Parts, course: Course, candidate: Candidate, screen: Screen, before: Before = lambda: None
) -> Interviewing:
    """Those who take part in an interview; its screen shows a model's words while they come, as far as they may be."""
    running = Interviewing(parts, course, candidate, before)
    screen.speaking.allowed = partial(may_show, running)
    return running


def hold(running: Interviewing, disk: Disk, *, quiet: bool) -> int:
    """Run the loop; whatever ends it, the last event is written where it still can be. Returns the exit status."""
    parts, lang = running.parts, running.interview.session.lang
    try:
        begin(parts)
        reason = run_interview(running)
        end(parts, reason)
    except Leave:
        parts.journal.emit(CommandEvent(name="interrupt", argument=LEFT))
        end(parts, "interrupted")
        remark("summary.left", lang, path=disk.path)
        remark("resume.how", lang, name=disk.name)
        return INTERRUPTED
    except RecordingError:
        if disk.words:
            print(printable(say("error.unsaved", lang, words=disk.words)), file=sys.stderr)  # as they were typed
        raise
    if not quiet:
        remark("summary.saved", lang, path=disk.path)
    if reason == "failed":
        remark("summary.failed", lang)
        return FAILED
    return DONE
