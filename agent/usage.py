"""What the model's turns cost, summed up over an interview."""

from collections import Counter

from transcripts.events import ErrorEvent, Event, Json, ModelCallEvent, RepairEvent

TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")


class Usage:
    """A listener. Tokens are counted only where the server told them; `counted` says in how many requests."""

    def __init__(self, model: str, *, endpoint: bool) -> None:
        self._model = model
        self._endpoint = endpoint
        self._sum: Counter[str] = Counter()

    def hear(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, RepairEvent):
            self._sum["repairs"] += 1
        elif isinstance(event, ErrorEvent):
            self._sum["takeovers"] += 1
        elif isinstance(event, ModelCallEvent):
            own = event.model == self._model
            self._sum["requests" if own else "steps_by_razbor"] += 1
            if event.usage:
                self._sum["counted"] += 1
                self._sum.update({name: event.usage.get(name) or 0 for name in TOKENS})

    def total(self) -> Json | None:
        """The sums; None for an interview without a model."""
        return dict(self._sum) if self._endpoint and self._sum["requests"] else None
