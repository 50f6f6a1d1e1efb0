"""What the figures of a line are worth: logistic models whose weights stand in a small file one can read.

`weights.json` is made by `python -m tests.benchmarks.fit_local`. Two sets: "phrases" for questions with phrases,
"bare" for those whose lines are known by their own text alone.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from tools.graders.features import Features
from transcripts.grade import MistakeVerdict

Kind = Literal["phrases", "bare"]
Linear = Mapping[str, float]  # feature -> weight, and "intercept"
Weights = Mapping[Kind, Mapping[str, Mapping[str, Linear]]]


@cache
def fitted_weights() -> Weights:
    """The weights that come with razbor, read once."""
    weights: Weights = json.loads((files("tools.graders") / "weights.json").read_text("utf-8"))
    return weights


def topic_probability(weights: Weights, kind: Kind, features: Features) -> float:
    """How probable it is that the answer is one to this question (0 to 1)."""
    return _sigmoid(_linear(weights[kind]["topic"]["answers"], features))


def covered_probability(weights: Weights, kind: Kind, features: Features) -> float:
    """How probable it is that the key point was stated (0 to 1)."""
    return _sigmoid(_linear(weights[kind]["key_point"]["covered"], features))


def mistake_probabilities(weights: Weights, kind: Kind, features: Features) -> dict[MistakeVerdict, float]:
    """The probability of each verdict on a mistake; they sum to 1."""
    verdicts: tuple[MistakeVerdict, ...] = ("committed", "avoided", "not_addressed")
    sums = {verdict: _linear(weights[kind]["mistake"][verdict], features) for verdict in verdicts}
    highest = max(sums.values())
    exponents = {verdict: math.exp(value - highest) for verdict, value in sums.items()}
    total = math.fsum(exponents.values())
    return {verdict: value / total for verdict, value in exponents.items()}


def _linear(weights: Linear, features: Features) -> float:
    return math.fsum(weight * features.get(name, 1.0) for name, weight in weights.items())  # 1 for the intercept


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > 0 else math.exp(value) / (1 + math.exp(value))
