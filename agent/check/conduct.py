"""How a model held an interview: what is counted, and the figures that follow."""

from collections import Counter
from dataclasses import dataclass, field, fields
from statistics import median

from tools.interview import Step
from transcripts.events import Json


@dataclass
class Conduct:
    """What a model did, counted. Every field can be added up over interviews; durations are in seconds."""

    own: Counter[str] = field(default_factory=Counter)  # steps that were due and that the model took, by name
    by_razbor: Counter[str] = field(default_factory=Counter)  # and those that were taken in its place
    calls: Counter[str] = field(default_factory=Counter)  # valid, mended, refused
    refused: Counter[str] = field(default_factory=Counter)  # calls, by reason
    leaks: Counter[str] = field(default_factory=Counter)  # stopped before the candidate saw them, by kind
    leaked: list[str] = field(default_factory=list)  # words that were shown and hold a piece of the answer
    repeats: Counter[str] = field(default_factory=Counter)  # calls, questions
    repairs: Counter[str] = field(default_factory=Counter)  # what else had to be mended: "problem → action"
    rescues: Counter[str] = field(default_factory=Counter)  # rescues, unavailable, unusable
    tokens: Counter[str] = field(default_factory=Counter)  # as the server told, and in how many turns it did
    turns: list[float] = field(default_factory=list)  # seconds of each turn of the model
    transport: Counter[str] = field(default_factory=Counter)  # failed requests, by kind; not from the events
    ended: Counter[str] = field(default_factory=Counter)  # interviews, by the reason why they ended

    def __add__(self, other: "Conduct") -> "Conduct":
        """Both together."""
        return Conduct(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def due(self) -> int:
        """The steps that were due and taken, by whomever."""
        return self.own.total() + self.by_razbor.total()

    @property
    def takeovers(self) -> int:
        """How often the embedded interviewer took over for good."""
        return self.rescues["unavailable"] + self.rescues["unusable"]

    @property
    def grades(self) -> tuple[int, int]:
        """The answers that were graded, and those of them whose grade the model did not call for."""
        missed = self.by_razbor[Step.GRADE.value]
        return self.own[Step.GRADE.value] + missed, missed

    def figures(self) -> Json:
        """All of it for programs; durations are in seconds, and null where the model had no turn."""
        (graded, missed), turns = self.grades, self.turns
        steps = {
            step: {"model": self.own[step], "razbor": self.by_razbor[step]}
            for step in [str(step) for step in Step]
            if self.own[step] or self.by_razbor[step]
        }
        asked = {name: self.tokens[name] for name in ("prompt_tokens", "cached_tokens", "completion_tokens", "counted")}
        return {
            "ended": dict(self.ended),
            "steps": {"due": self.due, "model": self.own.total(), "razbor": self.by_razbor.total(), "each": steps},
            "calls": {
                "made": self.calls.total(),
                **{name: self.calls[name] for name in ("valid", "mended", "refused")},
                "why_refused": dict(self.refused),
            },
            "leaks": {"tried": self.leaks.total(), "kinds": dict(self.leaks), "shown": len(self.leaked),
                      "words": self.leaked},
            "repeats": {name: self.repeats[name] for name in ("calls", "questions")},
            "grades": {"due": graded, "missed": missed},
            "rescues": self.rescues["rescues"],
            "takeovers": self.takeovers,
            "repairs": dict(self.repairs),
            "tokens": {"turns": len(turns), **asked},
            "seconds": {
                "all": round(sum(turns), 3),
                "median": round(median(turns), 3) if turns else None,
                "slowest": round(max(turns), 3) if turns else None,
            },
            "transport_failures": {"requests": self.transport.total(), "kinds": dict(self.transport)},
        }  # fmt: skip
