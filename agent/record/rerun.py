"""A recorded interview run again: the record gives what came from outside, today's loop and tools do the rest.

Loop and record go in step. What the loop emits must be of the kind that was recorded next; then the recorded event,
not today's, goes into the state, so that each step is made from where it was made then.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from agent.session import Journal
from transcripts.events import (
    CommandEvent,
    EndEvent,
    Event,
    GradeEvent,
    ResumeEvent,
    ToolCallEvent,
)


class DivergedError(Exception):
    """Today's interview goes another way than the recorded one: `then` comes next there, `now` was wanted here."""

    def __init__(self, then: Event, now: str) -> None:
        super().__init__(then.seq, then.type, now)
        self.then = then
        self.now = now


class Rerun(Journal):
    """A journal that follows `events`. `compare` sees each pair of then and now; `over` is called at the record's end.

    After that it is a journal like any other, if `over` did not raise.
    """

    def __init__(
        self, events: Sequence[Event], compare: Callable[[Event, Event], None], over: Callable[[], None]
    ) -> None:
        super().__init__()
        self._events = events
        self._asides = _asides(events)
        self._compare = compare
        self._over = over
        self._live = False
        self.at = 0

    @property
    def live(self) -> bool:
        """Whether the record is over."""
        return self._live

    def emit(self, event: Event) -> None:
        """Take the recorded event in the place of this one."""
        then = self.next()
        if then is None:
            super().emit(event)
            return
        if type(then) is not type(event):
            raise DivergedError(then, event.type)
        self._compare(then, event)
        self._hand(then)

    def next(self) -> Event | None:
        """What was recorded next; None once the record is over. What the loop did not make is taken in on the way."""
        while self.at < len(self._events) and self._asides[self.at]:
            self._hand(self._events[self.at])
        if self.at < len(self._events):
            return self._events[self.at]
        if not self._live:
            self._live = True
            self._over()
        return None

    def input(self) -> Event | None:
        """Like `next`, for what came from outside; KeyboardInterrupt where that was Ctrl-C."""
        event = self.next()
        if _is_interrupt(event):
            raise KeyboardInterrupt
        return event

    def ahead(self) -> Iterator[Event]:
        """What the loop is to make after the next event."""
        return (self._events[n] for n in range(self.at + 1, len(self._events)) if not self._asides[n])

    def _hand(self, event: Event) -> None:
        self.at += 1
        super().emit(event)


def _asides(events: Sequence[Event]) -> list[bool]:
    """Which events the loop did not make: unknown ones, later grades, and those where the interview stopped."""
    resumed = max((n for n, event in enumerate(events) if isinstance(event, ResumeEvent)), default=-1)
    asides = [
        type(event) is Event
        or isinstance(event, ResumeEvent)
        or (isinstance(event, GradeEvent) and event.regrade_of is not None)
        or (isinstance(event, EndEvent) and (n < resumed or event.reason == "interrupted"))
        for n, event in enumerate(events)
    ]
    for n, (before, event) in enumerate(pairwise(events)):
        if _is_interrupt(event) and isinstance(before, ToolCallEvent):
            asides[n + 1] = True  # the second of two Ctrl-C: the first is behind the call's result
        if _is_interrupt(before) and isinstance(event, EndEvent):
            asides[n] = True  # the same; after the first the interview goes on
    return asides


def _is_interrupt(event: Event | None) -> bool:
    return isinstance(event, CommandEvent) and event.name == "interrupt"
