"""Which question comes next. Pure and seeded: the same seed and the same interview give the same choices."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tools.question import Question


@dataclass(frozen=True)
class Choice:
    """The question chosen, and why, in a word that the catalogues know."""

    question: Question
    reason: str


class Choose(Protocol):
    """How the next question is chosen: not among the `asked` ids, by what the model wishes."""

    def __call__(self, asked: Sequence[str], topic: str = "", level: str = "any") -> Choice: ...


def draw(questions: Sequence[Question], seed: int) -> list[Question]:
    """The questions in an order of chance, the same for the same seed."""
    drawn = list(questions)
    random.Random(seed).shuffle(drawn)
    return drawn


class Planner:
    """Chooses among `questions`. With `fixed`, exactly these; otherwise by wish and variety; always in their order."""

    def __init__(self, questions: Sequence[Question], *, fixed: bool = False) -> None:
        self._questions = list(questions)
        self._fixed = fixed

    def choose(self, asked: Sequence[str], topic: str = "", level: str = "any") -> Choice:
        """The next question that is not among the `asked` ids; there must be one left."""
        left = [question for question in self._questions if question.id not in asked]
        if self._fixed:
            return Choice(left[0], "fixed")
        wished = [q for q in left if (not topic or q.topic == topic) and level in ("any", q.level)]
        if wished and (topic or level != "any"):
            return Choice(wished[0], "wish")
        seen = {question.topic for question in self._questions if question.id in asked}
        fresh = [question for question in left if question.topic not in seen]
        return Choice((fresh or left)[0], "variety" if fresh else "order")
