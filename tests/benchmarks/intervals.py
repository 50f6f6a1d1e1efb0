"""Means with 95 % intervals: the percentile bootstrap, seeded; whoever was simulated is what is drawn again."""

import random
from collections.abc import Callable, Sequence

DRAWS = 1000
SEED = 1993


def _drawn(size: int, statistic: Callable[[list[int]], float]) -> tuple[float, float]:
    """Within which a statistic of these many cases lies in 95 % of the draws with replacement."""
    chance = random.Random(SEED)
    values = sorted(statistic(chance.choices(range(size), k=size)) for _ in range(DRAWS))
    return values[int(DRAWS * 0.025)], values[int(DRAWS * 0.975) - 1]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def shown(values: Sequence[float], digits: int = 2) -> str:
    """The mean and its interval, as text."""
    low, high = _drawn(len(values), lambda at: sum(map(values.__getitem__, at)) / len(at))
    return f"{mean(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def ratio(above: Sequence[float], below: Sequence[float], power: float = 1.0) -> str:
    """The ratio of two means over the same cases, to a power (0.5: of root mean squares), and its interval."""

    def of(at: Sequence[int]) -> float:
        under = sum(map(below.__getitem__, at))
        return (sum(map(above.__getitem__, at)) / under) ** power if under else 0.0

    low, high = _drawn(len(above), of)
    return f"{of(range(len(above))):.2f} ({low:.2f} to {high:.2f})"


def root(values: Sequence[float], digits: int = 2) -> str:
    """The root of the mean, and its interval: of squared errors, the root mean square."""
    low, high = _drawn(len(values), lambda at: (sum(map(values.__getitem__, at)) / len(at)) ** 0.5)
    return f"{mean(values) ** 0.5:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
