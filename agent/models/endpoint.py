"""A model behind an OpenAI-compatible endpoint: ask, wait, ask again; learn what it refuses; read what it says.

Three budgets, never one: transport failures are retried by tenacity, here and nowhere else; a refused request is
made again with one thing changed (`fit`); a turn that came out badly is sampled again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.model import AssistantTurn, Message
from agent.models.adapting import Adapting
from agent.models.dialect import request
from agent.models.earshot import Earshot
from agent.models.exchange import Exchange
from agent.models.fit import Fit, Fits, demote, roomier, smaller
from agent.models.interpret import THINKING_END, interpret
from agent.models.patience import Tell
from agent.models.reply import REFUSED
from agent.models.wire import Wire
from tools.arguments import is_cut_off
from tools.interview import SPEECH, Step
from transcripts.events import Json, Reply
from transcripts.signals import interruptible

SAMPLES = 2  # more tries after a turn that came out badly
REFUSALS = 1  # the same, after a refusal
MISSTEPS = 2  # turns in a row that did something else than was due, before a simpler dialect is tried
FELL = 0.9  # of the tokens read before, though more were sent
FAR_FEWER = 3  # times fewer tokens counted than sent: the server cut the front off


@dataclass(frozen=True)
class Answer:
    """A raw turn, the tokens it took as the server counted, and as estimated of the request; the form of that."""

    reply: Reply
    usage: Json
    sent: int
    fit: Fit


class EndpointModel:
    """A Model over the wire. `fixed` holds fields of the Fit that the user has set and that must not be learned."""

    def __init__(
        self, wire: Wire, memory: Fits, tell: Tell, *, fixed: Mapping[str, Any] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.name = wire.endpoint.model
        self._wire = wire
        self._tell = tell
        self._exchange = Exchange(wire, tell, sleep)
        name = wire.endpoint.id
        self._adapting = Adapting(
            self._exchange, memory, name, memory.load(name), fixed or {}, samples=SAMPLES, shrinks=True
        )
        self._missteps = 0
        self._silent = False
        self._last: Answer | None = None
        self._speaks_plainly: bool | None = None  # unknown before its first turn; never, once it has thought aloud
        self.hear: Callable[[str], None] = lambda _: None  # gets the words of a turn while they come

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:
        """One turn of the model. Raises EndpointError when none can be had."""
        learned = self._adapting.learned = []
        ear = Earshot(lambda reply: interpret(reply, tools, messages, self.fit.dialect), self.hear)
        self._exchange.watch = ear.take if due in SPEECH and self._speaks_plainly else None
        with interruptible():
            try:
                turn, answer = self._sampled(messages, tools, due)
            finally:
                self._tell("")
        self._speaks_plainly = self._speaks_plainly is not False and not THINKING_END.match(answer.reply.content)
        on_course = self._watch_course(turn, due)
        self._watch_context(answer)
        if on_course:  # only what then worked is remembered
            self._adapting.keep()
        return replace(turn, usage=answer.usage or None, repairs=(*learned, *turn.repairs))

    @property
    def fit(self) -> Fit:
        """How requests are made, as far as that is known."""
        return self._adapting.fit

    @property
    def failures(self) -> dict[str, int]:
        """The requests that did not go through, by kind of failure, those included that another try made good."""
        return dict(+self._exchange.failures)

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _sampled(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> tuple[AssistantTurn, Answer]:
        """A turn with something in it; the last one where none has."""
        samples = SAMPLES
        while True:
            answer = Answer(*self._adapting.send(lambda fit: request(fit, self.name, messages, tools, due)), self.fit)
            reply = answer.reply
            turn = interpret(reply, tools, messages, self.fit.dialect)
            if turn.content or turn.tool_calls:
                self._silent = False
                self._learn_from_cut(reply, turn)
                return turn, answer
            if self._silent or samples == 0:
                self._silent = True  # from now on once a turn, until something is said again
                return turn, answer
            samples = min(samples, REFUSALS) if reply.finish_reason == REFUSED else samples
            samples -= 1
            self._learn_from_nothing(answer)

    def _learn_from_nothing(self, answer: Answer) -> None:
        """An empty turn: more room for one that thought too long, a shorter request where the context was full."""
        reply, made, why = answer.reply, answer.usage.get("completion_tokens"), "nothing said"
        fit, what = self.fit, "asked again"
        if reply.finish_reason == "length" and made is not None and made < fit.max_tokens // 2:
            fit, what = smaller(fit, answer.sent), "shorter requests"
        elif reply.finish_reason == "length":
            fit, what = roomier(fit), "longer replies"
        if not self._adapting.learn(fit, why, what):
            self._adapting.learned.append((why, "asked again"))

    def _learn_from_cut(self, reply: Reply, turn: AssistantTurn) -> None:
        """A call that was cut off for its length: the next may be longer."""
        if reply.finish_reason == "length" and any(is_cut_off(call.arguments) for call in turn.tool_calls):
            self._adapting.learn(roomier(self.fit), "cut off", "longer replies")

    def _watch_course(self, turn: AssistantTurn, due: Step) -> bool:
        """Whether the turn was to the point. Two in a row that were not: this dialect is not understood."""
        called = [call.name for call in turn.tool_calls]
        on_course = called == [due.value] or (due in SPEECH and bool(turn.content) and not called)
        self._missteps = 0 if on_course else self._missteps + 1
        simpler = demote(self.fit)
        if self._missteps >= MISSTEPS and self._adapting.learn(
            simpler, "turns beside the point", f"dialect {simpler.dialect}"
        ):
            self._missteps = 0
        return on_course

    def _watch_context(self, answer: Answer) -> None:
        """A server that counts far fewer tokens than were sent, or fewer than before of more, cuts the front off."""
        counted, last = answer.usage.get("prompt_tokens"), self._last
        if counted is None:
            asks = self.fit.stream and "stream_options" not in self.fit.dropped
            self._adapting.fit = replace(self.fit, ask_usage=asks)
            return
        fell = (
            last is not None
            and answer.fit == last.fit  # in the same form of request, so that they compare
            and answer.sent > last.sent
            and counted < FELL * last.usage.get("prompt_tokens", 0)
        )
        self._last = answer
        if 0 < counted < answer.sent // FAR_FEWER or (fell and counted > 0):
            self._adapting.learn(
                smaller(self.fit, answer.sent), f"only {counted} prompt tokens were read", "shorter requests"
            )
