"""A stretch of an answer that grows clause by clause, compared with a rubric as it grows.

The next window has the words of the one before and some new ones: only the phrases and the sides that a new stem
touches can fit it better, so only those are looked at. What comes out is, to the last bit, what comparing each window
from scratch gives: weights are added in the order of the window's words, and of phrases that fit alike the first wins.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from tools.graders.phrases import PhraseIndex
from tools.graders.windows import Window

BREADTH = 0.15
SAID_OTHERWISE = 0.5  # what a stem of the other polarity counts in the plain figure
LEAST_SHARED = 2  # one word alone, "x" say, states nothing
UNTOUCHED = -math.inf


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


class Growing:
    """The windows that begin at one segment; they improve the match of each side and the recall of each phrase."""

    def __init__(self, index: PhraseIndex, matches: Sequence[Match], recalls: list[float]) -> None:
        self._index = index
        self._matches = matches
        self._best = recalls  # of each phrase in all windows of the answer; the lists below are of this window
        self._begin()

    def _begin(self) -> None:
        phrases, sides = len(self._index.phrases), len(self._index.sides)
        self._words: dict[str, bool] = {}
        self._agreeing = [0.0] * phrases  # the weight that a phrase shares with the window, said the same way
        self._opposing = [0.0] * phrases  # and the other way round
        self._recalls = [UNTOUCHED] * phrases
        self._top = [UNTOUCHED] * sides  # the highest recall of a side
        self._first = [phrases] * sides  # the first phrase that has it
        self._loud = [0.0] * sides  # the highest recall in which polarity counts half
        self._shares: list[list[float]] = [[] for _ in range(sides)]  # of each shared stem in a side's breadth
        self._plain_shares: list[list[float]] = [[] for _ in range(sides)]

    def compare(self, window: Window) -> None:
        """Take in the next window: the one before, grown."""
        if not self._words.items() <= window.words.items():  # a stem that was denied is asserted now
            self._begin()
        phrases, sides = self._add(islice(window.words.items(), len(self._words), None))
        self._words = window.words
        for side in self._weigh(phrases):
            self._find_top(side)
        damping = 4 + 0.3 * len(window.words)
        for side in sides:
            match, shared = self._matches[side], self._plain_shares[side]
            if len(shared) >= LEAST_SHARED:
                plain = self._loud[side] + BREADTH * math.fsum(shared) / damping
                if plain > match.plain:
                    match.plain, match.place = plain, window
            shared = self._shares[side]
            if len(shared) >= LEAST_SHARED:
                value = self._top[side] + BREADTH * math.fsum(shared) / damping
                if value > match.value:
                    match.value, match.window, match.phrase = value, window, self._first[side]

    def _add(self, new: Iterable[tuple[str, bool]]) -> tuple[set[int], set[int]]:
        """Add what the new words weigh; return the phrases and the sides that use them."""
        agreeing, opposing, weights, find = self._agreeing, self._opposing, self._index.weight, self._index.use
        shares, plain_shares = self._shares, self._plain_shares
        phrases: set[int] = set()
        sides: set[int] = set()
        for word in new:
            if (use := find(word)) is None:
                continue
            weight = weights[word[0]]
            for phrase in use.agreeing:
                agreeing[phrase] += weight
            for phrase in use.opposing:
                opposing[phrase] += weight
            for side, share in use.shares:
                shares[side].append(share)
            for side, share in use.plain_shares:
                plain_shares[side].append(share)
            phrases.update(use.agreeing, use.opposing)
            sides.update(use.sides)
        return phrases, sides

    def _weigh(self, phrases: Iterable[int]) -> set[int]:
        """Note the recall of these phrases; what is left to be found anew is the top of the sides returned."""
        index, agreeing, opposing, recalls, best = (
            self._index,
            self._agreeing,
            self._opposing,
            self._recalls,
            self._best,
        )
        total, side_of, top, first, loud = index.total, index.side_of, self._top, self._first, self._loud
        fallen: set[int] = set()
        for phrase in phrases:
            side, against = side_of[phrase], opposing[phrase]
            recall = loudness = agreeing[phrase] / total[phrase]
            if against:
                recall = (agreeing[phrase] - against) / total[phrase]
                loudness = (agreeing[phrase] + SAID_OTHERWISE * against) / total[phrase]
            recalls[phrase] = recall
            if recall > best[phrase]:  # noqa: PLR1730 - `max` takes twice as long, here some thousand times an answer
                best[phrase] = recall
            if loudness > loud[side]:  # noqa: PLR1730
                loud[side] = loudness
            if recall > top[side] or (recall == top[side] and phrase < first[side]):
                top[side], first[side] = recall, phrase
            elif phrase == first[side] and recall < top[side]:
                fallen.add(side)
        return fallen

    def _find_top(self, side: int) -> None:
        place = self._index.places[side]
        self._top[side] = max(self._recalls[place])
        self._first[side] = self._recalls.index(self._top[side], place.start)
