"""Recorded interviews held again with another model, the candidate saying what was recorded.

The same loop, wire, dialects and tools as in an interview, and the embedded interviewer standing by; the events
are kept in memory only.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from agent.candidate import TypingCandidate
from agent.check.conduct import Conduct
from agent.check.observe import observe
from agent.config import Value
from agent.connect import connect
from agent.course import Course
from agent.endpoints import Endpoint
from agent.loop import Interviewing, Leave, run_interview
from agent.models.embedded import EmbeddedModel
from agent.models.endpoint import EndpointModel
from agent.models.patience import Tell
from agent.record.retell import retell
from agent.session import Journal, Listener, Parts, assemble, begin, end, new_session
from prompts import say
from tools.graders.local import LocalGrader
from tools.interview import Interview
from tools.planner import in_order
from tools.question import Question
from transcripts.events import CommandEvent, EndReason, Event, MessageEvent, SessionEvent
from transcripts.reader import Transcript

GIVING_UP = ("/skip", "/reveal")


@dataclass(frozen=True)
class Script:
    """A recorded candidate: the questions they had a turn in, and for each its turns, as lines are typed."""

    session: SessionEvent
    questions: list[Question]
    lines: dict[str, list[str]]
    answers: int  # turns that are no commands


def script_of(transcript: Transcript) -> Script:
    """Read the candidate's part out of a transcript. Raises InputError for an event that cannot be taken."""
    interview, lines, answers = Interview(transcript.session), dict[str, list[str]](), 0
    for event in retell(transcript, interview):
        attempt = interview.current
        if attempt is None or attempt.revealed:
            continue
        said = lines.setdefault(attempt.question.id, [])
        if isinstance(event, MessageEvent) and event.role == "user" and not attempt.given_up:
            said.append(f"/{event.content}" if event.content.startswith("/") else event.content)
            answers += 1
        elif isinstance(event, CommandEvent) and event.name in GIVING_UP:
            said.append(event.name)
    asked = {attempt.question.id: attempt.question for attempt in interview.attempts}
    questions = [question for name, question in asked.items() if lines.get(name)]
    return Script(transcript.session, questions, lines, answers)


def measure(
    script: Script, endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, listeners: Sequence[Listener] = ()
) -> Conduct:
    """Hold one interview with the model of the endpoint and measure it; Ctrl-C ends it as "interrupted".

    Raises EndpointError when the endpoint gave no first question.
    """
    events: list[Event] = []
    session, parts = script.session, _parts(script, endpoint, settings, events)

    def told(key: str, /, **values: object) -> None:
        if key == "wait.model":
            asked = max(len(parts.interview.attempts), 1)
            tell("check.progress", question=asked, questions=len(script.questions))
        else:
            tell(key, **values)

    with closing(connect(endpoint, settings, told)) as model:
        course = Course(model, EmbeddedModel(session.held_in, session.seed), parts.journal.emit, session.lang)
        parts.journal.listeners += [course.hear, *listeners]
        reason = _run(script, parts, course)
        end(parts, reason)
        return _measured(events, reason, model)


def _measured(events: list[Event], reason: EndReason, model: EndpointModel) -> Conduct:
    conduct = observe(events)
    conduct.ended[reason] += 1
    conduct.transport.update(model.failures)
    return conduct


def _parts(script: Script, endpoint: Endpoint, settings: Mapping[str, Value], events: list[Event]) -> Parts:
    """The interview as it was recorded, but for who holds it, who grades and how long it may take."""
    was, count, grader = script.session, len(script.questions), LocalGrader()
    plain = {"lang": was.lang, "question_lang": was.held_in, "mode": was.mode, "questions": count,
             "follow_ups": was.follow_ups, "max_steps": settings["max_steps"].value}  # fmt: skip
    session = new_session(was.seed, plain, count, endpoint, grader)
    return assemble(session, in_order(script.questions), grader, Journal([events.append]))


def _run(script: Script, parts: Parts, course: Course) -> EndReason:
    candidate = _Recorded(script, parts.interview, parts.journal.emit)
    try:
        begin(parts)
        return run_interview(Interviewing(parts, course, candidate))
    except (Leave, KeyboardInterrupt):
        return "interrupted"


class _Recorded:
    """The recorded candidate: what they said to the open question, then a neutral sentence for as long as asked.

    Ctrl-C ends the check, not only a turn.
    """

    def __init__(self, script: Script, interview: Interview, emit: Callable[[Event], None]) -> None:
        self._lines = {name: list(lines) for name, lines in script.lines.items()}
        self._interview = interview
        self._typing = TypingCandidate(self._next, interview, emit, lambda *_, **__: None, LocalGrader().id)

    def listen(self) -> bool:
        """Take one turn; there is always something to say."""
        if self._interview.interrupted:
            raise Leave
        return self._typing.listen()

    def last_words(self) -> None:
        """None."""

    def _next(self) -> str:
        attempt = self._interview.current
        left = self._lines[attempt.question.id] if attempt else []
        return left.pop(0) if left else say("check.neutral", self._interview.session.held_in)
