"""The interviewer without a language model: does the step that is due.

It is a Model like the others and goes through the same loop; the first screen says what it is. It also stands by
to take a turn, or the rest of the interview, where another model does not manage.
"""

import json
import random
from collections.abc import Sequence

from agent.context import open_question, results
from agent.model import AssistantTurn, Message
from prompts import variants
from tools.interview import SPEECH, Step
from tools.registry import ToolCall
from transcripts.events import Json

NAME = "embedded"


class EmbeddedModel:
    """Deterministic: the same seed and the same results of tools give the same words, whatever was answered."""

    name = NAME

    def __init__(self, lang: str, seed: int) -> None:
        self._lang = lang
        self._seed = seed

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:  # noqa: ARG002
        """Do what is due."""
        known = results(messages)
        # of what the tools have said only: drawn by the answer, too, the words would tell one answer from another
        draw = random.Random(f"{self._seed}/{json.dumps(known)}")
        if due is Step.FETCH:
            greeting = "next_question" if known else "greeting"
            return _call(messages, due, {}, draw.choice(variants(greeting, self._lang)))
        if due not in SPEECH:
            return _call(messages, due, {"question_id": open_question(known)})
        if due is Step.FOLLOW_UP:
            return AssistantTurn(next(result["follow_up"] for result in known if "follow_up" in result))
        return AssistantTurn(draw.choice(variants(due.value, self._lang)))


def _call(messages: Sequence[Message], step: Step, arguments: Json, words: str = "") -> AssistantTurn:
    return AssistantTurn(words, (ToolCall(f"call{len(messages):05d}", step.value, json.dumps(arguments)),))
