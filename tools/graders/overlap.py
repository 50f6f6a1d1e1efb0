"""What a statement and a stretch of an answer have in common, as four shares of weight."""

import math
from collections.abc import Callable, Collection, Iterable


def overlap_features(
    statement: Collection[str], said: Collection[str], prompt: Collection[str], weigh: Callable[[str], float]
) -> dict[str, float]:
    """Recall and precision of the statement's stems, of all and of those that the prompt has not given away."""
    new_statement, new_said = [s for s in statement if s not in prompt], [s for s in said if s not in prompt]

    def weight(stems: Iterable[str]) -> float:
        return math.fsum(map(weigh, stems))

    def share(part: Collection[str], whole: Collection[str]) -> float:
        return weight(stem for stem in whole if stem in part) / weight(whole) if whole else 0.0

    return {
        "recall": share(said, statement),
        "precision": share(statement, said),
        "new_recall": share(said, new_statement),
        "new_precision": share(statement, new_said),
    }
