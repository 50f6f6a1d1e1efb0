"""A model behind an OpenAI-compatible endpoint: ask, wait, ask again; learn what it refuses; read what it says.

Three budgets, never one: transport failures are retried by tenacity, here and nowhere else; a refused request is
made again with one thing changed (`fit`); a turn that came out badly is sampled again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tenacity import RetryCallState, Retrying, retry_if_exception

from agent.context import estimate
from agent.endpoints import Endpoint
from agent.model import AssistantTurn, Message
from agent.models.dialect import DIALECTS, request
from agent.models.failure import SAMPLE, TRANSIENT, EndpointError
from agent.models.fit import MAX_RUNGS, MOST_OUTPUT, Fit, Memory, adapt, demote, smaller
from agent.models.interpret import interpret
from agent.models.reply import Accumulator
from agent.models.wire import Wire
from tools.interview import SPEECH, Step
from transcripts.events import Json, Reply

ATTEMPTS = 5
LOADING = 180.0  # seconds to wait for a model that is being loaded
LOADING_STEP = 2.0
LONGEST_WAIT = 60.0  # seconds; a server that asks for more is not waited for
SAMPLES = 2  # more tries after a turn that came out badly
MISSTEPS = 2  # turns in a row that did something else than was due, before a simpler dialect is tried
_REPAIR_BLANK = 8  # tokens under which a cut-off reply means that the context was full

Tell = Callable[..., None]  # tell(key, **values): what is being waited for; tell("") when nothing is


class EndpointModel:
    """A Model over the wire. `forced` is a dialect that must not be left. Raises EndpointError from `complete`."""

    def __init__(self, wire: Wire, endpoint: Endpoint, memory: Memory, tell: Tell, *, forced: str = "auto",
                 stream: bool = True, sleep: Callable[[float], None] = time.sleep) -> None:  # fmt: skip
        self.name = endpoint.model
        self.endpoint = endpoint
        self._wire = wire
        self._memory = memory
        self._tell = tell
        self._sleep = sleep
        self._forced = forced if forced in DIALECTS else ""
        self.fit = memory.load(endpoint.id)
        if self._forced:
            self.fit = replace(self.fit, dialect=self._forced)
        if not stream:
            self.fit = replace(self.fit, stream=False)
        self._saved = self.fit
        self._missteps = 0
        self._learned: list[tuple[str, str]] = []

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:
        """One turn of the model. Raises EndpointError when none can be had."""
        self._learned = []
        try:
            turn, usage = self._sampled(messages, tools, due)
        finally:
            self._tell("")
        self._watch_course(turn, due)
        self._watch_context(messages, usage)
        if self.fit != self._saved:
            self._memory.save(self.endpoint.id, self.fit)
            self._saved = self.fit
        return replace(turn, usage=usage, repairs=(*self._learned, *turn.repairs))

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _sampled(
        self, messages: Sequence[Message], tools: Sequence[Json], due: Step
    ) -> tuple[AssistantTurn, Json | None]:
        """A turn with something in it; the last one where none has."""
        for sample in range(SAMPLES + 1):
            reply, usage = self._answered(messages, tools, due)
            turn = interpret(reply, tools, messages, self.fit.dialect)
            if turn.content or turn.tool_calls or sample == SAMPLES:
                break
            self._learn_from_nothing(reply, usage)
        return turn, usage

    def _answered(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> tuple[Reply, Json | None]:
        """A reply, after as many changes to the request as the endpoint needs."""
        samples = 0
        for _ in range(MAX_RUNGS + SAMPLES):
            try:
                return self._retried(request(self.fit, self.name, messages, tools, due))
            except EndpointError as error:
                if error.kind in SAMPLE and samples < SAMPLES:
                    samples += 1
                    self._learned.append((error.kind, "asked again"))
                elif error.kind in {"rejected", "overflow", *SAMPLE} or self._not_streaming(error):
                    self._adapt(error)
                else:
                    raise
        raise EndpointError("rejected", "every form of the request was refused")

    def _adapt(self, error: EndpointError) -> None:
        """Change one thing for this and all later requests; raise the error when nothing is left to change."""
        if self._not_streaming(error):
            changed = replace(self.fit, stream=False), "without streaming"
        else:
            found = adapt(self.fit, error)
            if found is None or (self._forced and found[0].dialect != self._forced):
                raise error
            changed = found
        self.fit, what = changed
        self._learned.append((f"{error.kind}: {error.detail}", what))

    def _not_streaming(self, error: EndpointError) -> bool:
        return error.kind == "no_response" and self.fit.stream

    def _retried(self, body: Json) -> tuple[Reply, Json | None]:
        """The reply to one request; transport failures are waited out."""
        patience = _Patience(self._tell, answered=self._wire.answered)
        retrying = Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, EndpointError) and e.kind in TRANSIENT),
            wait=patience.wait, stop=patience.stop, before_sleep=patience.show, sleep=self._sleep, reraise=True,
        )  # fmt: skip
        return retrying(self._exchange, body)

    def _exchange(self, body: Json) -> tuple[Reply, Json | None]:
        """One request, from open to last byte."""
        self._tell("wait.model")
        turn = Accumulator()
        chunks = self._wire.chat(body)
        try:
            for chunk in chunks:
                turn.add(chunk)
                if turn.rambling:
                    break
        finally:
            chunks.close()  # type: ignore[attr-defined]  # a generator: closes the response
        if not turn.answered:
            raise EndpointError("no_response", "200 without an answer")
        self._wire.answered = True
        return turn.reply(), turn.usage

    def _learn_from_nothing(self, reply: Reply, usage: Json | None) -> None:
        """An empty turn: more room for one that thought too long, a shorter request where the context was full."""
        what = "asked again"
        made = (usage or {}).get("completion_tokens")
        if reply.finish_reason == "length" and not reply.reasoning and made is not None and made < _REPAIR_BLANK:
            self.fit, what = smaller(self.fit), "shorter requests"
        elif reply.finish_reason == "length" or reply.reasoning:
            self.fit, what = replace(self.fit, max_tokens=min(self.fit.max_tokens * 4, MOST_OUTPUT)), "longer replies"
        self._learned.append(("nothing said", what))

    def _watch_course(self, turn: AssistantTurn, due: Step) -> None:
        """Two turns in a row beside the point: what this dialect asks for is not understood."""
        called = [call.name for call in turn.tool_calls]
        on_course = called == [due.value] or (due in SPEECH and bool(turn.content) and not called)
        self._missteps = 0 if on_course else self._missteps + 1
        simpler = demote(self.fit)
        if self._missteps >= MISSTEPS and not self._forced and simpler != self.fit:
            self.fit, self._missteps = simpler, 0
            self._learned.append(("turns beside the point", f"dialect {simpler.dialect}"))

    def _watch_context(self, messages: Sequence[Message], usage: Json | None) -> None:
        """A server that counts far fewer tokens than we sent has cut the front off without a word."""
        counted = (usage or {}).get("prompt_tokens")
        if counted is None:
            self.fit = replace(self.fit, ask_usage=self.fit.stream and "stream_options" not in self.fit.dropped)
        elif 0 < counted < estimate(messages) // 3:
            self.fit = smaller(self.fit)
            self._learned.append((f"only {counted} prompt tokens were read", "shorter requests"))


class _Patience:
    """How long to wait for what, within one request."""

    def __init__(self, tell: Tell, *, answered: bool) -> None:
        self._tell = tell
        self._answered = answered
        self._tries = 0

    def stop(self, state: RetryCallState) -> bool:
        """Whether to give up after this failure."""
        error = _failure(state)
        if error.kind == "loading":
            return (state.seconds_since_start or 0) > LOADING
        self._tries += 1
        attempts = (
            2 if error.kind in ("no_response",) or (error.kind == "unreachable" and not self._answered) else ATTEMPTS
        )
        return self._tries >= attempts or (error.retry_after or 0) > LONGEST_WAIT

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next try: none after a first broken connection (a stale socket), else as asked or 0.5·2ⁿ."""
        error = _failure(state)
        if error.kind == "loading":
            return LOADING_STEP
        if error.retry_after is not None:
            return error.retry_after
        if self._tries == 1 and error.kind in ("unreachable", "cut", "no_response"):
            return 0.0
        return min(0.5 * 2 ** (self._tries - 1), 20.0)

    def show(self, state: RetryCallState) -> None:
        """Say what is waited for."""
        error = _failure(state)
        seconds = state.next_action.sleep if state.next_action else 0.0
        self._tell(f"wait.{error.kind}", seconds=round(seconds), detail=error.detail)


def _failure(state: RetryCallState) -> EndpointError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, EndpointError):
        raise TypeError(error)
    return error
