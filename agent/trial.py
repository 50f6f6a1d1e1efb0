"""The beginning of an interview with a model, on trial: the same loop, wire and dialects as in an interview."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from agent.course import Course
from agent.endpoints import Endpoint
from agent.loop import Interviewing, Leave, run_interview
from agent.models.endpoint import EndpointModel
from agent.models.failure import EndpointError
from agent.models.fit import Fit, Fits
from agent.models.wire import Wire
from agent.session import Journal, Parts, assemble, begin, new_session
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.interview import Interview
from tools.planner import in_order
from tools.question import Lang
from transcripts.events import Event, Json, ModelCallEvent, RepairEvent, ToolResultEvent

STEPS = 6  # turns within which a model must have asked a question and invited an answer


@dataclass
class Trial:
    """The beginning of an interview in one dialect."""

    dialect: str
    held: bool
    repairs: list[tuple[str, str]]
    usage: Json
    wire: Wire
    fit: Fit
    error: EndpointError | None = None

    @property
    def clean(self) -> bool:
        """Held as it was asked for, without anything to be mended."""
        return self.held and not self.repairs and self.fit.dialect == self.dialect


def hold_beginning(endpoint: Endpoint, dialect: str, lang: Lang) -> Trial:
    """One question asked and an answer invited, by the model alone; nothing is recorded or remembered."""
    wire, events, failure = Wire(endpoint), list[Event](), None
    parts = _parts(endpoint, lang, events)
    with tempfile.TemporaryDirectory() as folder:
        memory = Fits(Path(folder) / "endpoints.json")
        model = EndpointModel(wire, memory, lambda *_, **__: None, fixed={"dialect": dialect, "ask_usage": True})
        course = Course(model, None, parts.journal.emit, lang)
        begin(parts)
        try:
            run_interview(Interviewing(parts, course, _Silent(parts.interview)))
        except Leave:
            raise KeyboardInterrupt from None
        except EndpointError as error:
            failure = error
        finally:
            model.close()
    attempt = parts.interview.current
    held = failure is None and attempt is not None and attempt.introduced and not course.lost
    usage = next((e.usage for e in reversed(events) if isinstance(e, ModelCallEvent) and e.usage), {})
    return Trial(dialect, held, _repairs(events), usage or {}, wire, model.fit, failure)


def _parts(endpoint: Endpoint, lang: Lang, events: list[Event]) -> Parts:
    grader, question = LocalGrader(), next(iter(load().questions.values()))
    settings = {
        "lang": lang,
        "question_lang": lang,
        "mode": "practice",
        "questions": 1,
        "follow_ups": 0,
        "max_steps": STEPS,
    }
    session = new_session(None, settings, 1, endpoint, grader)
    return assemble(session, in_order([question]), grader, Journal([events.append]))


def _repairs(events: list[Event]) -> list[tuple[str, str]]:
    repairs = [(e.problem, e.action) for e in events if isinstance(e, RepairEvent)]
    return repairs + [("call refused", e.name) for e in events if isinstance(e, ToolResultEvent) and not e.ok]


class _Silent:
    """A candidate who leaves as soon as they are invited to answer; Ctrl-C ends the trial, not only the turn."""

    def __init__(self, interview: Interview) -> None:
        self._interview = interview

    def listen(self) -> bool:
        if self._interview.interrupted:
            raise Leave
        return False

    def last_words(self) -> None:
        """None."""
