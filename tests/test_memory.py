"""What an attempt says about memory, that the memory follows from the transcripts alone, and plans to a date."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.ability import unknown
from tools.attempt import Attempt
from tools.bank import load
from tools.memory import Stamp, opened
from tools.plan import Span, Unit, plan
from tools.ratings import AGAIN, EASY, GOOD, HARD, SLOW, recalled
from tools.schedule import Card, forgotten, reviewed
from transcripts.events import GradeEvent
from transcripts.grade import GraderId, MistakeLine

BANK = load()
QUESTIONS = list(BANK.questions.values())
VERDICTS = ("committed", "avoided", "not_addressed", "unsure")
TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def attempt(
    score: float | None, *verdicts: Any, question: str = "kubernetes-primitives", at: datetime = NOON, **more: Any
) -> Attempt:
    """An attempt with this score and these verdicts on m1, m2 …"""
    grade = GradeEvent(
        time=at.isoformat(timespec="milliseconds"), question=question, score=score, answer_lang="en",
        status="ungraded" if score is None else "graded", grader=GraderId(name="test", version="1"),
        mistakes=[MistakeLine(id=f"m{n}", text="", verdict=verdict) for n, verdict in enumerate(verdicts, 1)],
    )  # fmt: skip
    return Attempt(BANK.get(question), grades=[grade], **more)


# --- ratings


@pytest.mark.parametrize(
    ("score", "rating"),
    [(0, AGAIN), (3.9, AGAIN), (4, HARD), (6.4, HARD), (6.5, GOOD), (8.9, GOOD), (9, EASY), (10, EASY)],
)
def test_a_score_is_a_rating(score: float, rating: int) -> None:
    assert recalled(attempt(score)).question == rating


@pytest.mark.parametrize(
    ("hints", "seconds", "rating"),
    [(0, 0, EASY), (0, SLOW, EASY), (0, SLOW + 1, GOOD), (1, 0, GOOD), (2, 0, HARD), (9, 0, HARD), (2, SLOW + 1, HARD)],
)
def test_hints_and_time_cap_it(hints: int, seconds: float, rating: int) -> None:
    ratings = recalled(attempt(10, "avoided", hints=hints, seconds=seconds))
    assert ratings.question == rating
    assert ratings.mistakes == {"m1": min(GOOD, rating)}
    assert recalled(attempt(1, "committed", hints=hints, seconds=seconds)).question == AGAIN


def test_only_what_was_made_or_avoided_says_something_of_a_mistake() -> None:
    assert recalled(attempt(7, *VERDICTS)).mistakes == {"m1": AGAIN, "m2": GOOD}


def test_given_up_for_the_breakdown_is_forgotten_and_skipped_says_nothing() -> None:
    given_up = attempt(None, given_up=True, wants_breakdown=True)
    assert (recalled(given_up).question, recalled(given_up).mistakes) == (AGAIN, {})
    assert recalled(attempt(None, given_up=True)).question is None
    assert recalled(attempt(None, "committed", wants_breakdown=True)).question is None  # the grader failed
    assert recalled(Attempt(QUESTIONS[0])).question is None


# --- the memory follows from the transcripts

moments = st.one_of(
    st.datetimes(datetime(1960, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([NOON, NOON + timedelta(hours=1), NOON + timedelta(days=3)]),
)
attempts = st.builds(
    attempt,
    st.one_of(st.none(), st.integers(0, 100).map(lambda n: n / 10)),
    question=st.sampled_from([question.id for question in QUESTIONS[:3]]),
    at=moments, hints=st.integers(0, 3), seconds=st.floats(0, 1e12), given_up=st.booleans(),
    wants_breakdown=st.booleans(),
)  # fmt: skip
graded = st.builds(
    lambda one, verdicts: attempt(
        7.5, *verdicts, question=one.question.id, at=datetime.fromisoformat(one.grades[0].time)
    ),
    attempts,
    st.lists(st.sampled_from(VERDICTS), max_size=6),
)
folders = st.lists(st.lists(st.one_of(attempts, graded), max_size=3), min_size=1, max_size=5)


def stamp(number: int, size: int = 1) -> Stamp:
    return Stamp(f"{number}.jsonl", size, 1)


def remembered(*batches: Mapping[Stamp, Sequence[Attempt]], forget: Sequence[str] = ()) -> list[str]:
    """All that a memory holds after taking these."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "memory.sqlite3") as memory:
        for batch in batches:
            memory.take(batch)
        if forget:
            memory.forget(forget)
        for card in memory.cards().values():
            assert card.due > card.last_review
            assert card.stability > 0
            assert 1 <= card.difficulty <= 10
        assert set(memory.due(NOON)) == {unit for unit, card in memory.cards().items() if card.due <= NOON}
        assert all(0 <= score <= 10 for score in memory.ability(NOON).interval("mlops"))
        return memory.dump()


