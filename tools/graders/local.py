"""The grader without a model: compares what was said with what candidates say when they mean a rubric line.

For each rubric line the bank has phrases in both languages. A clause of the answer resembles a line as much as

    resemblance = max over phrases(weight of the shared stems / weight of the phrase's stems)
                + 0.15 * weight of the clause's stems that any phrase of the line has / (4 + 0.3 * stems in the clause)

where a stem weighs log(1 + lines / lines that have it): a word that every line of the question uses says little.
Words of the prompt weigh 0.4 of that. A negation on one side only costs 0.3 of the first term. Mistakes are
decided between two such figures, the mistake's and its contrary's. It is a reader of words, not of meaning:
where the figures are too close, the verdict is `unsure`. A long answer of which less than 0.45 of the stems occur in
the rubric's phrases answers another question: nothing in it counts.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.graders.evidence import addressed_to_grader, cut_quote
from tools.graders.text import Clause, clauses, is_russian, tokens
from tools.question import Lang, Question
from tools.rubric import RubricLine, key_point_lines, mistake_lines, score
from transcripts.grade import Grade, GraderId, KeyPointLine, KeyPointVerdict, MistakeLine, MistakeVerdict

COVERED = 0.36  # from here on a line counts as said
UNSURE = 0.31  # from here on it may have been said
MARGIN = 0.10  # by so much the mistake must outdo its contrary
SUBSTANCE = 0.30  # mean resemblance to the key points of an answer that goes through the topic
PROMPT_WEIGHT = 0.4
NEGATION_WEIGHT = 0.7
BREADTH = 0.15
ON_TOPIC = 0.45  # an answer to this question has 0.8 of its stems in the rubric's phrases, one to another 0.3
ENOUGH_STEMS = 12
MIN_SHARED = 2  # one word alone, "x" say, states nothing
MIN_PHRASE_WEIGHT = 6.0  # a phrase of one or two words must not be matched by one of them

_NEGATION = re.compile(
    r"\b(?:not|no|never|nothing|none|nobody|neither|nor|cannot|without|\w+n['’]t"
    r"|не|нет|без|ни|никогда|нельзя|ничего|никак\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Window:
    """One clause of the answer, or two neighbours taken together."""

    start: int
    end: int
    stems: frozenset[str]
    negated: bool


@dataclass(frozen=True)
class Match:
    """How far a rubric line was said, and where."""

    value: float = 0.0
    window: Window | None = None


class _Phrases:
    """The phrases of one side of a rubric line, as weighted stems."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.phrases = [(_stems(text), bool(_NEGATION.search(text))) for text in texts]
        self.breadth = Counter(stem for stems, _ in self.phrases for stem in stems)

    def match(self, windows: Sequence[Window], weight: dict[str, float]) -> Match:
        """The window that resembles this line most."""
        totals = [max(math.fsum(weight[s] for s in stems), MIN_PHRASE_WEIGHT) for stems, _ in self.phrases]
        best = Match()
        for window in windows:
            if len(window.stems & self.breadth.keys()) < MIN_SHARED:
                continue
            value = max((self._recall(n, window, weight) / total for n, total in enumerate(totals)), default=0.0)
            shared = math.fsum(weight[s] * math.sqrt(self.breadth[s]) for s in window.stems & self.breadth.keys())
            value += BREADTH * shared / (4 + 0.3 * len(window.stems))
            if value > best.value:
                best = Match(value, window)
        return best

    def _recall(self, n: int, window: Window, weight: dict[str, float]) -> float:
        stems, negated = self.phrases[n]
        shared = math.fsum(weight[s] for s in stems & window.stems)
        return shared * (1.0 if negated == window.negated else NEGATION_WEIGHT)


class LocalGrader:
    """Grades with no model and no network; the same answer gets the same grade everywhere.

    Hence the use of fsum: the order of a set differs from run to run, and with it the last bit of a plain sum.
    """

    id = GraderId(name="local", version="1")

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer against the question's rubric; texts of the rubric in `lang`."""
        points, mistakes = key_point_lines(question, lang), mistake_lines(question, lang)
        sides = {line.id: _Phrases(line.said) for line in (*points, *mistakes)}
        sides |= {f"{line.id} contrary": _Phrases(line.contrary) for line in mistakes}
        sides |= {f"{line.id} area": _Phrases(line.area) for line in mistakes if line.area}
        weight = _weights(question, sides)
        windows = _windows(question, answer)
        if question.phrases and _share_on_topic(windows, weight) < ON_TOPIC:
            windows = []
        found = {name: side.match(windows, weight) for name, side in sides.items()}
        wrong = _wrong_matches(mistakes, found)
        for line in points:  # a clause that rather states a mistake proves no point: look elsewhere
            if any(_overlap(found[line.id].window, bad.window) and bad.value > found[line.id].value for bad in wrong):
                elsewhere = [w for w in windows if not any(_overlap(w, bad.window) for bad in wrong)]
                found[line.id] = sides[line.id].match(elsewhere, weight)
        key_point_verdicts = [_key_point(line, found[line.id], answer) for line in points]
        mistake_verdicts = [_mistake(line, points, found, answer) for line in mistakes]
        return Grade(
            question=question.id,
            status="graded",
            score=score(key_point_verdicts, mistake_verdicts),
            key_points=key_point_verdicts,
            mistakes=mistake_verdicts,
            tips=question.wording(lang).tips,
            grader=self.id,
            answer_lang="ru" if is_russian(answer) else "en",
        )


