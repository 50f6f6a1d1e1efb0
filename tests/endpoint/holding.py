"""A one-question interview against an endpoint, in this process, through the real loop and the real wire."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from agent.candidate import TypingCandidate
from agent.config import Value
from agent.connect import fixed_of
from agent.course import Course
from agent.endpoints import Endpoint
from agent.loop import Interviewing, run_interview
from agent.models.clock import Limits
from agent.models.embedded import EmbeddedModel
from agent.models.endpoint import EndpointModel
from agent.models.fit import Fits
from agent.models.wire import Wire
from agent.record.verify import verify
from agent.session import Journal, assemble, begin, end
from agent.terminal.screen import Screen
from tests.endpoint.scripted import Json, Response, Script, Step, call, say
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.planner import in_order
from transcripts.events import Event, RepairEvent, SessionEvent
from transcripts.reader import Transcript

QUESTION = "kubernetes-primitives"
ANSWER = "A pod is the smallest schedulable unit, a node is a machine."
ID = json.dumps({"question_id": QUESTION})
FETCH, INVITE, GRADE, REVEAL, BYE = (
    call("fetch_question"), say("Please go ahead."), call("grade_answer", ID), call("reveal_breakdown", ID),
    say("Goodbye."),
)  # fmt: skip
QUICK = Limits(connect=2, idle=1.0, total=3.0)
_bank = cache(load)


@dataclass
class Held:
    """What became of an interview: why it ended, its events, what was on screen, and the model that held it."""

    reason: str
    events: list[Event]
    shown: str
    model: EndpointModel
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def takeovers(self) -> int:
        """How often the embedded interviewer took over."""
        return sum(event.type == "error" for event in self.events)

    @property
    def rescues(self) -> int:
        """How many turns the embedded interviewer took in the model's place."""
        return sum(event.type == "model_call" and getattr(event, "model", "") == "embedded" for event in self.events)

    @property
    def by_model(self) -> bool:
        """Whether the model held every turn itself."""
        return not self.takeovers and not self.rescues

    @property
    def graded(self) -> int:
        """The number of grades."""
        return sum(event.type == "grade" and getattr(event, "status", "") == "graded" for event in self.events)

    @property
    def calls(self) -> list[str]:
        """The names of the tools that were called with success, in order."""
        return [str(getattr(e, "name", "")) for e in self.events if e.type == "tool_result" and getattr(e, "ok", False)]

    @property
    def repairs(self) -> list[tuple[str, str]]:
        """What was mended, and how."""
        return [(e.problem, e.action) for e in self.events if isinstance(e, RepairEvent)]

    def differences(self) -> list[Any]:
        """What a verification of the recorded interview finds."""
        session = self.events[0]
        assert isinstance(session, SessionEvent)
        return verify(Transcript(Path("t.jsonl"), session, self.events), LocalGrader()).differences


def hold(  # noqa: PLR0913 - what a test may want otherwise
    server: Script | str,
    folder: Path,
    lines: Sequence[str] = (ANSWER,),
    *,
    questions: Sequence[str] = (QUESTION,),
    dialect: str = "auto",
    limits: Limits = QUICK,
    wire: Callable[[Endpoint, Limits], Wire] = Wire,
    name: str = "scripted",
    stream: bool = True,
    **session: Any,
) -> Held:
    """Hold an interview. No wait between tries; the fit of the endpoint is remembered in `folder`."""
    url = server if isinstance(server, str) else server.url
    endpoint, waits, told = Endpoint(url, name), list[float](), list[str]()
    set_by_user = {"dialect": Value(dialect, "test"), "stream": Value(stream, "test")}
    model = EndpointModel(
        wire(endpoint, limits), Fits(folder / "endpoints.json"), lambda key, **_: told.append(key),
        fixed=fixed_of(set_by_user), sleep=waits.append,
    )  # fmt: skip
    events: list[Event] = []
    fields: Json = {
        "id": "t", "razbor": "0", "lang": "en", "mode": "practice", "questions": len(questions), "follow_ups": 0,
        "seed": 1, "model": "scripted", "base_url": url, "grader": LocalGrader().id, "max_steps": 200,
    }  # fmt: skip
    choose = in_order([_bank().get(question) for question in questions])
    parts = assemble(SessionEvent.model_validate(fields | session), choose, LocalGrader(), Journal([events.append]))
    shown: list[str] = []
    screen = Screen(parts.interview, lambda new: shown.extend("".join(text for _, text in line) for line in new))
    course = Course(model, EmbeddedModel("en", 1), parts.journal.emit, parts.interview.session.lang)
    parts.journal.listeners += [course.hear, screen.show]
    typed = iter(lines)
    candidate = TypingCandidate(
        lambda: next(typed, None), parts.interview, parts.journal.emit, screen.notice, LocalGrader().id
    )
    running = Interviewing(parts, course, candidate)
    try:
        begin(parts)
        reason = run_interview(running)
        end(parts, reason)
    finally:
        model.close()
        for number, event in enumerate(events):
            event.seq = number
    return Held(reason, events, "\n".join(shown), model, waits, told)


def interview_with(quirk: Response | Step, at: str) -> list[Step]:
    """The steps of a plain interview in which the step named `at` is played by `quirk`."""
    plain: dict[str, Step] = {"fetch": FETCH, "invite": INVITE, "grade": GRADE, "reveal": REVEAL, "bye": BYE}
    return [quirk if name == at else step for name, step in plain.items()]
