"""An interview that had stopped goes on: its record is run again without a word, then the loop is live."""

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from agent.candidate import TypingCandidate
from agent.config import DEFAULT, SETTINGS, Value, checked
from agent.console import Terminal
from agent.endpoints import Endpoint
from agent.hold import Disk, hold, models, seated
from agent.loop import Interviewing
from agent.mcp.client_interview import ClientInterview, is_clients
from agent.models.embedded import NAME as EMBEDDED
from agent.models.embedded import EmbeddedModel
from agent.pool import RecordedPool
from agent.record.inputs import RecordedGrader, choices, lines, resuming
from agent.record.model import RecordedModel
from agent.record.rerun import Rerun
from agent.session import KEPT, Parts, assemble, begin_course
from agent.terminal.narrator import Narrator
from agent.terminal.screen import Screen, terminal_width
from agent.terminal.toolbar import toolbar
from prompts import prompts_sha256, to_model
from tools.grade_answer import Grader
from tools.interview import Interview
from tools.planner import Choice, Past, Planner, Tried, Wish
from tools.question import Question
from tools.registry import ToolError
from transcripts.events import EndEvent, EndReason, Event, Json, QuestionEvent, ResumeEvent, SessionEvent, ending
from transcripts.reader import Transcript
from transcripts.version import VERSION

RECORDED = "transcript"  # the origin of a setting
OF_ENDPOINT = ("model", "api_key_env", "dialect")  # say nothing of another endpoint
KEYS = ("api_key_env", "grader_api_key_env")  # a record must not say which key goes where


def is_interrupted(transcript: Transcript) -> bool:
    """Whether the interview can go on: it has no end, or was stopped by Ctrl-C."""
    end = ending(transcript.events)
    return end is None or end.reason == "interrupted"


def recorded_settings(transcript: Transcript) -> Json:
    """The settings that the interview had last, as far as they are recorded."""
    events = [event for event in transcript.events if isinstance(event, SessionEvent | ResumeEvent)]
    last = events[-1]
    own: Json = {"model": last.model, "base_url": last.base_url} if last.base_url else {}
    return own | last.settings


def carried_on(settings: Mapping[str, Value], recorded: Json) -> dict[str, Value]:
    """Today's settings with the recorded ones in the place of those that no flag gives.

    Where a flag names another endpoint, nothing that concerns the recorded one is taken. Keys are never recorded, and
    which variable holds one is said today or not at all; said of one address, it does not go to another. InputError for
    a recorded value that is none.
    """
    other = settings["base_url"].origin.startswith("--")
    carried = dict(settings)
    for name in KEPT:
        today = settings[name]
        if today.origin.startswith("--") or name in KEYS or (other and name in OF_ENDPOINT):
            continue
        value = recorded.get(name, SETTINGS[name][0])
        if value != today.value:
            carried[name] = checked(name, Value(value, RECORDED if name in recorded else DEFAULT))
    for name, address in (("api_key_env", "base_url"), ("grader_api_key_env", "grader_base_url")):
        if carried[address] != settings[address] and not settings[name].origin.startswith("--"):
            carried[name] = Value(None, DEFAULT)
    return carried


