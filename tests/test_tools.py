"""The registry's budget and schemas, the planner, and what the model's wishes do."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools import fetch_question, grade_answer, reveal_breakdown
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.interview import Interview, Step
from tools.planner import Planner, Tried, Wish, in_order
from tools.planner import draw as draw_order
from tools.registry import CALLS_PER_TURN, Registry, ToolCall, _flat_schema, validator
from transcripts.events import Event, SessionEvent

QUESTIONS = list(load().questions.values())
BY_ID = {question.id: question for question in QUESTIONS}


def open_registry(**overrides: object) -> tuple[Registry, Interview, list[Event]]:
    settled: dict[str, object] = {
        "id": "t", "razbor": "0", "lang": "en", "mode": "practice", "questions": 2, "follow_ups": 0, "seed": 1,
        "model": "m", "grader": LocalGrader().id, "max_steps": 9,
    }  # fmt: skip
    interview = Interview(SessionEvent.model_validate(settled | overrides))
    written: list[Event] = []

    def emit(event: Event) -> None:
        written.append(event)
        interview.apply(event)

    planner = Planner(draw_order(QUESTIONS, 1), BY_ID.__getitem__, seed=1)
    tools = (
        fetch_question.tool(interview, planner.choose, emit),
        grade_answer.tool(interview, LocalGrader(), emit),
        reveal_breakdown.tool(interview),
    )
    return Registry(tools, interview, emit), interview, written


def test_schemas_are_flat_and_closed() -> None:
    registry, _, _ = open_registry()
    for schema in registry.schemas:
        parameters = schema["function"]["parameters"]
        assert parameters["additionalProperties"] is False
        for word in ("$ref", "$defs", "title", "pattern", "anyOf"):
            assert f'"{word}"' not in json.dumps(schema)
    assert json.dumps(registry.schemas) == json.dumps(open_registry()[0].schemas)


def test_the_budget_of_a_turn_ends_and_begins_again_with_the_candidate() -> None:
    registry, _, _ = open_registry()
    results = [registry.call(ToolCall(str(n), "nothing", f'{{"n": {n}}}')) for n in range(CALLS_PER_TURN + 1)]
    assert "Speak to the candidate" in results[-1].content
    registry.budget.new_turn()
    assert registry.call(ToolCall("x", "fetch_question", "{}")).ok


def test_a_tool_cannot_be_called_without_end() -> None:
    registry, _, _ = open_registry()
    for n in range(60):
        registry.budget.new_turn()
        result = registry.call(ToolCall(str(n), "fetch_question", f'{{"topic": "{n}"}}'))
    assert "too often" in result.content


@given(st.text(), st.sampled_from(["fetch_question", "grade_answer", "reveal_breakdown", "other"]))
def test_no_arguments_whatever_raise(raw: str, name: str) -> None:
    registry, _, written = open_registry()
    result = registry.call(ToolCall("c", name, raw))
    assert json.loads(result.content)["ok"] is result.ok
    assert [event.type for event in written[-1:]] == ["tool_result"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_json_whatever_raises(value: object) -> None:
    registry, _, _ = open_registry()
    assert registry.call(ToolCall("c", "grade_answer", json.dumps(value))).ok is False


def test_the_models_wish_for_a_topic_is_heeded_where_it_can_be() -> None:
    registry, interview, _ = open_registry()
    assert (
        json.loads(registry.call(ToolCall("a", "fetch_question", '{"topic": "ranking"}')).content)["topic"] == "ranking"
    )
    assert interview.step() is Step.INTRODUCE


@given(
    st.integers(),
    st.lists(st.sampled_from(["", "mlops", "rag-agents", "no such topic"]), min_size=8, max_size=8),
    st.lists(st.none() | st.floats(0, 10), min_size=8, max_size=8),
)
def test_the_planner_never_repeats_and_is_repeatable(seed: int, wishes: list[str], scores: list[float | None]) -> None:
    def draw() -> list[str]:
        planner, tried = Planner(draw_order(QUESTIONS, seed), BY_ID.__getitem__, seed=seed), list[Tried]()
        for wish, score in zip(wishes, scores, strict=True):
            tried.append(Tried(planner.choose(tried, Wish(wish)).question, score))
        return [one.question.id for one in tried]

    assert len(set(draw())) == len(wishes)
    assert draw() == draw()


def test_fixed_questions_keep_their_order() -> None:
    choose, tried = in_order(QUESTIONS[::-1]), list[Tried]()
    for _ in QUESTIONS:
        tried.append(Tried(choose(tried, Wish("mlops")).question))
    assert [one.question.id for one in tried] == [question.id for question in QUESTIONS[::-1]]


@pytest.mark.parametrize("module", [fetch_question, grade_answer, reveal_breakdown])
def test_what_the_models_of_arguments_take_is_what_their_schemas_take(module: Any) -> None:
    """The registry asks jsonschema only for the words; the verdict is the model's, so both must be of one mind."""
    known = ["topic", "level", "question_id", "other"]
    values = [
        "",
        "senior",
        "any",
        "x" * 100,
        "x" * 101,
        "x" * 200,
        "x" * 201,
        "ы" * 100,
        "😀" * 200,
        1,
        1.0,
        True,
        None,
    ]
    values += [[], {}, ["senior"]]
    schema = validator(_flat_schema(module.Arguments))
    for arguments in [{}, *({name: value} for name in known for value in values), {"question_id": "a", "other": 1}]:
        try:
            module.Arguments.model_validate(arguments, strict=True)
            taken = True
        except ValidationError:
            taken = False
        assert taken == schema.is_valid(arguments), arguments
