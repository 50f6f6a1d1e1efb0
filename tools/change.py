"""What another grader makes of the same answers: old and new grades side by side, in figures."""

from collections import Counter
from collections.abc import Iterable, Sequence

from transcripts.events import Json
from transcripts.grade import Grade, KeyPointLine, MistakeLine

POINTS = ("covered", "missing", "unsure")
MISTAKES = ("committed", "avoided", "not_addressed", "unsure")
Pair = tuple[Grade, Grade]  # of one answer: old, new
Lines = Sequence[KeyPointLine] | Sequence[MistakeLine]


def differences(old: Grade | None, new: Grade) -> list[Json]:
    """The rubric lines on which two grades differ."""
    verdicts = {line.id: line.verdict for line in old.lines} if old else {}
    changed = [line for line in new.lines if verdicts.get(line.id, line.verdict) != line.verdict]
    return [{"line": line.id, "old": verdicts[line.id], "new": line.verdict} for line in changed]


def change(pairs: Sequence[Pair]) -> Json:
    """All figures over answers that have both grades; None for one that is undefined."""
    points = _table([(old.key_points, new.key_points) for old, new in pairs], POINTS)
    mistakes = _table([(old.mistakes, new.mistakes) for old, new in pairs], MISTAKES)
    n, agree = points["n"] + mistakes["n"], points["agree"] + mistakes["agree"]
    return {
        "lines": {"n": n, "agree": agree, "share": round(agree / n, 4) if n else None},
        "key_points": points,
        "mistakes": mistakes,
        "score": score_change(pairs),
    }


def score_change(pairs: Sequence[Pair]) -> Json:
    """The scores then and now: means, mean absolute difference, and how many went where."""
    scores = [(old.score, new.score) for old, new in pairs if old.score is not None and new.score is not None]
    by = [round(new - old, 1) for old, new in scores]
    return {
        "n": len(scores),
        "mean_old": _mean([old for old, _ in scores]),
        "mean_new": _mean([new for _, new in scores]),
        "mean_change": _mean(by),
        "mean_absolute": _mean([abs(step) for step in by]),
        "higher": sum(step > 0 for step in by),
        "lower": sum(step < 0 for step in by),
        "same": sum(step == 0 for step in by),
    }


def _table(pairs: Iterable[tuple[Lines, Lines]], verdicts: Sequence[str]) -> Json:
    """How often each verdict became which: a row for each old one, a column for each new one."""
    count = Counter[tuple[str, str]]()
    for old, new in pairs:
        before = {line.id: line.verdict for line in old}
        count.update((before[line.id], line.verdict) for line in new if line.id in before)
    return {
        "n": count.total(),
        "agree": sum(count[verdict, verdict] for verdict in verdicts),
        "kappa": kappa(count, verdicts),
        "table": {old: {new: count[old, new] for new in verdicts} for old in verdicts},
    }


def kappa(count: Counter[tuple[str, str]], verdicts: Sequence[str]) -> float | None:
    """Cohen's kappa (1960): (observed - expected) / (1 - expected) agreement, here both times n².

    None where both sides have one and the same verdict throughout: then all agreement is expected.
    """
    n = count.total()
    rows = {one: sum(count[one, other] for other in verdicts) for one in verdicts}
    columns = {one: sum(count[other, one] for other in verdicts) for one in verdicts}
    expected = sum(rows[one] * columns[one] for one in verdicts)
    observed = n * sum(count[one, one] for one in verdicts)
    return round((observed - expected) / (n * n - expected), 4) if n * n != expected else None


def _mean(values: Sequence[float]) -> float | None:
    from statistics import fmean

    return round(fmean(values), 2) if values else None
