"""Learners that are simulated: each forgets by the curve of FSRS, with parameters that no scheduler knows."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from tools.attempt import Attempt
from tools.plan import Unit
from tools.question import Question
from tools.ratings import AGAIN, GOOD, Recalled, recalled
from tools.rubric import MISTAKE_FACTORS
from transcripts.events import GradeEvent
from transcripts.grade import GraderId, MistakeLine, MistakeVerdict

OTHER = 0.4  # standard deviation of the logarithm of a learner's parameters around the published ones
HARDER = 0.6  # likewise of how long a single unit lasts from its first review on
KNOWN = 0.3  # probability of knowing what was never practised
SAID = 0.6  # probability that a mistake is made where its contrary is forgotten; else it is not touched on
RECALLED, FORGOTTEN = (6.25, 7.5, 8.75, 10.0), (0.0, 1.25, 2.5, 3.75)  # scores before mistakes


@dataclass(frozen=True)
class Practised:
    """A question of a simulated bank: what the planner knows of it, and the ids of its mistakes."""

    id: str
    topic: str
    level: str | None
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: the score, the ratings by razbor's rules, and the mistakes made."""

    score: float
    ratings: Recalled
    made: tuple[str, ...]


class Learner:
    """What one learner truly remembers; the same seed makes the same learner and the same luck."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(f"learner/{seed}")
        bounds = zip(DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
        own = [min(max(value * math.exp(chance.gauss(0, OTHER)), low), high) for value, low, high in bounds]
        self.seed = seed
        self.made: set[Unit] = set()  # mistakes made at least once
        self._luck = random.Random(f"luck/{seed}")
        self._fsrs = Scheduler(own, enable_fuzzing=False, learning_steps=(), relearning_steps=())
        self._units: dict[Unit, Card] = {}

    def recall(self, unit: Unit, now: datetime) -> float:
        """The true probability that a unit is remembered."""
        card = self._units.get(unit)
        return float(self._fsrs.get_card_retrievability(card, now)) if card else KNOWN

    def attempt(self, question: Practised, now: datetime) -> Outcome:
        """Answer a question and read its breakdown: every unit of it is refreshed, whether it was remembered or not."""
        answered = self._remembers((question.id, ""), now)
        verdicts: list[MistakeVerdict] = []
        for mistake in question.mistakes:
            remembered = self._remembers((question.id, mistake), now)
            slip: MistakeVerdict = "committed" if self._luck.random() < SAID else "not_addressed"
            verdicts.append("avoided" if remembered else slip)
            self._refresh((question.id, mistake), GOOD if remembered else AGAIN, now)
        made = tuple(m for m, verdict in zip(question.mistakes, verdicts, strict=True) if verdict == "committed")
        self.made |= {(question.id, mistake) for mistake in made}
        factor = MISTAKE_FACTORS[min(len(made), len(MISTAKE_FACTORS) - 1)]
        score = round(self._luck.choice(RECALLED if answered else FORGOTTEN) * factor, 1)
        ratings = _ratings(score, tuple(verdicts))
        self._refresh((question.id, ""), max(ratings.question or AGAIN, GOOD - 1) if answered else AGAIN, now)
        return Outcome(score, ratings, made)

    def _remembers(self, unit: Unit, now: datetime) -> bool:
        return self._luck.random() < self.recall(unit, now)

    def _refresh(self, unit: Unit, rating: int, now: datetime) -> None:
        card = self._units.get(unit)
        after, _ = self._fsrs.review_card(card or Card(card_id=1), Rating(rating), now)
        if card is None and after.stability is not None:
            after.stability *= math.exp(random.Random(f"{self.seed}/{unit}").gauss(0, HARDER))
        self._units[unit] = after


def bank(questions: Sequence[Question], size: int) -> list[Practised]:
    """A bank of a size, made of the topics, levels and mistakes of these questions."""
    copies = [(question, copy) for copy in range(-(-size // len(questions))) for question in questions]
    return [
        Practised(f"{q.id}-{copy}", q.topic, q.level, tuple(f"m{n + 1}" for n in range(len(q.mistakes))))
        for q, copy in copies[:size]
    ]


@cache
def _ratings(score: float, verdicts: tuple[MistakeVerdict, ...]) -> Recalled:
    """The ratings that razbor gives to such a grade."""
    lines = [MistakeLine(id=f"m{n}", text="-", verdict=v, quote=None) for n, v in enumerate(verdicts, start=1)]
    grade = GradeEvent(
        question="q", status="graded", score=score, mistakes=lines, grader=GraderId(name="local", version="0"),
        answer_lang="en",
    )  # fmt: skip
    return recalled(Attempt(_question(), grades=[grade]))


@cache
def _question() -> Question:
    fields: dict[str, Any] = dict.fromkeys(("heading", "prompt", "short_answer", "breakdown"), "-")
    return Question(id="q", mistakes=[{"text": "-"}], tips=["-"], **fields)
