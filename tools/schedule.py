"""When what was learned is about to be forgotten, by the package `fsrs`. Days only, nothing by chance.

FSRS: Ye et al. 2022, "A Stochastic Shortest Path Algorithm for Optimizing Spaced Repetition Scheduling".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsrs import Scheduler


@dataclass(frozen=True)
class Card:
    """One unit after its reviews: how long it lasts (days), how hard it is (1 to 10), when it is due."""

    stability: float
    difficulty: float
    due: datetime
    last_review: datetime


@cache
def _scheduler() -> "Scheduler":
    from fsrs import Scheduler  # with it come 35 ms

    return Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())


def reviewed(reviews: Iterable[tuple[datetime, int]], card: Card | None = None) -> Card:
    """The card after reviews (time, rating) in the order of their times; there must be one."""
    from fsrs import Rating

    state = _to_fsrs(card)
    for time, rating in reviews:
        state, _ = _scheduler().review_card(state, Rating(rating), time)
    return Card(state.stability, state.difficulty, state.due, state.last_review)


def forgotten(card: Card, now: datetime) -> float:
    """How likely it is that what the card stands for is forgotten, 0 to 1."""
    return 1.0 - float(_scheduler().get_card_retrievability(_to_fsrs(card), now))


def _to_fsrs(card: Card | None) -> Any:  # noqa: ANN401 - fsrs.Card, whose fields are optional before the first review
    from fsrs import Card as State
    from fsrs import State as Phase

    if card is None:
        return State(card_id=1)  # without an id it would wait for one
    return State(1, Phase.Review, None, card.stability, card.difficulty, card.due, card.last_review)
