"""What the model's turns cost, summed up over an interview."""

from collections import Counter

from agent.models.embedded import NAME as EMBEDDED
from transcripts.events import ErrorEvent, Event, Json, ModelCallEvent, RepairEvent

TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")
MOST = 10**9  # tokens of one request; what a server or an edited file tells beyond is no count


class Usage:
    """A listener. Tokens are counted only where the server told them; `counted` says in how many requests."""

    def __init__(self) -> None:
        self._sum: Counter[str] = Counter()

    def hear(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, RepairEvent):
            self._sum["repairs"] += 1
        elif isinstance(event, ErrorEvent):
            self._sum["takeovers"] += 1
        elif isinstance(event, ModelCallEvent):
            self._sum["steps_by_razbor" if event.model == EMBEDDED else "requests"] += 1
            if event.usage:
                self._sum["counted"] += 1
                self._sum.update({name: _count(event.usage.get(name)) for name in TOKENS})

    def total(self) -> Json | None:
        """The sums; None for an interview without a model."""
        return dict(self._sum) if self._sum["requests"] else None


def _count(told: object) -> int:
    """A number of tokens; 0 for what is none."""
    return told if isinstance(told, int) and 0 <= told <= MOST else 0
