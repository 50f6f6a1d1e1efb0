"""How able the candidate is, topic by topic, and how sure that is. Pure.

The model is item response theory with one parameter (Rasch 1960) over a score instead of right and wrong: the expected
share of the full score is logistic(ability - difficulty). Abilities are normal and correlated: all topics share a part
of what makes a candidate good, each has its own. The estimate is followed by an iterated extended Kalman filter, as for
ratings that drift (Fahrmeir 1992; Glickman 1999; for learners Pelánek 2016, "Applications of the Elo rating system in
adaptive educational systems"): one answer moves its own topic most, and the others as far as they share.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import get_args

from tools.question import Topic

TOPICS: tuple[str, ...] = get_args(Topic)
SHARED, OWN = 0.8, 1.2  # standard deviations, in logits, of what all topics share and of what each has for itself
NOISE = 0.2  # standard deviation of a score around what is expected, as a share of the full score
DRIFT = 0.01  # variance a day by which an old estimate loses its worth; never more than was unknown at first
DIFFICULTY = {"junior": -1.0, "middle": 0.0, "senior": 1.0}  # logits; a question without a level is a middle one
FULL = 10.0
ITERATIONS = 5
DRAWS = 100
NODES = (  # of Gauss-Hermite quadrature for a standard normal: place and weight
    (-2.856970, 0.011257), (-1.355626, 0.222076), (0.0, 0.533333), (1.355626, 0.222076), (2.856970, 0.011257),
)  # fmt: skip


@dataclass
class Ability:
    """The estimate: a mean and a covariance, in logits, over TOPICS."""

    mean: list[float]
    covariance: list[list[float]]

    def observe(self, topic: str, level: str | None, score: float) -> None:
        """Take in one score, 0 to 10, on a question of a topic and level."""
        at = TOPICS.index(topic)
        column = [row[at] for row in self.covariance]
        prior = point = self.mean[at]
        gain = slope = 0.0
        for _ in range(ITERATIONS):  # to the most probable ability; the score bends, so one step is not enough
            expected, slope = self._slope(point, level)
            gain = slope / (slope * slope * column[at] + NOISE * NOISE)
            point = prior + column[at] * gain * (score / FULL - expected - slope * (prior - point))
        moved = (point - prior) / column[at]
        for i, value in enumerate(column):
            self.mean[i] += value * moved
            for j, other in enumerate(column):
                self.covariance[i][j] -= value * gain * slope * other

    def age(self, days: float) -> None:
        """Grow less sure, as abilities change while nobody looks."""
        for at, row in enumerate(self.covariance):
            row[at] = max(row[at], min(row[at] + DRIFT * days, SHARED**2 + OWN**2))

    def expected(self, topic: str, level: str | None = None) -> float:
        """The score, 0 to 10, to expect on a question of a topic and level."""
        return FULL * self._slope(self.mean[TOPICS.index(topic)], level)[0]

    def interval(self, topic: str) -> tuple[float, float]:
        """Within which the expected score on a middle question lies with 80 % probability."""
        at = TOPICS.index(topic)
        half = 1.2816 * math.sqrt(self.covariance[at][at])  # the 90 % point of the normal distribution
        return FULL * _logistic(self.mean[at] - half), FULL * _logistic(self.mean[at] + half)

    def information(self, topic: str, level: str | None) -> float:
        """What a score on such a question would tell about the topic, in nats.

        The mutual information as if the expected score were normal, with its variance over all abilities that may be:
        at the mean alone an easy question would seem to tell nothing of one who may be good.
        """
        at = TOPICS.index(topic)
        mean, spread = self.mean[at], math.sqrt(self.covariance[at][at])
        shares = [self._slope(mean + spread * place, level)[0] for place, _ in NODES]
        middle = sum(weight * share for (_, weight), share in zip(NODES, shares, strict=True))
        variance = sum(weight * (share - middle) ** 2 for (_, weight), share in zip(NODES, shares, strict=True))
        return 0.5 * math.log1p(variance / (NOISE * NOISE))

    def weakest(self, topics: Collection[str], seed: int | str) -> dict[str, float]:
        """How probable it is for each of `topics` to be the weakest of them; drawn by chance from a seed."""
        draw, factor = Random(f"{seed}"), _cholesky(self.covariance)
        among = [(topic, TOPICS.index(topic)) for topic in sorted(topics)]
        counts = dict.fromkeys(sorted(topics), 0)
        for _ in range(DRAWS):
            normal = [draw.gauss(0, 1) for _ in TOPICS]
            ability = {topic: self.mean[at] + sum(map(float.__mul__, factor[at], normal)) for topic, at in among}
            counts[min(ability, key=ability.__getitem__)] += 1
        return {topic: count / DRAWS for topic, count in counts.items()}

    def copy(self) -> "Ability":
        """An estimate of its own, to go on with."""
        return Ability(list(self.mean), [list(row) for row in self.covariance])

    @staticmethod
    def _slope(ability: float, level: str | None) -> tuple[float, float]:
        """The expected share of the full score, and how much it changes with ability."""
        share = _logistic(ability - DIFFICULTY.get(level or "middle", 0.0))
        return share, share * (1 - share)


def unknown() -> Ability:
    """What is believed of a candidate who has not answered yet."""
    own = [[SHARED**2 + (OWN**2 if one == other else 0.0) for other in TOPICS] for one in TOPICS]
    return Ability([0.0] * len(TOPICS), own)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _cholesky(matrix: list[list[float]]) -> list[list[float]]:
    """The lower triangle L with L times its transpose equal to the matrix."""
    lower = [[0.0] * len(matrix) for _ in matrix]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(max(rest, 1e-12)) if i == j else rest / lower[j][j]
    return lower
