"""Graders that understand nothing: what a real one has to beat for its figures to mean something."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tools.agreement import Labelled, agreement
from tools.bank import Bank
from tools.counts import CLASSES
from tools.grade_answer import Grader
from tools.question import Lang, Question
from tools.rubric import score
from transcripts.events import Json
from transcripts.grade import Grade, GraderId, KeyPointLine, MistakeLine, MistakeVerdict

ENOUGH = 0.5  # the share of a line's words that must occur in the answer; fixed, not fitted to any labels


class Majority:
    """Gives every line the same verdict, whatever the answer says."""

    id = GraderId(name="majority", version="1")

    def __init__(self, mistake: MistakeVerdict, *, covered: bool) -> None:
        self.mistake: MistakeVerdict = mistake
        self.covered = covered

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:  # noqa: ARG002 - the protocol's
        """Grade one answer; it is not read."""
        covered = [self.covered] * len(question.rubric_points())
        return _grade(question, covered, [self.mistake] * len(question.mistakes), self.id, lang)


class Overlap:
    """Counts shared words: a line was said when half of its words occur in the answer, in either language."""

    id = GraderId(name="overlap", version="1")

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer."""
        said = _words(answer)
        wordings = (question.wording("en"), question.wording("ru"))
        covered = [
            max(_share(text, said) for text in texts) >= ENOUGH
            for texts in zip(*(wording.key_points for wording in wordings), strict=True)
        ]
        verdicts = []
        for n in range(len(question.mistakes)):
            wrong = max(_share(wording.mistakes[n], said) for wording in wordings)
            right = max(_share(wording.contraries.get(f"m{n + 1}", ""), said) for wording in wordings)
            verdicts.append(_mistake(wrong, right))
        return _grade(question, covered, verdicts, self.id, lang)


def baselines(items: Sequence[Labelled], bank: Bank) -> Json:
    """The figures of each baseline, over the answers that the grader itself graded."""
    graders: tuple[Grader, ...] = (majority(items), Overlap())
    return {
        grader.id.name: agreement([
            replace(item, grade=grader.grade(bank.get(item.question), item.answer, "en"))
            for item in items
            if item.graded
        ])
        for grader in graders
    }  # fmt: skip


def majority(items: Sequence[Labelled]) -> Majority:
    """The grader that gives the most frequent labels of the file; of equally frequent ones the first of CLASSES."""
    mistakes = Counter(label for item in items for label in item.mistakes)
    key_points = Counter(label for item in items for label in item.key_points or ())
    return Majority(max(CLASSES, key=lambda name: mistakes[name]), covered=key_points[True] > key_points[False])


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _share(line: str, said: frozenset[str]) -> float:
    words = _words(line)
    return len(words & said) / max(len(words), 1)


def _mistake(wrong: float, right: float) -> MistakeVerdict:
    if wrong >= ENOUGH and wrong > right:
        return "committed"
    return "avoided" if right >= ENOUGH else "not_addressed"


def _grade(
    question: Question, covered: Sequence[bool], verdicts: Sequence[MistakeVerdict], grader: GraderId, lang: Lang
) -> Grade:
    """A grade by the formula of the score; without quotes, since nothing was read."""
    points = [
        KeyPointLine(id=f"kp{n}", text=text, verdict="covered" if is_covered else "missing")
        for n, (text, is_covered) in enumerate(zip(question.rubric_points(), covered, strict=True), 1)
    ]
    mistakes = [
        MistakeLine(id=f"m{n}", text=mistake.text, verdict=verdict)
        for n, (mistake, verdict) in enumerate(zip(question.mistakes, verdicts, strict=True), 1)
    ]
    return Grade(question=question.id, status="graded", score=score(points, mistakes), key_points=points,
                 mistakes=mistakes, grader=grader, answer_lang=lang)  # fmt: skip
