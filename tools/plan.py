"""A plan of practice up to the day of the interview: what is about to be forgotten, then what is weak or new. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from typing import Literal

from tools.ability import Ability
from tools.planner import MINUTES, Head
from tools.ratings import GOOD
from tools.schedule import Card, forgotten, reviewed

Unit = tuple[str, str]  # a question, and a mistake of it or ""


@dataclass(frozen=True)
class Item:
    """One question to practise. `review`: it is due; `new`: never tried; `refresh`: once more before the interview."""

    question: Head
    reason: Literal["review", "new", "refresh"]

    @property
    def minutes(self) -> float:
        """About how long it takes."""
        return MINUTES[self.question.level or "middle"]


@dataclass(frozen=True)
class Day:
    """What to practise on a day."""

    date: date
    items: list[Item]


@dataclass(frozen=True)
class Span:
    """So many days from today on; `eve` is the day before the interview, if its date is known."""

    today: date
    days: int
    eve: date | None = None


def plan(
    questions: Sequence[Head], cards: Mapping[Unit, Card], ability: Ability, span: Span, minutes: float
) -> list[Day]:
    """A plan for each day of a span, of at most so many minutes, but of one question at least.

    Reviews and new questions take turns, or where there is more to review than time, nothing new would ever come up.
    Each review is assumed to go well. On the day before the interview nothing new is begun: what is most likely to be
    forgotten on the day itself is gone through once more.
    """
    by_id = {question.id: question for question in questions}
    known = {unit: card for unit, card in cards.items() if unit[0] in by_id}
    fresh = _new(questions, {question for question, _ in known}, ability, f"{span.today}")
    planned: list[Day] = []
    for day in (span.today + timedelta(days=n) for n in range(span.days)):
        last, items = bool(known) and day == span.eve, list[Item]()
        until = day if not last else day + timedelta(days=1)
        old = [Item(by_id[q], "refresh" if last else "review") for q in _by_need(known, until, everything=last)]
        for item in old if last else _turns(old, [Item(question, "new") for question in fresh], day):
            if _add(items, item, minutes) and item.reason == "new":
                fresh.remove(item.question)
        _practise(known, items, day)
        planned.append(Day(day, items))
    return planned


def _turns(old: Sequence[Item], new: Sequence[Item], day: date) -> Iterator[Item]:
    """One of each in turn, new ones first on every other day: there may be time for one only."""
    both = (new, old) if day.toordinal() % 2 else (old, new)
    return (item for pair in zip_longest(*both) for item in pair if item)


def _by_need(cards: Mapping[Unit, Card], day: date, *, everything: bool) -> list[str]:
    """The questions with a unit that is due by the end of a day, or all, the one most likely forgotten first."""
    end, need = _noon(day) + timedelta(hours=12), dict[str, float]()
    for (question, _), card in cards.items():
        if everything or card.due <= end:
            need[question] = max(need.get(question, 0.0), forgotten(card, end))
    return sorted(need, key=lambda question: (-need[question], question))


def _new(questions: Sequence[Head], known: set[str], ability: Ability, seed: str) -> list[Head]:
    """The questions never tried, topics that may be the weakest more often, the easier ones of a topic first."""
    left: dict[str, list[Head]] = {}
    for question in sorted(questions, key=lambda q: (MINUTES[q.level or "middle"], q.id), reverse=True):
        if question.id not in known:
            left.setdefault(question.topic, []).append(question)
    weakest = ability.weakest(left, seed) if left else {}
    return list(_in_turn(left, {topic: share + 1 / len(weakest) for topic, share in weakest.items()}))


def _in_turn(left: dict[str, list[Head]], weights: Mapping[str, float]) -> Iterator[Head]:
    """One after another; each time the topic that has had the least for its weight (D'Hondt's method)."""
    had = dict.fromkeys(left, 0)
    while any(left.values()):
        topic = max((topic for topic in left if left[topic]), key=lambda t: (weights[t] / (had[t] + 1), t))
        had[topic] += 1
        yield left[topic].pop()


def _add(items: list[Item], item: Item, minutes: float) -> bool:
    """Put an item on a day if there is time for it, or nothing else on that day."""
    if items and sum(one.minutes for one in items) + item.minutes > minutes:
        return False
    items.append(item)
    return True


def _practise(cards: dict[Unit, Card], items: Sequence[Item], day: date) -> None:
    """Go on as if all went well."""
    for item in items:
        units = [unit for unit in cards if unit[0] == item.question.id] or [(item.question.id, "")]
        for unit in units:
            cards[unit] = reviewed([(_noon(day), GOOD)], cards.get(unit))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
