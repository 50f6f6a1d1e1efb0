"""How far each side of a rubric was said in an answer, and where.

A window resembles a phrase as much as (weight of the stems that both have) / (weight of the phrase's stems), and a
side as much as

    max over its phrases + 0.15 * sum over shared stems(weight * sqrt(phrases that use it)) / (4 + 0.3 * stems)

Once with polarity, where a stem said the other way round ("not X") counts against, for what was stated; once without
("plain", where it counts half), for what was spoken of. It is a reader of words, not of meaning: what the figures are
worth is a matter of calibration.
"""

import math
from dataclasses import dataclass, replace

from tools.graders.growing import Growing, Match
from tools.graders.phrases import PhraseIndex
from tools.graders.windows import MOST_SEGMENTS, Segment, segments, windows, without_asides

ENOUGH_STEMS = 12  # fewer are no measure of a topic
THREE = 3
MOST_KEPT = 1000  # segments; longer answers take too much memory


@dataclass(frozen=True)
class Progress:
    """How far the comparison came with the windows that stay as they are when the answer goes on."""

    parts: list[Segment]
    begins: int  # segments whose windows were all compared
    matches: list[Match]
    recalls: list[float]


@dataclass(frozen=True)
class Alignment:
    """An answer against a rubric. `on_topic` is the share of its stems that the rubric knows."""

    matches: dict[str, Match]
    on_topic: float
    stems: int
    parts: list[Segment]  # what of the answer counts
    progress: Progress | None  # None where the answer is too long to be kept


def align(index: PhraseIndex, answer: str, before: Progress | None = None) -> Alignment:
    """Compare every window of the answer with every phrase.

    `before` comes from an earlier answer to the same question: where this one is that one continued, as with a
    follow-up, the windows that both have are not compared again.
    """
    parts = _parts_that_count(index, answer)
    if before is None or not _goes_on(before, parts):
        before = Progress(parts, 0, [Match() for _ in index.sides], [0.0] * len(index.phrases))
    lasting = max(before.begins, len(parts) - MOST_SEGMENTS + 1)
    sure = _compared(index, parts, before, lasting)
    end = _compared(index, parts, sure, len(parts))
    matches, recalls = end.matches, end.recalls
    said = {stem for part in parts for stem, _ in part.words}
    for match, place in zip(matches, index.places, strict=True):
        best = sorted(recalls[place], reverse=True)[:THREE]
        match.three = math.fsum(best) / max(len(best), 1)
    telling = {stem for stem in said if index.can_tell(stem)}
    known = len(telling & index.weight.keys())
    on_topic = known / len(telling) if len(telling) >= ENOUGH_STEMS else 1.0
    progress = sure if len(parts) <= MOST_KEPT else None
    return Alignment(dict(zip(index.sides, matches, strict=True)), on_topic, len(said), parts, progress)


def _goes_on(before: Progress, parts: list[Segment]) -> bool:
    """Whether the windows that were compared are windows of this answer, too."""
    seen = before.begins + MOST_SEGMENTS - 1
    return before.parts[:seen] == parts[:seen]


def _compared(index: PhraseIndex, parts: list[Segment], before: Progress, until: int) -> Progress:
    """What comes of comparing the windows that begin at the next segments."""
    matches, recalls = [replace(match) for match in before.matches], list(before.recalls)
    for begin in range(before.begins, until):
        growing = Growing(index, matches, recalls)
        for window in windows(parts, begin):
            growing.compare(window)
    return Progress(parts, until, matches, recalls)


def _parts_that_count(index: PhraseIndex, answer: str) -> list[Segment]:
    """Not the prompt repeated, not what is said to the grader."""
    parts = without_asides(answer, segments(answer, index.translate))
    return [part for part in parts if not all(stem in index.prompt for stem, _ in part.words)]
