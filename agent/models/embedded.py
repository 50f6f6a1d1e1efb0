"""The interviewer without a language model: reads the messages, does what the last tool result says is due.

It is a Model like the others and goes through the same loop; the first screen says what it is.
"""

import json
import random
from collections.abc import Sequence

from agent.model import AssistantTurn, Message
from prompts import variants
from tools.interview import Step
from tools.registry import ToolCall
from transcripts.events import Json


class EmbeddedModel:
    """Deterministic: the same seed and the same conversation give the same words."""

    name = "embedded"

    def __init__(self, lang: str, seed: int) -> None:
        self._lang = lang
        self._seed = seed

    def complete(self, messages: Sequence[Message], tools: Sequence[Json]) -> AssistantTurn:  # noqa: ARG002
        """Do what is due after the last message."""
        last = messages[-1]
        result = _last_result(messages)
        if result is None:
            return self._call(messages, Step.FETCH, {}, self._pick("greeting", messages))
        if last["role"] == "user":
            return self._call(messages, Step.GRADE, {"question_id": _question_id(messages)})
        if last["role"] == "system":
            result = {"next": last["content"].rsplit("next: ", 1)[-1].strip(" .")}
        return self._obey(messages, result)

    def _obey(self, messages: Sequence[Message], result: Json) -> AssistantTurn:
        step = result["next"]
        if step == Step.FETCH:
            return self._call(messages, Step.FETCH, {}, self._pick("next_question", messages))
        if step in (Step.GRADE, Step.REVEAL):
            return self._call(messages, step, {"question_id": _question_id(messages)})
        if step == Step.FOLLOW_UP and "follow_up" in result:
            return AssistantTurn(result["follow_up"])
        return AssistantTurn(self._pick(step, messages))

    def _call(self, messages: Sequence[Message], name: str, arguments: Json, words: str = "") -> AssistantTurn:
        call = ToolCall(f"call{len(messages):05d}", str(name), json.dumps(arguments))
        return AssistantTurn(words, (call,))

    def _pick(self, key: str, messages: Sequence[Message]) -> str:
        return random.Random(f"{self._seed}/{len(messages)}").choice(variants(key, self._lang))


def _last_result(messages: Sequence[Message]) -> Json | None:
    for message in reversed(messages):
        if message["role"] == "tool":
            return dict(json.loads(message["content"]))
    return None


def _question_id(messages: Sequence[Message]) -> str:
    for message in reversed(messages):
        if message["role"] == "tool":
            result = json.loads(message["content"])
            if "prompt" in result:
                return str(result["id"])
    return ""
