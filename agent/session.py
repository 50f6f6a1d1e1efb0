"""Putting an interview together: from settings to a running loop, each event to disk, state and screen."""

import secrets
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from agent.context import Conversation
from agent.endpoints import Endpoint
from agent.models.embedded import NAME as EMBEDDED
from agent.usage import Usage
from prompts import interviewer, to_model
from tools import fetch_question, grade_answer, reveal_breakdown
from tools.bank import Bank
from tools.grade_answer import Grader
from tools.interview import Interview
from tools.planner import Planner
from tools.question import Question
from tools.registry import Registry
from transcripts.errors import InputError
from transcripts.events import EndEvent, EndReason, Event, MessageEvent, SessionEvent
from transcripts.recorder import uninterrupted

Listener = Callable[[Event], None]


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


def choose_questions(bank: Bank, flags: Namespace) -> tuple[list[Question], bool]:
    """The questions to draw from, and whether they are fixed in their order."""
    if flags.question:
        return [bank.get(question_id) for question_id in dict.fromkeys(flags.question)], True
    questions = list(bank.questions.values())
    if not flags.topic:
        return questions, False
    known = sorted({question.topic for question in questions})
    for topic in flags.topic:
        if topic not in known:
            raise InputError("error.unknown_topic", topic=topic, known=", ".join(known))
    return [question for question in questions if question.topic in flags.topic], False


def new_session(
    flags: Namespace | None, settings: dict[str, Any], pool: int, endpoint: Endpoint | None, grader: Grader
) -> SessionEvent:
    """The first event of an interview; without an endpoint the embedded interviewer holds it."""
    flags = flags or Namespace(seed=None, question=[], topic=[])
    seed = flags.seed if flags.seed is not None else secrets.randbelow(2**31)
    return SessionEvent(
        id=time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2),
        razbor=version("razbor"),
        lang=settings["lang"],
        mode=settings["mode"],
        questions=pool if flags.question else min(settings["questions"], pool),
        follow_ups=settings["follow_ups"],
        seed=seed,
        topics=flags.topic,
        model=endpoint.model if endpoint else EMBEDDED,
        base_url=endpoint.base_url if endpoint else None,
        grader=grader.id,
        max_steps=settings["max_steps"],
    )


def assemble(session: SessionEvent, planner: Planner, grader: Grader, first: Sequence[Listener]) -> Parts:
    """State, conversation and tools of one interview; `first` are the listeners before them (the disk)."""
    interview, conversation = Interview(session), Conversation()
    usage = Usage(session.model, endpoint=session.base_url is not None)
    journal = Journal([*first, interview.apply, conversation.apply, usage.hear])
    tools = (
        fetch_question.tool(interview, planner, journal.emit),
        grade_answer.tool(interview, grader, journal.emit),
        reveal_breakdown.tool(interview),
    )
    registry = Registry(tools, interview, journal.emit)
    session.tools = registry.schemas
    return Parts(interview, conversation, registry, journal, usage)


def begin(parts: Parts) -> None:
    """Write the first two events: the session, and what the model is told."""
    session = parts.interview.session
    parts.journal.emit(session)
    reveal = to_model(f"system.{session.mode}_{session.lang}")
    content = interviewer(session.lang, questions=session.questions, reveal=reveal)
    parts.journal.emit(MessageEvent(role="system", content=content))


def end(parts: Parts, reason: EndReason) -> None:
    """Write the last event."""
    attempts = parts.interview.attempts
    scores = [attempt.grade.score for attempt in attempts if attempt.grade and attempt.grade.score is not None]
    mean = round(sum(scores) / len(scores), 1) if scores else None
    usage = parts.usage.total()
    parts.journal.emit(EndEvent(reason=reason, asked=len(attempts), graded=len(scores), mean_score=mean, usage=usage))
