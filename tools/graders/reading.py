"""An answer read against a question's rubric: how probable each line is, and where it stands."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

from tools.graders.align import ENOUGH_STEMS, Alignment
from tools.graders.calibration import (
    Kind,
    Weights,
    covered_probability,
    fitted_weights,
    mistake_probabilities,
    topic_probability,
)
from tools.graders.features import Reader
from tools.graders.text import is_word_list
from tools.question import Lang, Question
from tools.rubric import key_point_lines, mistake_lines
from transcripts.grade import MistakeVerdict

# From this probability on an answer is taken for one to the question; below, its lines count less.
BELIEVED: dict[Kind, float] = {"phrases": 0.5, "bare": 0.8}
READERS_KEPT = 32
LONGEST_KEPT = 5_000  # characters of an answer that may come again, as when transcripts are verified


@dataclass(frozen=True)
class Reading:
    """What was found. `covered` has a probability per key point, `chances` those of each verdict per mistake.

    In an answer to another question, and in a mere list of words, nothing is probable and no mistake has chances.
    """

    kind: Kind
    reader: Reader
    found: Alignment
    covered: dict[str, float]
    chances: dict[str, dict[MistakeVerdict, float]]


_kept: OrderedDict[tuple[str, Lang], tuple[Question, Reader]] = OrderedDict()
_keeping = threading.Lock()


class Readers:
    """Reads answers; what was prepared of the latest questions is kept, since that takes longer than reading."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights

    def read(self, question: Question, answer: str, lang: Lang) -> Reading:
        """Find every rubric line in an answer; the lines' texts in `lang`."""
        weights, reader = self._weights or fitted_weights(), _reader(question, lang)
        kind: Kind = "phrases" if question.phrases else "bare"
        found = _found(reader, answer) if len(answer) <= LONGEST_KEPT else reader.read(answer)
        belief = 0.0 if is_word_list(answer) else _belief(reader, found, kind, weights)
        covered = {}
        for point in reader.key_points:
            covered[point.id] = belief * covered_probability(weights, kind, reader.key_point(found, point))
        chances = {}
        for line in reader.mistakes if belief == 1 else ():
            chances[line.id] = mistake_probabilities(weights, kind, reader.mistake(found, line, covered))
        return Reading(kind, reader, found, covered, chances)


@lru_cache(maxsize=128)
def _found(reader: Reader, answer: str) -> Alignment:
    return reader.read(answer)


def _reader(question: Question, lang: Lang) -> Reader:
    key = (question.id, lang)
    with _keeping:
        kept = _kept.get(key)
        if kept is None or kept[0] != question:
            prompt = f"{question.prompt} {question.en.prompt} {question.ru.prompt}"
            kept = question, Reader(key_point_lines(question, lang), mistake_lines(question, lang), prompt)
        _kept[key] = kept
        _kept.move_to_end(key)
        if len(_kept) > READERS_KEPT:
            _kept.popitem(last=False)
    return kept[1]


def _belief(reader: Reader, found: Alignment, kind: Kind, weights: Weights) -> float:
    """How far to believe that this question is answered at all (0 to 1); a few words are no measure of it."""
    if found.stems < ENOUGH_STEMS:
        return 1.0
    return min(1.0, topic_probability(weights, kind, reader.topic(found)) / BELIEVED[kind])
