"""Counts that add up over answers, and the figures that follow from them: a draw of answers costs one addition."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Literal

from tools.moments import Moments, moments, pearson, quadratic_kappa
from transcripts.events import Json
from transcripts.grade import Grade

CLASSES: tuple[Literal["committed", "avoided", "not_addressed"], ...] = ("committed", "avoided", "not_addressed")
_MISTAKES = tuple(product(CLASSES, (*CLASSES, "unsure")))  # (label, verdict)
_KEY_POINTS = tuple(product((True, False), ("covered", "missing", "unsure")))
_POINT = 1000  # scores are added up in thousandths of a point, as whole numbers: no variance is exactly none

_SCORES = len(_MISTAKES) + len(_KEY_POINTS)  # where the sums over the scores begin
_POINTS = _SCORES + len(Moments._fields)  # where those over scores in whole points begin
_NOTHING = (0,) * (_POINTS + len(Moments._fields) + 1)  # the last sum is that of the errors

Sums = tuple[int, ...]


def sums(grade: Grade, mistakes: Sequence[str], key_points: Sequence[bool] | None, score: float) -> Sums:
    """What one answer, graded and labelled, adds to the counts; nothing when it got no grade."""
    if grade.score is None:
        return _NOTHING
    mistake_pairs: Counter[tuple[str, str]] = Counter()
    mistake_pairs.update(zip(mistakes, (line.verdict for line in grade.mistakes), strict=True))
    point_pairs: Counter[tuple[bool, str]] = Counter()
    if key_points is not None:
        point_pairs.update(zip(key_points, (line.verdict for line in grade.key_points), strict=True))
    x, y = round(grade.score * _POINT), round(score * _POINT)
    return (
        *(mistake_pairs[pair] for pair in _MISTAKES),
        *(point_pairs[pair] for pair in _KEY_POINTS),
        *moments(x, y),
        *moments(round(grade.score), round(score)),
        abs(x - y),
    )


def total(parts: Iterable[Sums]) -> Sums:
    """The counts of all parts together."""
    return tuple(map(sum, zip(_NOTHING, *parts, strict=True)))


def figures(counts: Sums) -> Json:
    """All figures that follow from the counts; None for one that is undefined."""
    return {
        "mistakes": _mistakes(dict(zip(_MISTAKES, counts[: len(_MISTAKES)], strict=True))),
        "key_points": _key_points(dict(zip(_KEY_POINTS, counts[len(_MISTAKES) : _SCORES], strict=True))),
        "score": _score(Moments(*counts[_SCORES:_POINTS]), Moments(*counts[_POINTS:-1]), counts[-1]),
    }


def _mistakes(count: dict[tuple[str, str], int]) -> Json:
    """Figures per class; macro-F1 is the mean F1 of the classes that the labels have."""
    table = {}
    for name in CLASSES:
        predicted = sum(count[label, name] for label in CLASSES)
        actual = sum(n for (label, _), n in count.items() if label == name)
        table[name] = (count[name, name], predicted, actual)
    f1s = [2 * right / (predicted + actual) for right, predicted, actual in table.values() if actual]
    return {
        "accuracy": _rate(sum(count[name, name] for name in CLASSES), sum(count.values())),
        "macro_f1": _rounded(statistics.fmean(f1s)) if f1s else None,
        "per_class": {name: _class_figures(*row) for name, row in table.items()},
        "unsure": sum(count[label, "unsure"] for label in CLASSES),
    }


def _class_figures(right: int, predicted: int, actual: int) -> Json:
    """F1 is the harmonic mean of precision and recall."""
    return {
        "precision": _rate(right, predicted),
        "recall": _rate(right, actual),
        "f1": _rate(2 * right, predicted + actual),
        "support": actual,
    }


def _key_points(count: dict[tuple[bool, str], int]) -> Json:
    right = count[True, "covered"]
    predicted = right + count[False, "covered"]
    actual = sum(n for (label, _), n in count.items() if label)
    return {
        "accuracy": _rate(right + count[False, "missing"], sum(count.values())),
        "f1": _rate(2 * right, predicted + actual),
        "unsure": count[True, "unsure"] + count[False, "unsure"],
    }


def _score(exact: Moments, points: Moments, error: int) -> Json:
    return {
        "pearson": _rounded(pearson(exact)),
        "mae": _rate(error, exact.n * _POINT),
        "qwk": _rounded(quadratic_kappa(points)),
    }


def _rate(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
