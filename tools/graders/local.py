"""The grader without a model: compares what was said with what candidates say when they mean a rubric line.

The steps: phrases of the rubric and windows of the answer (phrases.py, windows.py), how far each line was said and
where (align.py), a few figures per line (features.py), what these are worth (calibration.py). Where the
probabilities do not decide, the verdict is `unsure`. In an answer to another question, and in a mere list of words,
nothing counts.
"""

from collections import OrderedDict

from tools.graders.align import ENOUGH_STEMS, Alignment
from tools.graders.calibration import (
    Kind,
    Weights,
    covered_probability,
    fitted_weights,
    mistake_probabilities,
    topic_probability,
)
from tools.graders.evidence import cut_quote
from tools.graders.features import NOTHING, Reader, area_of, contrary_of
from tools.graders.text import is_russian, is_word_list
from tools.graders.windows import Window
from tools.question import Lang, Question
from tools.rubric import RubricLine, key_point_lines, mistake_lines, score
from transcripts.grade import Grade, GraderId, KeyPointLine, KeyPointVerdict, MistakeLine, MistakeVerdict

COVERED = 0.4  # from this probability on a key point counts as said
PERHAPS = 0.3  # from this one on it may have been said
ACCUSED = 0.5  # a mistake is not alleged below this probability
# From this probability on an answer is taken for one to the question; below, its lines count less.
BELIEVED: dict[Kind, float] = {"phrases": 0.5, "bare": 0.8}
READERS_KEPT = 32


class LocalGrader:
    """Grades with no model and no network; the same answer gets the same grade everywhere.

    `weights` are those that come with razbor, unless others are to be measured.
    """

    id = GraderId(name="local", version="2")

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights
        self._readers: OrderedDict[tuple[str, Lang], tuple[Question, Reader]] = OrderedDict()

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer against the question's rubric; texts of the rubric in `lang`."""
        reader = self._reader(question, lang)
        found = reader.read(answer)
        points, mistakes = self._verdicts(reader, found, "phrases" if question.phrases else "bare", answer)
        return Grade(
            question=question.id,
            status="graded",
            score=score(points, mistakes),
            key_points=points,
            mistakes=mistakes,
            tips=question.wording(lang).tips,
            grader=self.id,
            answer_lang="ru" if is_russian(answer) else "en",
        )

    def _verdicts(
        self, reader: Reader, found: Alignment, kind: Kind, answer: str
    ) -> tuple[list[KeyPointLine], list[MistakeLine]]:
        weights = self._weights or fitted_weights()
        belief = 0.0 if is_word_list(answer) else _belief(reader, found, kind, weights)
        covered = {
            p.id: belief * covered_probability(weights, kind, reader.key_point(found, p)) for p in reader.key_points
        }
        chances = {}
        for line in reader.mistakes if belief == 1 else ():
            chances[line.id] = mistake_probabilities(weights, kind, reader.mistake(found, line, covered))
        points = [_key_point(line, found, covered[line.id], answer) for line in reader.key_points]
        return points, [_mistake(m, found, chances.get(m.id, {}), covered, answer) for m in reader.mistakes]

    def _reader(self, question: Question, lang: Lang) -> Reader:
        """The reader of a question, the latest few kept: making one takes longer than grading."""
        key = (question.id, lang)
        kept = self._readers.get(key)
        if kept is None or kept[0] is not question:
            prompt = f"{question.prompt} {question.en.prompt} {question.ru.prompt}"
            kept = question, Reader(key_point_lines(question, lang), mistake_lines(question, lang), prompt)
        self._readers[key] = kept
        self._readers.move_to_end(key)
        if len(self._readers) > READERS_KEPT:
            self._readers.popitem(last=False)
        return kept[1]


def _belief(reader: Reader, found: Alignment, kind: Kind, weights: Weights) -> float:
    """How far to believe that this question is answered at all (0 to 1); a few words are no measure of it."""
    if found.stems < ENOUGH_STEMS:
        return 1.0
    return min(1.0, topic_probability(weights, kind, reader.topic(found)) / BELIEVED[kind])


def _key_point(line: RubricLine, found: Alignment, chance: float, answer: str) -> KeyPointLine:
    verdict: KeyPointVerdict = "missing"
    if chance >= COVERED:
        verdict = "covered"
    elif chance >= PERHAPS:
        verdict = "unsure"
    window = found.matches[line.id].window if verdict != "missing" else None
    if window is None:
        return KeyPointLine(id=line.id, text=line.text, verdict="missing")
    return KeyPointLine(id=line.id, text=line.text, verdict=verdict, quote=cut_quote(answer, window.start, window.end))


def _mistake(
    line: RubricLine, found: Alignment, chances: dict[MistakeVerdict, float], covered: dict[str, float], answer: str
) -> MistakeLine:
    verdict: MistakeVerdict = max(chances, key=lambda name: chances[name]) if chances else "not_addressed"
    if verdict == "committed" and chances["committed"] < ACCUSED:
        verdict = "unsure"
    window = _evidence(line, found, verdict, covered)
    if window is None:  # no verdict without the candidate's own words
        return MistakeLine(id=line.id, text=line.text, verdict="not_addressed")
    return MistakeLine(id=line.id, text=line.text, verdict=verdict, quote=cut_quote(answer, window.start, window.end))


def _evidence(line: RubricLine, found: Alignment, verdict: str, covered: dict[str, float]) -> Window | None:
    """Where the answer shows what the verdict says."""
    if verdict == "not_addressed":
        return None
    said, right = found.matches[line.id], found.matches.get(contrary_of(line.id), NOTHING)
    if verdict == "avoided":
        points = sorted(line.key_points, key=lambda point: -covered[point])
        places = [right.place, *(found.matches[point].window for point in points), said.place]
    else:
        area = found.matches.get(area_of(line.id), NOTHING)
        places = [said.place, area.place] if said.plain >= area.plain else [area.place, said.place]
    return next((place for place in places if place), None)
