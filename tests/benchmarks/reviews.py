"""Is practice by the review schedule worth it? Simulated learners practise for 60 days, the same minutes a day.

    python -m tests.benchmarks.reviews [--learners 200] [--seed 0] [--minutes 4 8 12 20] [--banks 24 120] [--planner 40]

`fixed` goes through the bank in its order, again and again; `chance` takes any; `due first` takes what razbor's
schedule says is due, the most likely forgotten first, then what is new, then what will be due next; `plan` follows
`razbor plan` to day 60, made anew each morning; `planner` is an interview a day by `Planner.choose`, which is slow and
so has fewer learners. Minutes that are left of a day are kept for the next. Outcomes come from true memory
(`learners`), ratings from razbor's rules.
"""

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from tests.benchmarks.intervals import mean, ratio, shown
from tests.benchmarks.learners import SAID, Learner, Practised, bank
from tests.benchmarks.tables import table
from tools.ability import Ability, unknown
from tools.bank import load
from tools.plan import Item, Span, Unit, plan
from tools.planner import MINUTES, Past, Planner, Tried, draw
from tools.question import Question
from tools.schedule import Card, forgotten, reviewed

BEGIN = date(2026, 1, 1)
DAYS = 60


@dataclass
class Practice:
    """What razbor knows of one learner's practice."""

    questions: Sequence[Practised]
    seed: int
    cards: dict[Unit, Card] = field(default_factory=dict)
    ability: Ability = field(default_factory=unknown)
    count: int = 0
    planned: dict[int, list[Item]] = field(default_factory=dict)

    def order(self, name: str, day: int, minutes: float) -> Iterator[Practised]:
        """The questions of a day by a strategy; ends when there is none left for the day."""
        match name:
            case "fixed":
                return iter(
                    [self.questions[(self.count + n) % len(self.questions)] for n in range(len(self.questions))]
                )
            case "chance":
                return iter(random.Random(f"{self.seed}/{day}").sample(self.questions, len(self.questions)))
            case "plan":
                return self._by_plan(day, minutes)
            case "planner":
                return self._by_planner(day)
        return self._due_first(day)

    def _due_first(self, day: int) -> Iterator[Practised]:
        need = due(self.cards, noon(day))
        known, place = {unit[0] for unit in self.cards}, {q.id: n for n, q in enumerate(self._drawn())}
        later = {question: card.due for (question, mistake), card in self.cards.items() if not mistake}
        rest = datetime.max.replace(tzinfo=UTC)
        yield from sorted(self.questions, key=lambda q: (
            -need.get(q.id, 0.0), q.id in known, later.get(q.id, rest), place[q.id],
        ))  # fmt: skip

    def _by_planner(self, day: int) -> Iterator[Practised]:
        by_id, tried = {question.id: question for question in self.questions}, list[Tried]()
        past = Past(self.ability.copy(), due(self.cards, noon(day)), known={question for question, _ in self.cards})
        planner = Planner(self._drawn(past.due), stand_in, seed=self.seed + day, past=past)
        while len(tried) < len(by_id):
            chosen = by_id[planner.choose(tried).question.id]
            tried.append(Tried(chosen))
            yield chosen

    def _by_plan(self, day: int, minutes: float) -> Iterator[Practised]:
        by_id, today = {question.id: question for question in self.questions}, BEGIN + timedelta(days=day)
        if day not in self.planned:  # the last two days come from one plan, so that it has its last day
            days = plan(
                self.questions, dict(self.cards), self.ability, Span(today, 2, today + timedelta(days=1)), minutes
            )
            self.planned = {day: days[0].items}
            if day == DAYS - 2:
                self.planned[day + 1] = days[1].items
        yield from (by_id[item.question.id] for item in self.planned[day])

    def _drawn(self, first: Mapping[str, float] | None = None) -> list[Practised]:
        return draw(self.questions, self.seed, first or {})


def stand_in(question_id: str) -> Question:
    return Question.model_construct(id=question_id)  # type: ignore[call-arg]


def due(cards: Mapping[Unit, Card], now: datetime) -> dict[str, float]:
    """How likely each question that is due today, or one of its mistakes, is forgotten."""
    end, need = now + timedelta(hours=12), dict[str, float]()
    for (question, _), card in cards.items():
        if card.due <= end:
            need[question] = max(need.get(question, 0.0), forgotten(card, now))
    return need


