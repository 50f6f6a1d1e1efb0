"""Putting an interview together: from settings to a running loop, each event to disk, state and screen."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.context import Conversation
from agent.course import Course
from agent.endpoints import Endpoint
from agent.model import Model
from agent.models.embedded import NAME as EMBEDDED
from agent.usage import Usage
from prompts import interviewer, prompts_sha256, to_model
from tools import fetch_question, grade_answer, reveal_breakdown
from tools.grade_answer import Grader
from tools.interview import Interview
from tools.planner import Choose
from tools.registry import Registry
from transcripts.events import EndEvent, EndReason, Event, Json, MessageEvent, SessionEvent
from transcripts.grade import mean_score
from transcripts.signals import uninterrupted
from transcripts.version import VERSION

Listener = Callable[[Event], None]

KEPT = (  # settings that a resumed interview goes on with
    "model", "base_url", "api_key_env", "dialect", "stream", "timeout",
    "grader", "grader_model", "grader_base_url", "grader_api_key_env",
)  # fmt: skip


@dataclass
class Journal:
    """Every event goes through here: first to disk, then into the state, then to the screen."""

    listeners: list[Listener] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Hand one event to each listener in order."""
        with uninterrupted():
            for listener in self.listeners:
                listener(event)


@dataclass
class Parts:
    """An interview ready to run."""

    interview: Interview
    conversation: Conversation
    registry: Registry
    journal: Journal
    usage: Usage
    told: str = ""  # what the model is told, where that is not the usual


def new_session(
    seed: int | None, settings: Mapping[str, Any], pool: int, endpoint: Endpoint | None, grader: Grader
) -> SessionEvent:
    """The first event of an interview; without an endpoint the embedded interviewer holds it."""
    return SessionEvent(
        id=time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2),
        razbor=VERSION,
        lang=settings["lang"],
        question_lang=settings["question_lang"],
        mode=settings["mode"],
        questions=min(settings["questions"], pool),
        follow_ups=settings["follow_ups"],
        minutes=settings.get("time"),
        seed=seed if seed is not None else secrets.randbelow(2**31),
        model=endpoint.model if endpoint else EMBEDDED,
        base_url=endpoint.base_url if endpoint else None,
        grader=grader.id,
        max_steps=settings["max_steps"],
        prompts_sha256=prompts_sha256(),
        settings={name: value for name, value in settings.items() if name in KEPT and value is not None},
    )


def assemble(
    session: SessionEvent, choose: Choose, grader: Grader, journal: Journal, schemas: list[Json] | None = None
) -> Parts:
    """State, conversation and tools of one interview, behind the listeners that the journal has (the disk).

    `schemas`: of the tools, as a recorded interview had them.
    """
    interview, conversation, usage = Interview(session), Conversation(), Usage()
    journal.listeners += [interview.apply, conversation.apply, usage.hear]
    tools = (
        fetch_question.tool(interview, choose, journal.emit),
        grade_answer.tool(interview, grader, journal.emit),
        reveal_breakdown.tool(interview),
    )
    registry = Registry(tools, interview, journal.emit)
    session.tools = registry.schemas
    registry.schemas = schemas or registry.schemas
    return Parts(interview, conversation, registry, journal, usage)


def begin_course(parts: Parts, model: Model, standby: Model | None) -> Course:
    """The course of one interview, behind its state and before the screen."""
    course = Course(model, standby, parts.journal.emit, parts.interview.session.lang)
    parts.journal.listeners.append(course.hear)
    return course


def begin(parts: Parts) -> None:
    """Write the first two events: the session, and what the model is told."""
    session = parts.interview.session
    parts.journal.emit(session)
    reveal = to_model(f"system.{session.mode}_{session.held_in}")
    content = parts.told or interviewer(session.held_in, questions=session.questions, reveal=reveal)
    parts.journal.emit(MessageEvent(role="system", content=content))


def end(parts: Parts, reason: EndReason) -> None:
    """Write the last event."""
    asked, scores, usage = len(parts.interview.attempts), parts.interview.scores(), parts.usage.total()
    mean = mean_score(scores)
    parts.journal.emit(EndEvent(reason=reason, asked=asked, graded=len(scores), mean_score=mean, usage=usage))
