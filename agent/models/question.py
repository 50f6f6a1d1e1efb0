"""One question to an endpoint with an answer in JSON: no tools, no history, no conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.model import Message
from agent.models.adapting import Adapting
from agent.models.dialect import plain
from agent.models.exchange import Exchange
from agent.models.fit import Fit, Fits
from agent.models.interpret import NATIVE
from agent.models.normal import normalise
from transcripts.events import Json
from transcripts.signals import interruptible

SAMPLES = 1  # more tries after a reply that the server itself called bad


class Questioner:
    """Asks an endpoint for JSON of a given schema, in the form of request that the endpoint is known to take."""

    def __init__(self, exchange: Exchange, memory: Fits, fixed: Mapping[str, Any] | None = None) -> None:
        self._exchange = exchange
        name = f"{exchange.wire.endpoint.id} asked for JSON"  # what tools need is another matter
        fit = memory.load(name)
        fit = replace(fit, dialect="schema") if fit.dialect == NATIVE else fit
        fixed = {key: value for key, value in (fixed or {}).items() if value != NATIVE}  # that is of tools only
        self._adapting = Adapting(exchange, memory, name, fit, fixed, samples=SAMPLES, shrinks=False)

    def ask(self, messages: Sequence[Message], schema: Json, max_tokens: int) -> str:
        """The text of the reply, of at most `max_tokens` tokens. Raises EndpointError when none can be had."""
        with interruptible():
            try:
                reply, _, _ = self._adapting.send(lambda fit: self._body(fit, messages, schema, max_tokens))
            finally:
                self._exchange.tell("")
        self._adapting.keep()
        return reply.content

    def _body(self, fit: Fit, messages: Sequence[Message], schema: Json, max_tokens: int) -> Json:
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
