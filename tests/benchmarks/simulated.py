"""Candidates that are simulated: a hidden ability for each topic, a hidden difficulty of each question, and chance."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tools.ability import DIFFICULTY, Ability, unknown
from tools.planner import Head, Planner, Tried, draw
from tools.question import Question

FULL, STEP = 10.0, 1.25  # a score comes in eighths of the full one, as eight key points make it


@dataclass(frozen=True)
class World:
    """Standard deviations: of abilities and hidden difficulties in logits, of the noise in points of the score."""

    shared: float = 0.8
    own: float = 1.2
    noise: float = 1.5
    hidden: float = 0.5


@dataclass(frozen=True)
class Candidate:
    """What they can do by topic, in logits, and the score that each question would get whenever it is asked."""

    ability: dict[str, float]
    scores: dict[str, float]
    seed: int

    @property
    def weakest(self) -> str:
        return min(self.ability, key=self.ability.__getitem__)

    def tries(self, question: Head) -> Tried:
        return Tried(question, self.scores[question.id])


def candidate(heads: Sequence[Head], world: World, seed: int, *, weak_by: float | None = None) -> Candidate:
    """The candidate of a seed; with `weak_by`, all topics alike but one, which is worse by so many logits."""
    chance, topics = random.Random(seed), sorted({head.topic for head in heads})
    shared = chance.gauss(0, world.shared)
    ability = {topic: shared + (chance.gauss(0, world.own) if weak_by is None else 0.0) for topic in topics}
    if weak_by is not None:
        ability[chance.choice(topics)] -= weak_by
    scores = {head.id: _score(ability[head.topic], head, world, chance) for head in sorted(heads, key=lambda h: h.id)}
    return Candidate(ability, scores, seed)


def _score(ability: float, head: Head, world: World, chance: random.Random) -> float:
    difficulty = DIFFICULTY[head.level or "middle"] + chance.gauss(0, world.hidden)
    exact = FULL * logistic(ability - difficulty) + chance.gauss(0, world.noise)
    return round(min(max(exact, 0.0), FULL) / STEP) * STEP


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def by_planner(questions: Sequence[Question], who: Candidate, count: int) -> list[Tried]:
    """The course of an interview that razbor's planner steers."""
    by_id = {question.id: question for question in questions}
    planner = Planner(draw(questions, who.seed), by_id.__getitem__, seed=who.seed)
    tried: list[Tried] = []
    for _ in range(count):
        tried.append(who.tries(planner.choose(tried).question))
    return tried


def by_chance(questions: Sequence[Question], who: Candidate, count: int) -> list[Tried]:
    """The course of an interview whose questions come in an order of chance."""
    order = list(questions)
    random.Random(f"order/{who.seed}").shuffle(order)
    return [who.tries(question) for question in order[:count]]


def estimated(tried: Sequence[Tried]) -> Ability:
    """What razbor's model of ability makes of the scores."""
    ability = unknown()
    for one in tried:
        if one.score is not None:
            ability.observe(one.question.topic, one.question.level, one.score)
    return ability
