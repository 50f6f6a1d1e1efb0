"""Mastery of the topics over many interviews, apart from the score of any of them. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tools.ability import Ability, unknown

DAY = 86400.0  # seconds


class Scored(NamedTuple):
    """One score, 0 to 10, on a question of a topic and level."""

    time: datetime
    topic: str
    level: str | None
    score: float


def mastery(scores: Iterable[Scored], now: datetime | None = None) -> Ability:
    """What all scores, given in the order of time, say of the candidate `now`; those long past count less."""
    ability, before = unknown(), None
    for one in scores:
        if before:
            ability.age(max((one.time - before).total_seconds(), 0.0) / DAY)
        ability.observe(one.topic, one.level, one.score)
        before = one.time
    if before and now:
        ability.age(max((now - before).total_seconds(), 0.0) / DAY)
    return ability