@settings(max_examples=25)
@given(folders, st.data())
def test_the_order_of_taking_changes_nothing(folder: list[list[Attempt]], data: st.DataObject) -> None:
    all_of_them = {stamp(n): tried for n, tried in enumerate(folder)}
    in_order = remembered(all_of_them)
    shuffled = data.draw(st.permutations(sorted(all_of_them.items(), key=lambda item: item[0].name)))
    assert remembered(*({one: tried} for one, tried in shuffled)) == in_order
    assert remembered(all_of_them, all_of_them) == in_order


@settings(max_examples=25)
@given(folders, st.lists(st.one_of(attempts, graded), max_size=3))
def test_forgetting_equals_never_having_taken(folder: list[list[Attempt]], extra: list[Attempt]) -> None:
    all_of_them = {stamp(n): tried for n, tried in enumerate(folder)}
    without = remembered(all_of_them)
    assert remembered({stamp(99): extra}, all_of_them, forget=["99.jsonl"]) == without
    assert remembered({stamp(0, 7): extra}, all_of_them) == without  # the file had other content before


def test_a_transcript_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "memory.sqlite3") as memory:
        memory.take({stamp(1): [attempt(9)]})
        before = memory.dump()
        with pytest.raises(AttributeError):
            memory.take({stamp(2): [attempt(1)], stamp(3): [None]})  # type: ignore[list-item]
        assert memory.dump() == before


def test_ten_thousand_scores_leave_a_sane_estimate(tmp_path: Path) -> None:
    with opened(tmp_path / "memory.sqlite3") as memory:
        for score in (0.0, 10.0):
            many = [attempt(score, question=QUESTIONS[n % 3].id) for n in range(2000)]
            memory.take({stamp(int(score)): many})
        ability = memory.ability(NOON + timedelta(days=1))
        for topic in {question.topic for question in QUESTIONS}:
            low, high = ability.interval(topic)
            assert 0 <= low <= ability.expected(topic) <= high <= 10


# --- plans


@st.composite
def known(draw: st.DrawFn) -> dict[Unit, Card]:
    """Cards of some questions, or of all, and of one that is in the bank no more."""
    reviews = st.lists(st.tuples(st.integers(-4000, 300), st.integers(1, 4)), min_size=1, max_size=4)
    among = st.sampled_from([*(question.id for question in QUESTIONS), "gone"])
    units = draw(st.one_of(
        st.lists(st.tuples(among, st.sampled_from(["", "m1", "m2"])), max_size=30),
        st.just([(question.id, "") for question in QUESTIONS]),
    ))  # fmt: skip
    return {unit: reviewed((NOON + timedelta(days=n), rating) for n, rating in sorted(draw(reviews))) for unit in units}


def span(days: int) -> Span:
    return Span(TODAY, days, TODAY + timedelta(days=days - 1))


def test_without_a_date_there_is_no_last_day() -> None:
    cards = {(QUESTIONS[0].id, ""): reviewed([(NOON, GOOD)])}
    assert all(
        item.reason != "refresh" for day in plan(QUESTIONS, cards, unknown(), Span(TODAY, 7), 9) for item in day.items
    )


@settings(max_examples=40)
@given(known(), st.integers(1, 20), st.one_of(st.integers(1, 60), st.just(1440)))
def test_a_plan_keeps_to_its_minutes(cards: dict[Unit, Card], days: int, minutes: int) -> None:
    planned, by_id = plan(QUESTIONS, cards, unknown(), span(days), minutes), {q.id: q for q in QUESTIONS}
    assert [day.date for day in planned] == [TODAY + timedelta(days=n) for n in range(days)]
    begun_before = {question for question, _ in cards if question in by_id}
    begun = set(begun_before)
    for day in planned:
        ids = [item.question.id for item in day.items]
        assert len(ids) == len(set(ids))
        assert set(ids) <= set(by_id)
        assert len(ids) <= 1 or sum(item.minutes for item in day.items) <= minutes
        for item in day.items:
            assert (item.reason == "new") == (item.question.id not in begun)
        begun |= set(ids)
    assert planned[-1].items
    if days > 1 or begun_before:
        assert {item.reason for item in planned[-1].items} == {"refresh"}


def test_with_all_the_time_nothing_due_is_put_off() -> None:
    cards = {(question.id, ""): reviewed([(NOON - timedelta(days=900), AGAIN)]) for question in QUESTIONS}
    first, last = plan(QUESTIONS, cards, unknown(), span(2), 1440)
    assert {item.question.id for item in first.items} == {question.id for question in QUESTIONS}
    assert {item.reason for item in first.items} == {"review"}
    assert len(last.items) == len(QUESTIONS)
    assert plan(QUESTIONS, {}, unknown(), span(1), 1440)[0].items
    assert plan([], {}, unknown(), span(3), 30)[2].items == []


def test_what_is_longer_ago_is_more_likely_forgotten() -> None:
    card = reviewed([(NOON, GOOD)])
    chances = [forgotten(card, NOON + timedelta(days=days)) for days in (-9, 0, 1, 30, 365, 36500)]
    assert chances == sorted(chances)
    assert (chances[0], chances[-1] < 1) == (0, True)
