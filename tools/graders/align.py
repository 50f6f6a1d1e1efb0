"""How far each side of a rubric was said in an answer, and where.

A window resembles a phrase as much as (weight of the stems that both have) / (weight of the phrase's stems), and a
side as much as

    max over its phrases + 0.15 * sum over shared stems(weight * sqrt(phrases that use it)) / (4 + 0.3 * stems)

Once with polarity, where a stem said the other way round ("not X") counts against, for what was stated; once without
("plain", where it counts half), for what was spoken of. It is a reader of words, not of meaning: what the figures are
worth is a matter of calibration.
"""

import math
from dataclasses import dataclass

from tools.graders.growing import Growing, Match
from tools.graders.phrases import PhraseIndex
from tools.graders.windows import Segment, segments, windows, without_asides

ENOUGH_STEMS = 12  # fewer are no measure of a topic
THREE = 3


@dataclass(frozen=True)
class Alignment:
    """An answer against a rubric. `on_topic` is the share of its stems that the rubric knows."""

    matches: dict[str, Match]
    on_topic: float
    stems: int
    parts: list[Segment]  # what of the answer counts


def align(index: PhraseIndex, answer: str) -> Alignment:
    """Compare every window of the answer with every phrase."""
    parts = _parts_that_count(index, answer)
    matches = [Match() for _ in index.sides]
    recalls = [0.0] * len(index.phrases)
    for begin in range(len(parts)):
        growing = Growing(index, matches, recalls)
        for window in windows(parts, begin):
            growing.compare(window)
    said = {stem for part in parts for stem, _ in part.words}
    for match, place in zip(matches, index.places, strict=True):
        best = sorted(recalls[place], reverse=True)[:THREE]
        match.three = math.fsum(best) / max(len(best), 1)
    telling = {stem for stem in said if index.can_tell(stem)}
    known = len(telling & index.weight.keys())
    on_topic = known / len(telling) if len(telling) >= ENOUGH_STEMS else 1.0
    return Alignment(dict(zip(index.sides, matches, strict=True)), on_topic, len(said), parts)


def _parts_that_count(index: PhraseIndex, answer: str) -> list[Segment]:
    """Not the prompt repeated, not what is said to the grader."""
    parts = without_asides(answer, segments(answer, index.translate))
    return [part for part in parts if not all(stem in index.prompt for stem, _ in part.words)]
