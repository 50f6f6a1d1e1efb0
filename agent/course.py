"""Holding the course: who takes the next turn, the model or, where it does not manage, the embedded interviewer.

A model's bad turn is told to it. After some in a row the embedded interviewer takes this one turn in its place (a
rescue); after some rescues within one question, or when the model gives no turn at all, it takes over for good.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from agent.model import Model
from agent.models.failure import EndpointError
from agent.problems import detail
from prompts import say
from transcripts.events import UNAVAILABLE, ErrorEvent, Event, QuestionEvent, RepairEvent

MISTAKES = 3  # turns in a row, then a rescue
RESCUES = 2  # in one question, then the take-over

TOLD_ONCE = ("wrong_language",)  # then let be, or a model that knows no other language could say nothing


@dataclass
class Course:
    """The two who can act; without a `standby` the model is on its own."""

    model: Model
    standby: Model | None
    emit: Callable[[Event], None]
    lang: str
    taken_over: bool = False
    _mistakes: int = 0
    _rescues: int = 0
    _begun: bool = False
    _told: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        """A listener: that a question was asked."""
        if isinstance(event, QuestionEvent):
            self._begun, self._rescues = True, 0

    def start_over(self, standby: Model | None) -> None:
        """Another model, or the same one anew: what was held against it is forgotten."""
        self.standby, self.taken_over = standby, False
        self._mistakes = self._rescues = 0

    def who(self) -> Model:
        """Who takes the next turn."""
        if self.standby and (self.taken_over or self._mistakes >= MISTAKES):
            return self.standby
        return self.model

    @property
    def standing_in(self) -> bool:
        """Whether the embedded interviewer is at it, in the model's place."""
        return self.who() is not self.model

    @property
    def watched(self) -> bool:
        """Whether what is said must be looked at first: not so the embedded interviewer's own texts."""
        return self.standby is not None and not self.standing_in

    @property
    def lost(self) -> bool:
        """Nobody is left who could go on."""
        return self.standby is None and self._mistakes > MISTAKES

    def corrects(self, fault: str) -> bool:
        """Whether a fault in the model's words is told to it: the wrong language once, till the right one is heard."""
        if not fault:
            self._told.clear()
        if not fault or fault in self._told:
            return False
        if fault in TOLD_ONCE:
            self._told.add(fault)
        return True

    def note(self, *, ok: bool) -> None:
        """The turn is over; `ok` says whether it brought the interview on."""
        if not self.standing_in:
            self._mistakes = 0 if ok else self._mistakes + 1
            if self._mistakes >= MISTAKES and self.standby:
                self._rescue()
        elif ok and not self.taken_over:
            self._mistakes = 0

    def unavailable(self, error: EndpointError) -> None:
        """The model gives no turn. Raises the error before the first question, when there is nothing to hold."""
        if not self._begun or self.standby is None:
            raise error
        self._take_over(
            UNAVAILABLE, say("takeover.unavailable", self.lang, reason=detail(error.detail or error.kind, self.lang))
        )

    def _rescue(self) -> None:
        self._rescues += 1
        if self._rescues > RESCUES:
            self._take_over("unusable", say("takeover.unusable", self.lang))
        else:
            self.emit(RepairEvent(problem="bad turns in a row", action="razbor takes one turn"))

    def _take_over(self, kind: str, message: str) -> None:
        self.taken_over = True
        self.emit(ErrorEvent(kind=kind, message=message))
