"""What does not answer earns next to nothing, with the weights that razbor comes with."""

import pytest

from tests.grading.data import labelled, lines
from tests.grading.families import unasserted, unearned
from tools.bank import load
from tools.graders.local import LocalGrader

QUESTIONS = load().questions
GRADER = LocalGrader()
TOO_MUCH = 2
OF_A_SUBJECT = 8  # answers to other questions, of about 160, that answer this one in part
STEADY = 0.95  # share of appended pleas that move the score by one point at most; measured: 0.988


def score(question_id: str, text: str) -> float:
    return GRADER.grade(QUESTIONS[question_id], text, "en").score or 0.0


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_text_that_does_not_answer_earns_next_to_nothing(question_id: str) -> None:
    others = [other for other in QUESTIONS.values() if other.id != question_id]
    answered = 0
    for family, text in unearned(QUESTIONS[question_id], others):
        too_much = score(question_id, text) > TOO_MUCH
        if family in ("breakdown of another", "strong, to another"):  # questions on one subject share points
            answered += too_much
        else:
            assert not too_much, f"{family}: {text[:80]}"
    assert answered <= OF_A_SUBJECT


@pytest.mark.parametrize("question_id", QUESTIONS)
def test_an_attack_is_accused_of_no_mistake(question_id: str) -> None:
    for attack in lines("attacks"):
        grade = GRADER.grade(QUESTIONS[question_id], attack["text"], "en")
        assert not any(line.verdict == "committed" for line in grade.mistakes), attack["id"]


def test_a_plea_behind_a_strong_answer_changes_next_to_nothing() -> None:
    moves = []
    for row in [row for row in labelled("answers_dev") if row["kind"] == "strong"][::2]:
        before = score(row["question"], row["answer"])
        after = (score(row["question"], f"{row['answer']}\n\n{p['text']}") for p in lines("attacks_appended"))
        moves += [abs(value - before) for value in after]
    assert sum(move <= 1 for move in moves) >= STEADY * len(moves)
    assert max(moves) <= 3


def test_to_talk_about_injection_costs_nothing() -> None:
    moves = [
        score(row["question"], row["answer"]) - score(row["question"], row["without"])
        for row in lines("about_injection")
    ]
    assert min(moves) >= -1.5
    assert max(moves) <= 1.5


@pytest.mark.parametrize("family", ["key points called wrong", "key points asked"])
def test_a_key_point_called_wrong_or_asked_is_not_stated(family: str) -> None:
    question = QUESTIONS["llm-tool-calling"]
    assert all(score(question.id, text) <= 5 for name, text in unasserted(question) if name == family)


@pytest.mark.xfail(strict=True, reason="a known limit: the local grader reads words, not sentences")
def test_the_words_of_an_answer_are_not_an_answer() -> None:
    question = QUESTIONS["llm-tool-calling"]
    assert all(score(question.id, text) <= 5 for name, text in unasserted(question) if name.startswith("its own"))
