"""How well a grader agrees with human labels: the figures that `razbor eval` prints."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.graders.evidence import is_verbatim
from transcripts.events import Json
from transcripts.grade import Grade

CLASSES = ("committed", "avoided", "not_addressed")
MAX_SCORE = 10


@dataclass(frozen=True)
class Labelled:
    """An answer with its human labels, and the grade it got. Labels are in the bank's order."""

    id: str
    lang: str
    kind: str
    answer: str
    mistakes: Sequence[str]
    key_points: Sequence[bool] | None
    score: float
    grade: Grade


def f1(true_positive: int, predicted: int, actual: int) -> float:
    """The harmonic mean of precision and recall; 0 where nothing was right."""
    return 2 * true_positive / (predicted + actual) if predicted + actual else 0.0


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one side does not vary."""
    try:
        return statistics.correlation(xs, ys)
    except statistics.StatisticsError:
        return None


def quadratic_kappa(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968) over scores rounded to whole points 0 to 10."""
    a, b = [round(x) for x in xs], [round(y) for y in ys]
    observed = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / max(len(a), 1)
    left, right = Counter(a), Counter(b)
    expected = sum((x - y) ** 2 * n * m for x, n in left.items() for y, m in right.items()) / max(len(a), 1) ** 2
    return 1 - observed / expected if expected else None


def agreement(items: Sequence[Labelled]) -> Json:
    """All figures over `items`; `unsure` counts as wrong in accuracy and is counted apart."""
    return {"n": len(items), "mistakes": _mistakes(items), "key_points": _key_points(items), "score": _score(items)}


def by(items: Sequence[Labelled], part: Callable[[Labelled], str]) -> Json:
    """The figures for each group of items."""
    groups = sorted({part(item) for item in items})
    return {group: agreement([item for item in items if part(item) == group]) for group in groups}


def quotes(items: Sequence[Labelled]) -> Json:
    """How many quotes were given, and how many of them stand in the answer letter by letter."""
    given: list[tuple[str, str]] = []
    for item in items:
        found = [line.quote for line in item.grade.key_points] + [line.quote for line in item.grade.mistakes]
        given += [(quote, item.answer) for quote in found if quote is not None]
    return {"given": len(given), "verbatim": sum(is_verbatim(quote, answer) for quote, answer in given)}


def _mistakes(items: Sequence[Labelled]) -> Json:
    pairs = [
        (label, line.verdict) for item in items for label, line in zip(item.mistakes, item.grade.mistakes, strict=True)
    ]
    per_class = {name: _class_figures(pairs, name) for name in CLASSES}
    present = [figures["f1"] for figures in per_class.values() if figures["support"]]
    return {
        "accuracy": _rate(sum(label == verdict for label, verdict in pairs), len(pairs)),
        "macro_f1": round(statistics.fmean(present), 4) if present else None,
        "per_class": per_class,
        "unsure": sum(verdict == "unsure" for _, verdict in pairs),
    }


def _class_figures(pairs: Sequence[tuple[str, str]], name: str) -> Json:
    right = sum(label == verdict == name for label, verdict in pairs)
    predicted = sum(verdict == name for _, verdict in pairs)
    actual = sum(label == name for label, _ in pairs)
    return {
        "precision": _rate(right, predicted),
        "recall": _rate(right, actual),
        "f1": round(f1(right, predicted, actual), 4),
        "support": actual,
    }


def _key_points(items: Sequence[Labelled]) -> Json:
    pairs = [
        (label, line.verdict)
        for item in items
        if item.key_points is not None
        for label, line in zip(item.key_points, item.grade.key_points, strict=True)
    ]
    right = sum(label == (verdict == "covered") for label, verdict in pairs if verdict != "unsure")
    true_positive = sum(label and verdict == "covered" for label, verdict in pairs)
    predicted = sum(verdict == "covered" for _, verdict in pairs)
    return {
        "accuracy": _rate(right, len(pairs)),
        "f1": round(f1(true_positive, predicted, sum(label for label, _ in pairs)), 4),
        "unsure": sum(verdict == "unsure" for _, verdict in pairs),
    }


def _score(items: Sequence[Labelled]) -> Json:
    graded = [(item.grade.score, item.score) for item in items if item.grade.score is not None]
    ours, gold = [a for a, _ in graded], [b for _, b in graded]
    mae = statistics.fmean(abs(a - b) for a, b in graded) if graded else None
    figures = {"pearson": pearson(ours, gold), "mae": mae, "qwk": quadratic_kappa(ours, gold)}
    return {name: value if value is None else round(value, 4) for name, value in figures.items()}


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
