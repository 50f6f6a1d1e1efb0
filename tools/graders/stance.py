"""Whether a stretch of an answer speaks for a statement or for its contrary, whatever words the two share."""

import math
from collections import Counter
from collections.abc import Mapping

from tools.graders.windows import Window

DAMPING = 3.0
PRIOR = 0.5

Odds = Mapping[tuple[str, bool], float]  # (stem, asserted) -> log odds


def log_odds(said: Counter[tuple[str, bool]], contrary: Counter[tuple[str, bool]], sizes: tuple[int, int]) -> Odds:
    """Per word log(P(word | said) / P(word | contrary)), the shares of phrases that use it, smoothed by a half.

    Naive Bayes over words with their polarity; Manning, Raghavan & Schütze 2008, chapter 13.
    """
    return {
        word: math.log((said[word] + PRIOR) / (sizes[0] + 2 * PRIOR))
        - math.log((contrary[word] + PRIOR) / (sizes[1] + 2 * PRIOR))
        for word in said.keys() | contrary.keys()
    }


def stance(odds: Odds, window: Window | None) -> float:
    """Above 0 for the statement, below for its contrary: the sum of the log odds, damped by the window's length."""
    if window is None:
        return 0.0
    total = math.fsum(odds.get(word, 0.0) for word in window.words.items())
    return total / (DAMPING + math.sqrt(len(window.words)))