def _stems(text: str) -> frozenset[str]:
    return frozenset(token.stem for token in tokens(text) if not token.stop)


def _prompt_stems(question: Question) -> frozenset[str]:
    return _stems(f"{question.prompt} {question.en.prompt} {question.ru.prompt}")


def _weights(question: Question, sides: dict[str, _Phrases]) -> dict[str, float]:
    """A weight per stem; source of the formula: inverse document frequency, the documents being the lines."""
    lines_with = Counter(stem for side in sides.values() for stem in side.breadth)
    prompt = _prompt_stems(question)
    return {
        stem: math.log(1 + len(sides) / count) * (PROMPT_WEIGHT if stem in prompt else 1.0)
        for stem, count in lines_with.items()
    }


def _windows(question: Question, answer: str) -> list[Window]:
    """The clauses that count, and each two neighbours together.

    Repeating the prompt or addressing the grader is no answer.
    """
    prompt = _prompt_stems(question)
    kept = [
        clause
        for clause in clauses(answer)
        if not clause.stems <= prompt and not addressed_to_grader(answer[clause.start : clause.end])
    ]
    return [_window(answer, clause) for clause in kept] + [_window(answer, *pair) for pair in pairwise(kept)]


def _share_on_topic(windows: Sequence[Window], weight: dict[str, float]) -> float:
    """The share of the answer's stems that the rubric knows; 1 for a few words, which are no measure."""
    said = frozenset().union(*(window.stems for window in windows))
    return len(said & weight.keys()) / len(said) if len(said) >= ENOUGH_STEMS else 1.0


def _window(answer: str, *parts: Clause) -> Window:
    stems = frozenset().union(*(part.stems for part in parts))
    negated = any(_NEGATION.search(answer[part.start : part.end]) for part in parts)
    return Window(parts[0].start, parts[-1].end, stems, negated)


def _wrong_matches(mistakes: Sequence[RubricLine], found: dict[str, Match]) -> list[Match]:
    """Where a mistake of the stating kind was made."""
    judged = [_commission(found[m.id], found[f"{m.id} contrary"]) for m in mistakes if m.kind != "omission"]
    return [match for verdict, match in judged if verdict == "committed"]


def _overlap(a: Window | None, b: Window | None) -> bool:
    return bool(a and b and a.start < b.end and b.start < a.end)


def _quote(match: Match, answer: str) -> str | None:
    return cut_quote(answer, match.window.start, match.window.end) if match.window else None


def _key_point(line: RubricLine, match: Match, answer: str) -> KeyPointLine:
    verdict: KeyPointVerdict = "missing"
    if match.value >= COVERED:
        verdict = "covered"
    elif match.value >= UNSURE:
        verdict = "unsure"
    quote = None if verdict == "missing" else _quote(match, answer)
    return KeyPointLine(id=line.id, text=line.text, verdict=verdict, quote=quote)


def _mistake(line: RubricLine, points: list[RubricLine], found: dict[str, Match], answer: str) -> MistakeLine:
    said, right = found[line.id], found[f"{line.id} contrary"]
    if line.kind == "omission":
        covering = [right, *(found[kp] for kp in line.key_points)]
        mean = sum(found[point.id].value for point in points) / len(points)
        verdict, match = _omission(said, max(covering, key=_value), found.get(f"{line.id} area", Match()), mean)
    else:
        verdict, match = _commission(said, right)
    quote = None if verdict == "not_addressed" else _quote(match, answer)
    return MistakeLine(id=line.id, text=line.text, verdict=verdict, quote=quote)


def _value(match: Match) -> float:
    return match.value


def _commission(said: Match, right: Match) -> tuple[MistakeVerdict, Match]:
    if max(said.value, right.value) < COVERED:
        return "not_addressed", said
    if said.value - right.value >= MARGIN:
        return "committed", said
    if right.value >= said.value:
        return "avoided", right
    return "unsure", said


def _omission(said: Match, right: Match, area: Match, mean: float) -> tuple[MistakeVerdict, Match]:
    if right.value >= COVERED:
        return ("unsure", said) if said.value - right.value >= MARGIN else ("avoided", right)
    if said.value >= COVERED and said.value - right.value >= MARGIN:
        return "committed", said
    if area.value >= COVERED and mean >= SUBSTANCE:
        return "committed", area
    return "not_addressed", area
