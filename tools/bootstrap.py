"""How far the main figures could lie elsewhere with other questions: 95 % intervals.

Percentile method: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13. Answers to one question
resemble each other, so whole questions are drawn, each with all its answers, as many as there are and with
replacement: Cameron, Gelbach & Miller 2008, Bootstrap-Based Improvements for Inference with Clustered Errors. With few
questions, some 30 or fewer, such intervals come out rather too narrow (the same paper).
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from tools.agreement import Labelled, agreement
from tools.counts import Sums, figures, total
from transcripts.events import Json

MAIN = (  # the figures that get an interval, as paths into the figures of `agreement`
    ("score", "pearson"),
    ("score", "mae"),
    ("score", "qwk"),
    ("key_points", "f1"),
    ("mistakes", "macro_f1"),
    ("mistakes", "accuracy"),
    ("mistakes", "per_class", "committed", "precision"),
    ("mistakes", "per_class", "committed", "recall"),
)
DRAWS = 1000
SEED = 1993  # the same in every run: the same answers and grades have the same intervals
OUTSIDE = 0.05  # the share of the draws that an interval leaves out


def at(tree: Json, path: Sequence[str]) -> Any:  # noqa: ANN401 - a figure in one tree, an interval in another
    """What stands at the end of a path."""
    found: Any = tree
    for name in path:
        found = found[name]
    return found


def with_intervals(items: Sequence[Labelled]) -> Json:
    """The figures over `items`, and beside them `intervals`: [low, high] or None at the path of each main figure."""
    whole = agreement(items)
    drawn = [figures(counts) for counts in _draws(_questions(items))]
    tree: Json = {}
    for path in MAIN:
        branch = tree
        for parent in path[:-1]:
            branch = branch.setdefault(parent, {})
        known = at(whole, path) is not None
        branch[path[-1]] = _percentiles([at(draw, path) for draw in drawn]) if known else None
    return {**whole, "intervals": tree}


def _questions(items: Sequence[Labelled]) -> list[Sums]:
    """The counts of each question that has a graded answer, in the order of the questions' names."""
    parts: dict[str, list[Sums]] = defaultdict(list)
    for item in items:
        if item.graded:
            parts[item.question].append(item.sums)
    return [total(parts[question]) for question in sorted(parts)]


def _draws(clusters: Sequence[Sums]) -> Iterator[Sums]:
    """The counts of as many clusters as there are, drawn with replacement; none where there is nothing to vary."""
    generator = random.Random(SEED)
    for _ in range(DRAWS if len(clusters) > 1 else 0):
        yield total(generator.choices(clusters, k=len(clusters)))


def _percentiles(values: Sequence[float | None]) -> list[float] | None:
    """The interval that leaves out half of OUTSIDE at either end: of 1000 values the 25th and the last but 24.

    None where there is no draw, or where the figure is undefined in more of the draws than an interval leaves out.
    """
    known = sorted(value for value in values if value is not None)
    if not known or len(known) < (1 - OUTSIDE) * len(values):
        return None
    place = int((len(known) + 1) * OUTSIDE / 2)
    return [known[place - 1], known[-place]]
