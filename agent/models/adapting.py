"""A request made again and again with one thing changed, until the endpoint takes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.context import estimate
from agent.models.exchange import Exchange
from agent.models.failure import SAMPLE, EndpointError
from agent.models.fit import MAX_RUNGS, Fit, Fits, adapt
from transcripts.events import Json, Reply


class Adapting:
    """Sends in the form this endpoint takes; learns from refusals, never against what the user has fixed.

    `fit` is what `memory` knows under `name`; `fixed` are the fields of it that the user has set. `samples`: more tries
    after a reply that the server itself called bad. `shrinks`: a prompt that is too long can be made shorter.
    """

    def __init__(  # noqa: PLR0913 - what the two that ask know of themselves
        self, exchange: Exchange, memory: Fits, name: str, fit: Fit, fixed: Mapping[str, Any], *, samples: int,
        shrinks: bool,
    ) -> None:  # fmt: skip
        self._exchange = exchange
        self._memory = memory
        self._name = name
        self._known = fit
        self._fixed = dict(fixed)
        self._samples = samples
        self._shrinks = shrinks
        self.fit = replace(fit, **fixed)
        self.learned: list[tuple[str, str]] = []  # what went wrong, and what was done about it

    def send(self, body: Callable[[Fit], Json]) -> tuple[Reply, Json, int]:
        """The reply to `body` of the fit, what it used, and the tokens sent as estimated. Raises EndpointError."""
        samples = 0
        for _ in range(MAX_RUNGS + self._samples):
            request = body(self.fit)
            sent = estimate(request["messages"], request.get("tools", ()))
            try:
                return *self._exchange.send(request), sent
            except EndpointError as error:
                if error.kind in SAMPLE and samples < self._samples:
                    samples += 1
                    self.learned.append((error.kind, "asked again"))
                elif not self._adapt(error, sent):
                    raise
        raise EndpointError("rejected", "every form of the request was refused")

    def learn(self, fit: Fit, why: str, what: str) -> bool:
        """Make this and all later requests as `fit` says, but for what is fixed; whether that changes anything."""
        fit = replace(fit, **self._fixed)
        changed = fit != self.fit
        if changed:
            self.fit = fit
            self.learned.append((why, what))
        return changed

    def keep(self) -> None:
        """What has just worked is remembered; what the user has fixed holds for this run only."""
        fit = replace(self.fit, **{name: getattr(self._known, name) for name in self._fixed})
        if fit != self._known:
            self._memory.save(self._name, fit)
            self._known = fit

    def _adapt(self, error: EndpointError, sent: int) -> bool:
        """Change one thing; False when there is nothing to change."""
        changed = adapt(self.fit, error, sent) if self._shrinks or error.kind != "overflow" else None
        return changed is not None and self.learn(changed[0], f"{error.kind}: {error.detail}", changed[1])
