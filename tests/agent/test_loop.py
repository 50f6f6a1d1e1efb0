"""The loop against a scripted model that fails on steps it was not asked to play."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from agent.candidate import TypingCandidate
from agent.course import Course
from agent.loop import Interviewing, run_interview
from agent.model import AssistantTurn, Message
from agent.record.verify import Difference, verify
from agent.session import Journal, Parts, assemble, begin
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.interview import Step as Due
from tools.planner import in_order
from tools.registry import ToolCall
from transcripts.events import Event, Json, SessionEvent, ToolCallEvent, ToolResultEvent
from transcripts.reader import Transcript

QUESTION = "kubernetes-primitives"
Step = AssistantTurn | BaseException


class ScriptedModel:
    """Plays turns in order; a step that is missing or left over is a failure."""

    name = "scripted"

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[list[Message]] = []

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Due) -> AssistantTurn:
        assert tools
        assert due not in (Due.LISTEN, Due.DONE)
        assert self.steps, f"no step left after {messages[-1]}"
        self.requests.append([dict(message) for message in messages])
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step


def call(name: str, arguments: str = "{}", call_id: str = "c") -> AssistantTurn:
    return AssistantTurn("", (ToolCall(call_id, name, arguments),))


FETCH = call("fetch_question")
INVITE = AssistantTurn("Please.")
GRADE = call("grade_answer", json.dumps({"question_id": QUESTION}))
REVEAL = call("reveal_breakdown", json.dumps({"question_id": QUESTION}))
BYE = AssistantTurn("Goodbye.")

Play = Callable[..., tuple[str, list[Event], ScriptedModel]]


@pytest.fixture
def play() -> Play:
    def run(
        *steps: Step, lines: Sequence[str] = ("a pod is a unit",), **session: object
    ) -> tuple[str, list[Event], ScriptedModel]:
        model, written = ScriptedModel(*steps), list[Event]()
        parts = _parts(written, session)
        typed: Iterator[str] = iter(lines)
        candidate = TypingCandidate(
            lambda: next(typed, None), parts.interview, parts.journal.emit, lambda *_, **__: None, LocalGrader().id
        )
        course = Course(model, None, parts.journal.emit, "en")
        parts.journal.listeners.append(course.hear)
        begin(parts)
        reason = run_interview(Interviewing(parts, course, candidate))
        return reason, written, model

    return run


def _parts(written: list[Event], overrides: dict[str, object]) -> Parts:
    fields: dict[str, object] = {
        "id": "t", "razbor": "0", "lang": "en", "mode": "practice", "questions": 1, "follow_ups": 0, "seed": 1,
        "model": "scripted", "grader": LocalGrader().id, "max_steps": 50,
    }  # fmt: skip
    session = SessionEvent.model_validate(fields | overrides)
    choose = in_order([load().get(QUESTION)])
    return assemble(session, choose, LocalGrader(), Journal([written.append]))


def results(written: list[Event]) -> list[ToolResultEvent]:
    return [event for event in written if isinstance(event, ToolResultEvent)]


def differences(written: list[Event]) -> list[Difference]:
    for number, event in enumerate(written):
        event.seq = number
    session = written[0]
    assert isinstance(session, SessionEvent)
    report = verify(Transcript(Path("t.jsonl"), session, written), LocalGrader())
    assert report.checked
    return report.differences


def test_the_four_steps_of_a_whole_interview(play: Play) -> None:
    reason, written, model = play(FETCH, INVITE, GRADE, REVEAL, BYE)
    assert reason == "completed"
    assert not model.steps
    assert [result.name for result in results(written)] == ["fetch_question", "grade_answer", "reveal_breakdown"]
    assert [m["role"] for m in model.requests[-1]] == [
        "system", "user", "assistant", "tool", "assistant", "user", "assistant", "tool", "assistant", "tool",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (call("evaluate_candidate"), "There is no tool named"),
        (call("fetch_question", '{"topic": "py'), "cut off"),
        (call("fetch_question", "[]"), "not a JSON object"),
        (call("fetch_question", '{"level": "guru"}'), "do not fit its schema"),
        (call("fetch_question", '{"answer": 1}'), "do not fit its schema"),
        (REVEAL, "can't be opened"),
        (GRADE, "fetch_question"),
        (AssistantTurn(""), "empty"),
        (AssistantTurn("First question: what is a pod?"), "fetch_question"),
    ],
)
def test_a_models_mistake_is_told_and_the_interview_goes_on(play: Play, bad: AssistantTurn, told: str) -> None:
    reason, _, model = play(bad, FETCH, INVITE, GRADE, REVEAL, BYE)
    assert reason == "completed"
    assert told in model.requests[1][-1]["content"]


def test_a_breakdown_is_refused_before_the_attempt(play: Play) -> None:
    reason, written, _ = play(FETCH, REVEAL, INVITE, GRADE, REVEAL, BYE)
    assert reason == "completed"
    early, late = (result for result in results(written) if result.name == "reveal_breakdown")
    assert not early.ok
    assert "Not before the attempt" in early.content
    assert late.ok


def test_an_open_question_is_returned_again(play: Play) -> None:
    _, written, _ = play(FETCH, call("fetch_question", '{"topic": "mlops"}'), INVITE, GRADE, REVEAL, BYE)
    first, again = (json.loads(r.content) for r in results(written) if r.name == "fetch_question")
    assert first["id"] == again["id"]
    assert len([event for event in written if event.type == "question"]) == 1


def test_endless_mistakes_end_the_run_and_grade_what_was_answered(play: Play) -> None:
    reason, written, _ = play(FETCH, INVITE, *[AssistantTurn("I am done.")] * 6)
    assert reason == "failed"
    assert [event.type for event in written].count("grade") == 1


def test_the_same_call_again_and_again_ends_the_run(play: Play) -> None:
    bad = call("reveal_breakdown", '{"question_id": "x"}')
    reason, written, _ = play(FETCH, *[bad] * 4)
    assert reason == "failed"
    calls = [event.id for event in written if isinstance(event, ToolCallEvent)]
    assert len(calls) == len(results(written))


def test_max_steps_bounds_the_model_calls(play: Play) -> None:
    reason, _, model = play(FETCH, INVITE, BYE, max_steps=2)
    assert reason == "failed"
    assert model.steps == [BYE]


def test_every_call_is_answered_once_even_after_ctrl_c(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    two = AssistantTurn("", (*GRADE.tool_calls, ToolCall("d", "reveal_breakdown", '{"question_id": "x"}')))
    pressed = iter([True])

    def grade(*_: object) -> None:
        if next(pressed, False):
            raise KeyboardInterrupt
        raise AssertionError

    original = LocalGrader.grade
    monkeypatch.setattr(LocalGrader, "grade", grade)

    def lines() -> Iterator[str]:
        yield "a pod"
        monkeypatch.setattr(LocalGrader, "grade", original)
        yield "more words"

    reason, written, _ = play(FETCH, INVITE, two, GRADE, REVEAL, BYE, lines=lines())  # type: ignore[arg-type]
    assert reason == "completed"
    calls = [event.id for event in written if isinstance(event, ToolCallEvent)]
    assert [result.id for result in results(written)] == calls
    assert [result.ok for result in results(written)] == [True, False, False, True, True]
    assert differences(written) == []


def test_ctrl_c_while_the_model_thinks_gives_the_turn_to_the_candidate(play: Play) -> None:
    reason, written, _ = play(FETCH, INVITE, KeyboardInterrupt(), GRADE, REVEAL, BYE, lines=["one", "and two"])
    assert reason == "completed"
    grades = [event for event in written if event.type == "grade"]
    assert len(grades) == 1
    said = [getattr(event, "content", "") for event in written if event.type == "message"]
    assert "one" in said
    assert "and two" in said
    assert differences(written) == []


def test_requests_only_grow_at_the_end(play: Play) -> None:
    _, _, model = play(FETCH, INVITE, GRADE, REVEAL, BYE)
    for earlier, later in zip(model.requests, model.requests[1:], strict=False):
        assert later[: len(earlier)] == earlier
