"""Two figures for how well two series of whole numbers agree, made of six sums; whole, so that the sums are exact."""

import math
from typing import NamedTuple


class Moments(NamedTuple):
    """How many pairs there are, the sums of either side, of their squares and of their product."""

    n: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int


def moments(x: int, y: int) -> Moments:
    """The sums for one pair; those of many pairs are added up field by field."""
    return Moments(1, x, y, x * x, y * y, x * y)


def pearson(sums: Moments) -> float | None:
    """Pearson's correlation; None where one side does not vary.

    (n Σxy - Σx Σy) / sqrt((n Σx² - (Σx)²) (n Σy² - (Σy)²)), the usual one with both sides of the fraction times n².
    """
    n, x, y, xx, yy, xy = sums
    variances = (n * xx - x * x) * (n * yy - y * y)
    return (n * xy - x * y) / math.sqrt(variances) if variances else None


def quadratic_kappa(sums: Moments) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968): 1 - observed / expected; None where nothing is expected.

    The observed disagreement is the mean of (x - y)²; the expected one is its mean over all pairs of an x with a y,
    which are independent: mean x² + mean y² - 2 mean x mean y. Both are times n² here.
    """
    n, x, y, xx, yy, xy = sums
    expected = n * (xx + yy) - 2 * x * y
    return 1 - n * (xx + yy - 2 * xy) / expected if expected else None