def noon(day: int) -> datetime:
    return datetime.combine(BEGIN + timedelta(days=day), time(12), UTC)


def practise(name: str, questions: Sequence[Practised], minutes: float, seed: int) -> dict[str, float]:
    """Sixty days of one learner; what is remembered on the day after."""
    learner, practice, left, seen = Learner(seed), Practice(questions, seed), 0.0, set[str]()
    for day in range(DAYS):
        left += minutes
        practice.ability.age(1.0)
        if left < min(MINUTES.values()):
            continue
        for question in practice.order(name, day, left):
            if MINUTES[question.level or "middle"] > left:
                break
            left -= MINUTES[question.level or "middle"]
            done = learner.attempt(question, noon(day))
            seen.add(question.id)
            practice.count += 1
            if name not in ("fixed", "chance"):
                _note(
                    practice,
                    question,
                    done.score,
                    _units(question.id, done.ratings.question, done.ratings.mistakes),
                    day,
                )
    return _measured(learner, questions, seen)


def _units(question: str, rating: int | None, mistakes: Mapping[str, int]) -> dict[Unit, int]:
    own = {(question, ""): rating} if rating is not None else {}
    return own | {(question, mistake): value for mistake, value in mistakes.items()}


def _note(practice: Practice, question: Practised, score: float, rated: Mapping[Unit, int], day: int) -> None:
    practice.ability.observe(question.topic, question.level, score)
    for unit, rating in rated.items():
        practice.cards[unit] = reviewed([(noon(day), rating)], practice.cards.get(unit))


def _measured(learner: Learner, questions: Sequence[Practised], seen: set[str]) -> dict[str, float]:
    now = noon(DAYS)
    recall = {question.id: learner.recall((question.id, ""), now) for question in questions}
    mistakes = [SAID * (1 - learner.recall((q.id, m), now)) for q in questions for m in q.mistakes]
    again = [SAID * (1 - learner.recall(unit, now)) for unit in sorted(learner.made)]
    return {
        "all": mean(list(recall.values())), "seen": mean([recall[question] for question in sorted(seen)]),
        "mistakes": mean(mistakes), "again": mean(again) if again else 0.0, "share": len(seen) / len(questions),
    }  # fmt: skip


def compare(learners: Mapping[str, int], questions: Sequence[Practised], minutes: float, first: int) -> None:
    """A table for one bank and one number of minutes; `learners` says how many each strategy has."""
    base: list[float] = []
    rows = []
    for name, count in learners.items():
        found = [practise(name, questions, minutes, first + n) for n in range(count)]
        each = {key: [one[key] for one in found] for key in found[0]}
        base = base or each["all"]
        rows.append([
            name, *(shown(each[key], 3) for key in ("all", "seen", "mistakes", "again")), f"{mean(each['share']):.0%}",
            ratio(each["all"], base[:count]),
        ])  # fmt: skip
    head = ["", "recall, all", "recall, seen", "mistakes, all", "mistakes made again", "bank seen", "recall to fixed"]
    table(f"{len(questions)} questions, {minutes:g} minutes a day", head, rows)


def main() -> None:
    """Print a table for each bank and number of minutes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first learner")
    parser.add_argument("--minutes", type=float, nargs="+", default=[4, 8, 12, 20])
    parser.add_argument("--banks", type=int, nargs="+", default=[24, 120])
    parser.add_argument("--planner", type=int, default=40, help="learners whom the planner interviews; 0: none")
    flags = parser.parse_args()
    print(
        f"{flags.learners} learners, the planner {flags.planner}; measured on day {DAYS}, after {DAYS} days of practice"
    )
    learners = dict.fromkeys(("fixed", "chance", "due first", "plan"), flags.learners)
    learners |= {"planner": min(flags.planner, flags.learners)} if flags.planner else {}
    builtin = list(load().questions.values())
    for size in flags.banks:
        for minutes in flags.minutes:
            compare(learners, bank(builtin, size), minutes, flags.seed)


if __name__ == "__main__":
    main()
