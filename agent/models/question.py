"""One question to an endpoint with an answer in JSON: no tools, no history, no conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.context import estimate
from agent.model import Message
from agent.models.dialect import plain
from agent.models.exchange import Exchange
from agent.models.failure import SAMPLE, EndpointError
from agent.models.fit import MAX_RUNGS, Memory, adapt
from agent.models.interpret import NATIVE
from agent.models.normal import normalise
from transcripts.events import Json
from transcripts.recorder import interruptible

SAMPLES = 1  # more tries after a reply that the server itself called bad


class Questioner:
    """Asks an endpoint for JSON of a given schema, in the form of request that the endpoint is known to take."""

    def __init__(self, exchange: Exchange, memory: Memory, fixed: Mapping[str, Any] | None = None) -> None:
        self._exchange = exchange
        self._memory = memory
        self._name = f"{exchange.wire.endpoint.id} asked for JSON"  # what tools need is another matter
        fit = replace(memory.load(self._name), **(fixed or {}))
        self._fit = self._known = replace(fit, dialect="schema" if fit.dialect == NATIVE else fit.dialect)

    def ask(self, messages: Sequence[Message], schema: Json, max_tokens: int) -> str:
        """The text of the reply, of at most `max_tokens` tokens. Raises EndpointError when none can be had."""
        with interruptible():
            return self._ask(messages, schema, max_tokens)

    def _ask(self, messages: Sequence[Message], schema: Json, max_tokens: int) -> str:
        samples = 0
        try:
            for _ in range(MAX_RUNGS + SAMPLES):
                body = self._body(messages, schema, max_tokens)
                try:
                    text = self._exchange.send(body)[0].content
                except EndpointError as error:
                    samples += error.kind in SAMPLE
                    if error.kind not in SAMPLE or samples > SAMPLES:
                        self._adapt(error, estimate(body["messages"], ()))
                else:
                    self._learn()
                    return text
        finally:
            self._exchange.tell("")
        raise EndpointError("rejected", "every form of the request was refused")

    def _adapt(self, error: EndpointError, sent: int) -> None:
        """Change one thing for this and later requests; a prompt that is too long cannot be made shorter here."""
        changed = None if error.kind == "overflow" else adapt(self._fit, error, sent)
        if changed is None:
            raise error
        self._fit = changed[0]

    def _learn(self) -> None:
        """What has just worked is remembered."""
        if self._fit != self._known:
            self._memory.save(self._name, self._fit)
            self._known = self._fit

    def _body(self, messages: Sequence[Message], schema: Json, max_tokens: int) -> Json:
        fit = self._fit
        sent = normalise(messages, fold_system=fit.fold_system)
        body: Json = {
            "model": self._exchange.wire.endpoint.model, "messages": sent, fit.max_tokens_key: max_tokens,
            "temperature": 0, "stream": fit.stream,
        }  # fmt: skip
        if fit.dialect == "schema":
            form = {"name": "verdicts", "strict": True, "schema": plain(schema) if fit.plain_schema else schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif fit.dialect == "json":
            body["response_format"] = {"type": "json_object"}
        return {key: value for key, value in body.items() if key not in fit.dropped}
