"""What goes on the wire as an interview grows: bounded, with a stable beginning, and without the past questions."""

import itertools
import json
from pathlib import Path

from agent.context import estimate
from tests.endpoint.holding import QUESTION, hold
from tests.endpoint.scripted import Json, Response, Script, obey, say

QUESTIONS = (QUESTION, "lora-fine-tuning", "rag-end-to-end")
LONG = "Базовые веса заморожены, обучаются две маленькие матрицы низкого ранга. " * 200
LIMIT = 4_096  # tokens; what Ollama takes without a word
NUMBERS = itertools.count()


def talk(body: Json) -> Response:
    """A model that does what is due, never in the same words."""
    turn = obey(body)
    return turn if b"tool_calls" in turn.body else say(f"Please say more about it, number {next(NUMBERS)}?")


def test_requests_are_bounded_whatever_is_said(tmp_path: Path) -> None:
    with Script(forever=talk) as server:
        held = hold(server, tmp_path, [LONG] * 12, questions=QUESTIONS, follow_ups=3)
    assert held.reason == "completed"
    assert held.by_model
    assert held.graded == 12
    assert max(estimate(body["messages"], body["tools"]) for body in server.bodies) < LIMIT
    said = [getattr(event, "content", "") for event in held.events if getattr(event, "role", "") == "user"]
    assert said == [LONG.strip()] * 12, "the record and the grader have the answers whole"


def test_the_beginning_stays_and_a_question_only_grows_at_its_end(tmp_path: Path) -> None:
    with Script(forever=talk) as server:
        hold(server, tmp_path, ["An answer."] * 6, questions=QUESTIONS, follow_ups=1)
    bodies = server.bodies
    assert len({json.dumps([body["tools"], body["messages"][0]]) for body in bodies}) == 1
    folds = 0
    for earlier, later in itertools.pairwise(bodies):
        grown = later["messages"][: len(earlier["messages"])] == earlier["messages"]
        folds += not grown
    assert folds == len(QUESTIONS) - 1, "one fold a question"


def test_a_finished_question_is_one_line_of_facts(tmp_path: Path) -> None:
    with Script(forever=talk) as server:
        hold(server, tmp_path, ["The first answer.", "The second.", "The third."], questions=QUESTIONS)
    last = json.dumps(server.bodies[-1]["messages"])
    assert "The first answer." not in last
    assert "The third." in last
    assert f"{QUESTION}: answered and graded" in last
