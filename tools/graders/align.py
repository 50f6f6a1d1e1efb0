"""How far each side of a rubric was said in an answer, and where.

A window resembles a phrase as much as (weight of the stems that both have) / (weight of the phrase's stems), and a
side as much as

    max over its phrases + 0.15 * sum over shared stems(weight * sqrt(phrases that use it)) / (4 + 0.3 * stems)

Once with polarity, where a stem said the other way round ("not X") counts against, for what was stated; once without
("plain", where it counts half), for what was spoken of. It is a reader of words, not of meaning: what the figures are
worth is a matter of calibration.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tools.graders.phrases import PhraseIndex
from tools.graders.windows import Segment, Window, segments, windows, without_asides

BREADTH = 0.15
SAID_OTHERWISE = 0.5  # what a stem of the other polarity counts in the plain figure
LEAST_SHARED = 2  # one word alone, "x" say, states nothing
ENOUGH_STEMS = 12  # fewer are no measure of a topic
THREE = 3


@dataclass
class Match:
    """How far one side was said. `window` is the best with polarity, `place` the best without.

    `phrase` is the one that fits `window` best; `three` the mean recall of the three best phrases.
    """

    value: float = 0.0
    phrase: int | None = None
    window: Window | None = None
    plain: float = 0.0
    place: Window | None = None
    three: float = 0.0


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
    for window in windows(parts):
        _compare(index, window, matches, recalls)
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


def _compare(index: PhraseIndex, window: Window, matches: Sequence[Match], recalls: list[float]) -> None:
    """Let one window improve the match of each side and the recall of each phrase."""
    same, other = _shared_weights(index, window)
    top: dict[int, tuple[float, int]] = {}
    loud: dict[int, float] = {}
    for phrase in sorted(same.keys() | other.keys()):
        agreeing, opposing, total = same.get(phrase, 0.0), other.get(phrase, 0.0), index.total[phrase]
        recall, side = (agreeing - opposing) / total, index.side_of[phrase]
        recalls[phrase] = max(recalls[phrase], recall)
        if side not in top or recall > top[side][0]:
            top[side] = recall, phrase
        loud[side] = max(loud.get(side, 0.0), (agreeing + SAID_OTHERWISE * opposing) / total)
    for side, (recall, phrase) in top.items():
        match, damping = matches[side], 4 + 0.3 * len(window.words)
        shared = [index.plain_spread[side][stem] for stem in window.words if stem in index.plain_spread[side]]
        plain = loud[side] + BREADTH * math.fsum(shared) / damping
        if plain > match.plain and len(shared) >= LEAST_SHARED:
            match.plain, match.place = plain, window
        shared = [index.spread[side][word] for word in window.words.items() if word in index.spread[side]]
        value = recall + BREADTH * math.fsum(shared) / damping
        if value > match.value and len(shared) >= LEAST_SHARED:
            match.value, match.window, match.phrase = value, window, phrase


def _shared_weights(index: PhraseIndex, window: Window) -> tuple[dict[int, float], dict[int, float]]:
    """Per phrase the weight of the stems it shares with the window: said the same way, and the other way."""
    same: dict[int, float] = {}
    other: dict[int, float] = {}
    for stem, asserted in window.words.items():
        for phrase, polarity in index.postings.get(stem, ()):
            into = same if polarity == asserted else other
            into[phrase] = into.get(phrase, 0.0) + index.weight[stem]
    return same, other
