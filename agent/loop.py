"""The loop: the model decides what to do next, code decides what is true."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from agent.context import hashes
from agent.course import Course
from agent.manners import Speech, fault
from agent.model import AssistantTurn
from agent.models.failure import EndpointError
from agent.session import Parts
from prompts import to_model
from tools.interview import SPEECH, Interview, Step
from tools.registry import GivingUp, ToolCall
from transcripts.events import CommandEvent, EndReason, Event, MessageEvent, ModelCallEvent, RepairEvent

UNTOLD = ("no_question",)  # what the beginning of a turn does not tell yet
NOT_SHOWN = "not shown"  # what is done about words beside a call that must not be said


class Candidate(Protocol):
    """The person who answers, or a recording of one."""

    def listen(self) -> bool:
        """Put one turn of the candidate on record: an answer or a command. False: the input has ended.

        Raises KeyboardInterrupt when the candidate wants to stop what is running.
        """

    def last_words(self) -> None:
        """What the candidate may still do once all is said."""


Before = Callable[[], EndReason | None]  # what goes before the loop; a reason where that was all


class Leave(Exception):  # noqa: N818 - not an error, a wish
    """The candidate pressed Ctrl-C twice: stop at once; what is on disk stays."""


@dataclass
class Interviewing:
    """An interview, and who takes part in it."""

    parts: Parts
    course: Course
    candidate: Candidate
    before: Before = lambda: None

    @property
    def interview(self) -> Interview:
        """The state that it is in."""
        return self.parts.interview

    def emit(self, event: Event) -> None:
        """Put one event on record."""
        self.parts.journal.emit(event)


def run_interview(run: Interviewing) -> EndReason:
    """Hold one interview. Returns why it ended. Raises EndpointError when no first question could be had.

    1. While the candidate is due: take their turn.
    2. Ask the model for its turn: the conversation and the tool schemas go out, words or tool calls come back.
    3. Tool calls: validate and execute each, answer each exactly once; their results go back to the model, in 2.
    4. Words: the candidate reads them; or, where they are out of place, the model is told so. Then 1.
    """
    if reason := run.before():
        return reason
    for _ in range(run.interview.session.max_steps):
        try:
            if not _candidate_turns(run):
                return close(run.parts)
            if run.interview.step() is Step.DONE:
                with suppress(KeyboardInterrupt, Leave):
                    run.candidate.last_words()
                return "completed"
            turn = _model_turn(run)
            ok = _execute(run, turn) if turn.tool_calls else _speak(run, turn.content)
        except KeyboardInterrupt:
            run.emit(CommandEvent(name="interrupt"))  # from here on the candidate is due
            continue
        except EndpointError as error:
            run.course.unavailable(error)
            continue
        except GivingUp:
            ok = False
        run.course.note(ok=ok)
        if run.course.lost:
            break
    close(run.parts)
    return "failed"


def _candidate_turns(run: Interviewing) -> bool:
    while run.interview.step() is Step.LISTEN:
        if not _listen(run):
            return False
    return not run.interview.leaving


def _listen(run: Interviewing) -> bool:
    run.parts.registry.budget.new_turn()
    if run.candidate.listen():
        return True
    run.emit(CommandEvent(name="end_of_input"))
    return False


def _model_turn(run: Interviewing) -> AssistantTurn:
    messages, schemas = run.parts.conversation.messages, run.parts.registry.schemas
    sha256, each = hashes(messages, schemas)
    model, begin = run.course.who(), time.perf_counter()
    turn = model.complete(messages, schemas, run.interview.step())
    latency = round((time.perf_counter() - begin) * 1000, 1)
    run.emit(ModelCallEvent(
        model=model.name, request_sha256=sha256, messages=each, dialect=turn.dialect, reply=turn.raw,
        usage=turn.usage, latency_ms=latency,
    ))  # fmt: skip
    for problem, action in turn.repairs:
        run.emit(RepairEvent(problem=problem, action=action))
    return turn


def _execute(run: Interviewing, turn: AssistantTurn) -> bool:
    _speak_beside(run, turn.content)
    calls, free, ok = list(turn.tool_calls), run.course.standing_in, True
    try:
        while calls:
            ok = run.parts.registry.call(calls.pop(0), free=free).ok and ok
    except (KeyboardInterrupt, GivingUp):  # none stays without an answer
        for call in calls:
            run.parts.registry.refuse(call)
        raise
    return ok


def _speak_beside(run: Interviewing, words: str) -> None:
    """Words beside calls are shown where nothing is wrong with them; else they are left out, and nobody is told."""
    if not words.strip():
        return
    if problem := _fault(run, words):
        run.emit(RepairEvent(problem=problem, action=NOT_SHOWN))
    else:
        run.emit(MessageEvent(role="assistant", content=words))


def _speak(run: Interviewing, words: str) -> bool:
    step, attempt = run.interview.step(), run.interview.current
    problem = "empty" if not words.strip() else "speech_too_early" if step not in SPEECH else ""
    if not problem and run.course.corrects(found := _fault(run, words)):
        problem = found
    if not problem:
        run.emit(MessageEvent(role="assistant", content=words))
        return True
    due = to_model(f"step.{step.value}", id=attempt.question.id if attempt else "")
    run.emit(RepairEvent(problem=problem, action=step.value))
    run.emit(MessageEvent(role="system", content=f"{to_model(f'turn.{problem}')} {due}"))
    return False


def may_show(run: Interviewing, words: str) -> bool:
    """Whether the beginning of a turn may be shown while the rest is still coming."""
    return run.interview.step() in SPEECH and not _fault(run, words, but=UNTOLD)


def _fault(run: Interviewing, words: str, but: Collection[str] = ()) -> str:
    """What is wrong with showing these words now; razbor's own are not looked at."""
    if not run.course.watched:
        return ""
    interview = run.interview
    return fault(Speech(words, interview.step(), interview.current, interview.session.held_in), but)


def close(parts: Parts) -> EndReason:
    """The candidate has left: what was answered is graded, and in practice mode opened, by razbor itself."""
    interview, emit = parts.interview, parts.journal.emit
    if not interview.leaving:
        emit(CommandEvent(name="end_of_input"))
    while (step := interview.step()) in (Step.GRADE, Step.REVEAL) and interview.current:
        arguments = f'{{"question_id": "{interview.current.question.id}"}}'
        try:
            result = parts.registry.call(ToolCall(f"razbor-{step.value}", step.value, arguments), by_razbor=True)
        except KeyboardInterrupt:
            emit(CommandEvent(name="interrupt"))  # and once more; a second one within seconds raises Leave
            continue
        if not result.ok:
            raise AssertionError(result.content)
    return "quit" if interview.leaving == "quit" else "end_of_input"
