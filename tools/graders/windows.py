"""An answer as overlapping windows: runs of neighbouring clauses, the stretches in which a statement may stand."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.graders.evidence import address_to_grader
from tools.graders.scope import polarities
from tools.graders.text import Token, tokens

LONGEST_SEGMENT = 10  # words of meaning: dictated text has no punctuation
LONGEST_WINDOW = 26
MOST_SEGMENTS = 5

_SENTENCE_END = re.compile(r"[.!?…;](?=\s|$)|\n")
_CLAUSE_END = re.compile(
    r"[,:()—–→]|->|=>|\s-\s|\b(?:but|because|so|then|which|and|if|но|а|и|потому|поэтому|чтобы|если)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Window:
    """One clause of the answer, or several neighbours taken together; each stem with its polarity, once."""

    start: int
    end: int
    words: dict[str, bool]


@dataclass
class Segment:
    """The smallest stretch: a clause, or ten words where there is no punctuation."""

    start: int
    end: int
    words: list[tuple[str, bool]]  # stem, asserted
    first: bool  # of its sentence


def segments(text: str, translate: Callable[[Sequence[Token]], list[Token]] = list) -> list[Segment]:
    """The clauses of a text that say something, in order; `translate` puts its words into the rubric's."""
    words = [token for token in translate(tokens(text)) if not token.stop]
    asserted = polarities(text, [(word.start, word.end) for word in words])
    sentences = _sentence_ends(text)
    result: list[Segment] = []
    sentence, previous_end = -1, 0
    for word, polarity in zip(words, asserted, strict=True):
        number = bisect_right(sentences, word.start)
        first = number != sentence
        if first or len(result[-1].words) >= LONGEST_SEGMENT or _ends_clause(text[previous_end : word.start]):
            result.append(Segment(word.start, word.end, [], first))
        result[-1].words.append((word.stem, polarity))
        result[-1].end = max(result[-1].end, word.end)
        sentence, previous_end = number, word.end
    return result


def _ends_clause(between: str) -> bool:
    """Whether a clause ends in what stands between two words; mostly that is one space."""
    return between != " " and _CLAUSE_END.search(between) is not None


def _sentence_ends(text: str) -> list[int]:
    return [match.end() for match in _SENTENCE_END.finditer(text)]


def windows(parts: Sequence[Segment], begin: int) -> Iterator[Window]:
    """The runs of at most five segments and 26 words that begin at one and cross at most one sentence end.

    Each has the words of the one before, in the same order, and then its own.
    """
    words: dict[str, bool] = {}
    crossed = 0
    for end in range(begin, min(begin + MOST_SEGMENTS, len(parts))):
        crossed += end > begin and parts[end].first
        if crossed > 1 or (end > begin and len(words) + len(parts[end].words) > LONGEST_WINDOW):
            break
        for stem, asserted in parts[end].words:
            words[stem] = words.get(stem, False) or asserted
        yield Window(parts[begin].start, parts[end].end, dict(words))


def without_asides(text: str, parts: Sequence[Segment]) -> list[Segment]:
    """The parts that do not address the grader: where one begins to, the rest of its sentence goes with it."""
    bounds = [0, *_sentence_ends(text), len(text)]
    asides = [
        (start + at, end) for start, end in pairwise(bounds) if (at := address_to_grader(text[start:end])) is not None
    ]
    ends = [end for _, end in asides]
    kept = []
    for part in parts:
        place = bisect_right(ends, part.start)
        if place == len(asides) or part.end <= asides[place][0]:
            kept.append(part)
    return kept
