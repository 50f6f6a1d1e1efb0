"""Which question comes next. Pure and seeded: the same seed and the same interview give the same choices."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tools.question import Question


@dataclass(frozen=True)
class Choice:
    """The question chosen, and why, in a word that the catalogues know."""

    question: Question
    reason: str


class Planner:
    """Chooses among `questions`. With `fixed`, exactly these in their order; otherwise by wish, variety and chance."""

    def __init__(self, questions: Sequence[Question], seed: int, *, fixed: bool = False) -> None:
        self._questions = list(questions)
        self._fixed = fixed
        if not fixed:
            random.Random(seed).shuffle(self._questions)

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