@dataclass
class Resumption:
    """One interview going on from its record."""

    flags: Namespace
    transcript: Transcript
    disk: Disk
    endpoint: Endpoint | None
    settings: Mapping[str, Value]
    grader: Grader
    past: Past

    def __post_init__(self) -> None:
        self._pool = RecordedPool(self.transcript)
        self._record = Rerun(self.transcript.events, lambda *_: None, self._go_live)
        self._client: ClientInterview | None = None
        self._parts = self._assembled()
        self._running: Interviewing | None = None

    @property
    def interview(self) -> Interview:
        """The state of the interview; once it goes on, that in which it had stopped."""
        return self._parts.interview

    def toolbar(self) -> str:
        """The line below what the candidate types."""
        return toolbar(self._running, terminal_width()) if self._running else ""

    def hold(self, here: Terminal, *, names_report: bool) -> int:
        """Run the record, then the rest of the interview. Returns the exit status.

        Raises DivergedError where today's razbor goes another way than the record, before anything is written.
        """
        parts, record, session = self._parts, self._record, self.transcript.session
        with ExitStack() as stack:
            stack.enter_context(here.quiet())
            screen = Screen(parts.interview, here.write, names_report=names_report, replaying=True)
            model, _ = models(self.flags, self.settings, self.endpoint, screen, stack)
            spare = RecordedModel(record, EmbeddedModel(session.held_in, session.seed))
            standby = spare if session.base_url else None
            course = begin_course(parts, RecordedModel(record, model), standby)
            record.listeners += [resuming(course, spare), self._shown_on(screen)]
            record.listeners += [Narrator(session.lang).hear] if self.flags.verbose else []
            candidate = TypingCandidate(
                lines(record, here.read), parts.interview, record.emit, screen.notice, self.grader.id,
                lambda: record.next() is not None or here.expects_more(), here.edit,
            )  # fmt: skip
            self._running = seated(parts, course, candidate, screen, self._before)
            return hold(self._running, self.disk, quiet=self.flags.quiet)

    def _assembled(self) -> Parts:
        session = self.transcript.session.model_copy()
        grader = RecordedGrader(self._record, self.grader)
        choose = choices(self._record, self._choose, self._known, self.transcript.path)
        client = is_clients(session)
        # with the schemas that the model was sent: a cached prefix stays the same
        parts = assemble(session, choose, grader, self._record, None if client else session.tools)
        self._client = ClientInterview(parts, choose, grader) if client else None
        return parts

    def _before(self) -> EndReason | None:
        """What goes before the loop: the calls of a client, where one held the interview."""
        return self._client.follow(self._record) if self._client else None

    def _choose(self, tried: Sequence[Tried], wish: Wish) -> Choice:
        """The next question; where the interview stopped in the midst of asking for one that is gone, there is none."""
        if set(self._pool.heads) <= {one.question.id for one in tried}:
            raise ToolError(to_model("fetch.say_goodbye"))
        session, pool = self.transcript.session, self._pool
        heads = list(pool.heads.values())
        planner = Planner(
            heads, pool.get, seed=session.seed, fixed=session.fixed, past=self.past, search=pool.search
        )  # fmt: skip
        return planner.choose(tried, wish)

    def _known(self, question_id: str) -> Question | None:
        """A question of the pool; None where it is gone."""
        return self._pool.get(question_id) if question_id in self._pool.heads else None

    def _go_live(self) -> None:
        """The record is over: what comes now is written, beginning with the fact that it goes on."""
        self._record.listeners.insert(0, self.disk.write)
        interview = self._parts.interview
        asked = {attempt.question.id for attempt in interview.attempts}
        left = [question_id for question_id in self._pool.heads if question_id not in asked]
        endpoint = self.endpoint
        self._record.emit(ResumeEvent(
            razbor=VERSION,
            model=endpoint.model if endpoint else EMBEDDED,
            base_url=endpoint.base_url if endpoint else None,
            grader=self.grader.id,
            questions=min(interview.session.questions, len(asked) + len(left)),
            prompts_sha256=prompts_sha256(),
            settings={name: self.settings[name].value for name in KEPT if self.settings[name].value is not None},
        ))  # fmt: skip

    def _shown_on(self, screen: Screen) -> Callable[[Event], None]:
        """A listener: of what is past only the open question is shown again."""
        record, events = self._record, self.transcript.events
        begin = max((n for n, event in enumerate(events) if isinstance(event, QuestionEvent)), default=len(events))

        def show(event: Event) -> None:
            if record.live:
                screen.replaying = False
            elif record.at <= begin or isinstance(event, EndEvent | ResumeEvent):
                return
            if not isinstance(event, ResumeEvent):
                screen.show(event)

        return show
