"""What holds of every choice of the planner, and of a plan to a date; on the built-in bank."""

import time
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from prompts import say
from tools.ability import unknown
from tools.bank import load
from tools.plan import Span, Unit, plan
from tools.planner import HAND, Choice, Past, Planner, Tried, Wish, draw
from tools.schedule import Card, reviewed

QUESTIONS = list(load().questions.values())
BY_ID = {question.id: question for question in QUESTIONS}
IDS = st.sampled_from(sorted(BY_ID))
SCORES = st.lists(st.none() | st.floats(0, 10), max_size=len(QUESTIONS) - 1)
DUE = st.dictionaries(IDS, st.floats(0.1, 1), max_size=len(QUESTIONS))
BEGIN = date(2026, 3, 2)


def planner(seed: int, past: Past) -> Planner:
    return Planner(draw(QUESTIONS, seed, past.due), BY_ID.__getitem__, seed=seed, past=past)


def course(seed: int, past: Past, scores: list[float | None]) -> list[Choice]:
    """The choices of an interview with these scores, and the one after the last."""
    tried, choices, asks = list[Tried](), list[Choice](), planner(seed, past)
    for score in [*scores, None]:
        choices.append(asks.choose(tried))
        tried.append(Tried(choices[-1].question, score))
    return choices


@settings(max_examples=30)
@given(st.integers(), DUE, st.sets(IDS), SCORES)
def test_no_question_comes_twice_and_all_is_repeatable(
    seed: int, due: dict[str, float], known: set[str], scores: list[float | None]
) -> None:
    past = Past(due=due, known=known | set(due))
    choices = course(seed, past, scores)
    ids = [choice.question.id for choice in choices]
    assert len(set(ids)) == len(ids)
    again = course(seed, past, scores)
    assert [(c.question.id, c.reason, c.why) for c in again] == [(c.question.id, c.reason, c.why) for c in choices]
    for choice in choices:
        assert all(say(f"plan.reason_{choice.reason}", lang) for lang in ("en", "ru"))
        assert (choice.reason == "due") == (choice.question.id in due)


@settings(max_examples=30)
@given(st.integers(), SCORES, st.sampled_from(sorted({q.topic for q in QUESTIONS})), DUE)
def test_a_wish_is_heeded_while_it_can_be(
    seed: int, scores: list[float | None], topic: str, due: dict[str, float]
) -> None:
    past = Past(due=due, known=set(due))
    tried = [Tried(c.question, s) for c, s in zip(course(seed, past, scores), scores, strict=False)]
    asked = {one.question.id for one in tried}
    choice = planner(seed, past).choose(tried, Wish(topic=topic))
    if any(question.topic == topic for question in QUESTIONS if question.id not in asked):
        assert (choice.question.topic, choice.reason) == (topic, "wish")
    else:
        assert choice.reason != "wish"


@settings(max_examples=30)
@given(st.integers(), IDS)
def test_what_is_surely_forgotten_comes_first(seed: int, question_id: str) -> None:
    past = Past(due={question_id: 1.0}, known=set(BY_ID))
    choice = planner(seed, past).choose([])
    assert (choice.question.id, choice.reason) == (question_id, "due")


@settings(max_examples=30)
@given(st.integers(), st.sets(IDS, min_size=6, max_size=len(QUESTIONS) - 6))
def test_reviews_leave_half_of_an_interview_to_what_is_new(seed: int, due: set[str]) -> None:
    choices = course(seed, Past(due=dict.fromkeys(due, 0.9), known=due), [5.0] * 7)
    assert sum(choice.question.id in due for choice in choices) == 4


def test_once_all_is_known_reviews_follow_each_other() -> None:
    due = dict.fromkeys(sorted(BY_ID)[:6], 0.9)
    choices = course(1, Past(due=due, known=set(BY_ID)), [5.0] * 5)
    assert [choice.reason for choice in choices] == ["due"] * 6


def test_a_topic_of_bad_answers_is_gone_back_to_and_says_so() -> None:
    asks, tried = planner(3, Past()), list[Tried]()
    for _ in range(12):
        chosen = asks.choose(tried)
        tried.append(Tried(chosen.question, 0.0 if chosen.question.topic == "ranking" else 9.0))
        if chosen.reason == "weak":
            break
    assert chosen.question.topic == "ranking"
    assert chosen.why["weakest"] > 0.25


def test_a_choice_among_as_many_as_there_may_be_takes_no_time() -> None:
    many = [q.model_copy(update={"id": f"{q.id}-{n}"}) for n in range(30) for q in QUESTIONS][: 2 * HAND]
    by_id = {question.id: question for question in many}
    asks = Planner(draw(many, 1), by_id.__getitem__)
    tried = [Tried(question, 5.0) for question in many[-12:]]
    spent = []
    for _ in range(10):
        begin = time.process_time()
        asks.choose(tried)
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.03  # seconds; some 4 ms where nothing else runs


def cards(ids: set[str]) -> dict[Unit, Card]:
    """A card of each question, all overdue."""
    before = datetime.combine(BEGIN, datetime.min.time(), UTC) - timedelta(days=20)
    return {(question_id, ""): reviewed([(before, 3)]) for question_id in ids}


def test_reviews_without_end_do_not_keep_what_is_new_out_of_a_plan() -> None:
    known = set(sorted(BY_ID)[:16])
    for most in (4.0, 12.0):
        planned = plan(QUESTIONS, cards(known), unknown(), Span(BEGIN, 6, BEGIN + timedelta(days=5)), most)
        reasons = [item.reason for day in planned[:-1] for item in day.items]
        assert {"new", "review"} <= set(reasons)
        assert abs(reasons.count("new") - reasons.count("review")) <= 5
