"""How good a judge is, measured on labelled answers that come with razbor and that no grader has learned from."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tools.bank import load
from tools.grade_answer import Grader
from tools.labels import Label
from transcripts.events import Json
from transcripts.grade import Grade

FIRST = 8  # answers of the entrance check: one to each question
SILENT = 2  # answers on end without a grade
BY_CHANCE = 0.1  # a judge beats the local grader if luck alone would do so more rarely


@dataclass(frozen=True)
class Standing:
    """How a judge did beside the local grader: lines it was right on, of all; `unsure` counts as wrong."""

    answers: int
    lines: int
    right: int
    local_right: int
    better: bool
    seconds: float
    complete: bool

    def measured(self) -> Json:
        """What goes into a grade."""
        return {"answers": self.answers, "lines": self.lines, "right": self.right, "local_right": self.local_right}


@cache
def entrance_answers() -> list[Label]:
    """The 24 answers, the eight of the entrance check first."""
    text = (files("tools.graders") / "entrance.jsonl").read_text("utf-8")
    return [Label.model_validate_json(line) for line in text.splitlines()]


def measure(judge: Grader, local: Grader, answers: Sequence[Label], progress: Callable[[int], None],
            seconds: float = math.inf) -> Standing:  # fmt: skip
    """Let both grade, as long as there is time; a judge that takes longer has not shown anything.

    Where time is limited, a judge that gives no grade for two answers on end is not asked for a third.
    """
    bank, begin = load(), time.monotonic()
    mine: list[bool] = []
    theirs: list[bool] = []
    done = silent = 0
    for answer in answers:
        progress(done)
        question = bank.get(answer.question)
        grade = judge.grade(question, answer.answer, "en")
        mine += right_lines(grade, answer)
        theirs += right_lines(local.grade(question, answer.answer, "en"), answer)
        done, silent = done + 1, silent + 1 if grade.status == "ungraded" else 0
        if time.monotonic() - begin > seconds or (silent == SILENT and seconds < math.inf):
            break
    complete = done == len(answers)
    better = complete and by_chance(mine, theirs) <= BY_CHANCE
    spent = round(time.monotonic() - begin, 1)
    return Standing(done, len(mine), sum(mine), sum(theirs), better, spent, complete)


def right_lines(grade: Grade, answer: Label) -> list[bool]:
    """Line by line, whether a grade says what the label says; without a grade nothing is right."""
    labels = answer.key_points or []
    if grade.status != "graded":
        return [False] * (len(labels) + len(answer.mistakes))
    points = [
        line.verdict == ("covered" if label else "missing")
        for line, label in zip(grade.key_points, labels, strict=True)
    ]
    mistakes = [line.verdict == label for line, label in zip(grade.mistakes, answer.mistakes, strict=True)]
    return points + mistakes


def by_chance(mine: Sequence[bool], theirs: Sequence[bool]) -> float:
    """How probable it is to be ahead so far by luck: one-sided sign test over the lines where one alone is right."""
    wins = sum(a and not b for a, b in zip(mine, theirs, strict=True))
    losses = sum(b and not a for a, b in zip(mine, theirs, strict=True))
    ways = sum(math.comb(wins + losses, n) for n in range(wins, wins + losses + 1))
    return float(ways / 2 ** (wins + losses))
