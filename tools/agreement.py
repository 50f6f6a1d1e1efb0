"""How well a grader agrees with human labels: the figures that `razbor eval` prints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.counts import Sums, figures, sums, total
from tools.graders.evidence import is_verbatim
from transcripts.events import Json
from transcripts.grade import Grade


@dataclass(frozen=True)
class Labelled:
    """An answer with its human labels, and the grade it got. Labels are in the bank's order."""

    id: str
    question: str
    lang: str
    kind: str
    answer: str
    mistakes: Sequence[str]
    key_points: Sequence[bool] | None
    score: float
    grade: Grade

    @property
    def graded(self) -> bool:
        """Whether there is a grade to compare; the grader may have failed."""
        return self.grade.score is not None

    @property
    def sums(self) -> Sums:
        """What this answer adds to the counts that the figures are made of."""
        return sums(self.grade, self.mistakes, self.key_points, self.score)


def agreement(items: Sequence[Labelled]) -> Json:
    """All figures over the answers that were graded; the others are only counted.

    `unsure` counts as wrong in accuracy and is counted apart.
    """
    ungraded = sum(not item.graded for item in items)
    return {"n": len(items), "ungraded": ungraded, **figures(total(item.sums for item in items))}


def by(
    items: Sequence[Labelled],
    part: Callable[[Labelled], str],
    measure: Callable[[Sequence[Labelled]], Json] = agreement,
) -> Json:
    """What `measure` finds in each group of items."""
    groups = sorted({part(item) for item in items})
    return {group: measure([item for item in items if part(item) == group]) for group in groups}


def quotes(items: Sequence[Labelled]) -> Json:
    """How many quotes were given, and how many of them stand in the answer letter by letter."""
    given: list[tuple[str, str]] = []
    for item in items:
        found = [line.quote for line in item.grade.key_points] + [line.quote for line in item.grade.mistakes]
        given += [(quote, item.answer) for quote in found if quote is not None]
    return {"given": len(given), "verbatim": sum(is_verbatim(quote, answer) for quote, answer in given)}
