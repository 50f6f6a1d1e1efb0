"""Which question comes next. Pure and seeded: the same seed, past and interview give the same choices.

What a question is worth is what its score would tell about the candidate (see `ability`), most of all about topics
that may be the weakest, and more where a review is due. What is new has its turn after each review: where there is more
to review than time, reviews alone would leave most of a bank unseen. No question is asked twice in an interview.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tools.ability import Ability, unknown
from tools.question import Question
from transcripts.events import Json

HAND = 500  # questions that one interview draws from, at most: a choice takes no longer in a larger bank
DUE = 1.0  # nats that an overdue review is worth, about those of three answers on a topic
SAME_TOPIC = 0.5  # what is left of a question's worth where the one before it was on the same topic
MINUTES = {"junior": 3.0, "middle": 4.0, "senior": 6.0}  # what a question takes with its follow-up; by level
TOO_LONG = 0.25  # what is left of its worth where that is more than there is
SURE = 0.25  # probability of being the weakest topic from which on that is the reason to come back to it


class Head(Protocol):
    """What the planner knows of a question."""

    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def level(self) -> str | None: ...


H = TypeVar("H", bound=Head)


@dataclass(frozen=True)
class Tried:
    """A question of this interview and its score, 0 to 10; None: there is none, or it must not steer the choice."""

    question: Head
    score: float | None = None


@dataclass(frozen=True)
class Wish:
    """What the model asks for: a topic by name or in words, a level; and the minutes that are left."""

    topic: str = ""
    level: str = "any"
    minutes: float | None = None


@dataclass(frozen=True)
class Choice:
    """The question chosen; why, in a word that the catalogues know; and the figures behind it."""

    question: Question
    reason: str
    why: Json = field(default_factory=dict)


class Choose(Protocol):
    """How the next question is chosen: not one of the `tried`."""

    def __call__(self, tried: Sequence[Tried], wish: Wish) -> Choice: ...


@dataclass(frozen=True)
class Past:
    """What is remembered of the candidate. `due`: how likely each question due for review is forgotten, 0 to 1.

    `known`: the questions that were ever practised.
    """

    ability: Ability | None = None
    due: Mapping[str, float] = field(default_factory=dict)
    committed: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (question, mistake): how many times
    known: Collection[str] = frozenset()


def in_order(questions: Sequence[Question]) -> Choose:
    """Exactly these questions, one after the other."""
    by_id = {question.id: question for question in questions}
    return Planner(questions, by_id.__getitem__, fixed=True).choose


def draw(questions: Sequence[H], seed: int, due: Collection[str] = ()) -> list[H]:
    """The questions of one interview in an order of chance, the same for the same seed; what is due is among them."""
    drawn = list(questions)
    random.Random(seed).shuffle(drawn)
    return sorted(drawn, key=lambda question: question.id not in due)[:HAND]


class Planner:
    """Chooses among `questions`, each read by `load` when it is chosen; of two worth the same, the earlier one.

    With `fixed`, exactly these in their order. `search` finds questions by words, the best first; others too.
    """

    def __init__(  # noqa: PLR0913 - what a choice depends on
        self, questions: Sequence[Head], load: Callable[[str], Question], *, seed: int = 0, fixed: bool = False,
        past: Past = Past(), search: Callable[[str], Sequence[Head]] = lambda _: (),
    ) -> None:  # fmt: skip
        self._questions = {question.id: question for question in questions}
        self._load = load
        self._seed = seed
        self._fixed = fixed
        self._past = past
        self._search = search

    def choose(self, tried: Sequence[Tried], wish: Wish = Wish()) -> Choice:
        """The next question that is not among those tried; there must be one left."""
        asked = {one.question.id for one in tried}
        left = [question for question in self._questions.values() if question.id not in asked]
        if self._fixed:
            return self._chosen(left[0].id, "fixed")
        if wished := self._wished(left, asked, wish):
            return self._chosen(wished, "wish")
        return self._best(self._in_turn(left, tried), tried, wish)

    def _in_turn(self, left: Sequence[Head], tried: Sequence[Tried]) -> Sequence[Head]:
        """After a review, the questions never practised, if there are any: reviews take half of the time at most."""
        if not tried or tried[-1].question.id not in self._past.due:
            return left
        return [question for question in left if question.id not in self._past.known] or left

    def _wished(self, left: Sequence[Head], asked: Collection[str], wish: Wish) -> str | None:
        """The question that fits best what the model asks for, if it asks and one fits."""
        if not wish.topic and wish.level == "any":
            return None
        named = [question for question in left if wish.topic in ("", question.topic)]
        for found in (named, self._search(wish.topic) if wish.topic else ()):
            for question in found:
                if question.id not in asked and wish.level in ("any", question.level):
                    return question.id
        return None

    def _best(self, left: Sequence[Head], tried: Sequence[Tried], wish: Wish) -> Choice:
        ability = self._estimate(tried)
        topics = {question.topic for question in self._questions.values()}
        weakest = ability.weakest(topics, f"{self._seed}/{len(tried)}")
        kinds = {(question.topic, question.level): question for question in left}  # alike but for what is due
        worth = {kind: self._worth(ability, weakest, one, tried, wish) for kind, one in kinds.items()}
        best = max(left, key=lambda q: worth[q.topic, q.level] + DUE * self._past.due.get(q.id, 0.0))
        low, high = ability.interval(best.topic)
        why: Json = {
            "expected": round(ability.expected(best.topic), 1),
            "interval": [round(low, 1), round(high, 1)],
            "weakest": round(weakest[best.topic], 2),
            "information": round(ability.information(best.topic, best.level), 3),
        }
        if best.id in self._past.due:
            return self._chosen(best.id, "due", why | {"forgotten": round(self._past.due[best.id], 2)})
        if best.topic not in {one.question.topic for one in tried}:
            return self._chosen(best.id, "variety", why)
        return self._chosen(best.id, "weak" if weakest[best.topic] >= SURE else "unsure", why)

    def _estimate(self, tried: Sequence[Tried]) -> Ability:
        ability = self._past.ability.copy() if self._past.ability else unknown()
        for one in tried:
            if one.score is not None:
                ability.observe(one.question.topic, one.question.level, one.score)
        return ability

    @staticmethod
    def _worth(
        ability: Ability, weakest: Mapping[str, float], question: Head, tried: Sequence[Tried], wish: Wish
    ) -> float:
        """Nats that the question tells, weighed by how much it matters to know its topic, and by the occasion."""
        worth = ability.information(question.topic, question.level) * (weakest[question.topic] + 1 / len(weakest))
        if tried and tried[-1].question.topic == question.topic:
            worth *= SAME_TOPIC
        if wish.minutes is not None and wish.minutes < MINUTES[question.level or "middle"]:
            worth *= TOO_LONG
        return worth

    def _chosen(self, question_id: str, reason: str, why: Json | None = None) -> Choice:
        made = {m: n for (question, m), n in sorted(self._past.committed.items()) if question == question_id}
        return Choice(self._load(question_id), reason, (why or {}) | ({"committed": made} if made else {}))
