"""Chunks of a streamed turn → one Reply. A turn that came whole is a stream of one chunk.

Servers disagree on what a delta is; a slot of a tool call is found by id, then by index, then it is the last one
that is still open. What is said here of servers is from the catalogue of quirks that the tests hold.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tools.arguments import is_cut_off, whole_text
from transcripts.events import Json, RecordedCall, Reply

REASONING = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
REFUSED = "content_filter"
MAX_BLANK = 200  # white space in a row: the model has lost its thread and would go on to the token limit
_CALL_KEYS = {"id", "type", "function", "index", "name", "arguments"}


@dataclass
class _Slot:
    id: str = ""
    index: int | None = None
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)

    @property
    def arguments(self) -> str:
        """The pieces joined; or the last, where each is the beginning of the next (cumulative snapshots)."""
        joined = "".join(self.pieces)
        grows = all(after.startswith(before) for before, after in zip(self.pieces, self.pieces[1:], strict=False))
        return self.pieces[-1] if len(self.pieces) > 1 and grows and not is_json(joined) else joined


class Accumulator:
    """Takes chunks in with `add`; `reply` is the turn so far, `usage` what the server counted."""

    def __init__(self) -> None:
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self._slots: list[_Slot] = []
        self._blank = 0
        self.finish_reason: str | None = None
        self.usage: Json | None = None
        self.refused = False
        self.answered = False  # a chunk with a choice came: this is a model that speaks

    def add(self, chunk: Any) -> None:  # noqa: ANN401 - whatever a server sends
        """Take one chunk in."""
        if not isinstance(chunk, dict):
            return
        self.usage = _usage(chunk) or self.usage
        for choice in _listed(chunk.get("choices")):
            if isinstance(choice, dict) and choice.get("index") in (None, 0):
                self._choice(choice)

    @property
    def rambling(self) -> bool:
        """The model sends nothing but white space."""
        return self._blank > MAX_BLANK

    @property
    def cut_off(self) -> bool:
        """Whether the stream ended in the middle of a call, or before it said anything; text is good as it is."""
        if self.finish_reason is not None:
            return False
        return any(is_cut_off(slot.arguments) for slot in self._slots) or not (self._content or self._slots)

    @property
    def content(self) -> str:
        """The text so far."""
        return whole_text("".join(self._content))

    def reply(self) -> Reply:
        """The turn so far."""
        calls = [
            RecordedCall(id=whole_text(s.id), name=whole_text(s.name), arguments=whole_text(s.arguments), **s.extra)
            for s in self._slots
            if s.name or s.pieces
        ]
        return Reply(
            content=self.content, tool_calls=calls,
            reasoning=whole_text("".join(self._reasoning)),
            finish_reason=REFUSED if self.refused else self.finish_reason,
        )  # fmt: skip

    def _choice(self, choice: Json) -> None:
        self.answered = True
        delta = choice.get("delta") or choice.get("message")
        if isinstance(choice.get("finish_reason"), str):
            self.finish_reason = whole_text(choice["finish_reason"])
        if not isinstance(delta, dict):
            text = choice.get("text")
            delta = {"content": text} if isinstance(text, str) else {}
        self._text(delta.get("content"))
        self.refused = self.refused or bool(delta.get("refusal"))
        self._think(next((delta[key] for key in REASONING if delta.get(key)), None))
        for call in _listed(delta.get("tool_calls")):
            if isinstance(call, dict):
                self._call(call)
        if isinstance(delta.get("function_call"), dict):  # the form before tool calls
            self._call({"index": 0, "function": delta["function_call"]})

    def _text(self, content: Any) -> None:  # noqa: ANN401
        if isinstance(content, list):  # a message in parts
            self._think([part.get("thinking") for part in content if isinstance(part, dict)])
            content = _joined(content)
        if isinstance(content, str) and content:
            self._content.append(content)
            self._blank = 0 if content.strip() else self._blank + len(content)

    def _think(self, thought: Any) -> None:  # noqa: ANN401
        for part in thought if isinstance(thought, list) else [thought]:
            text = _joined(part) if isinstance(part, list) else _joined([part])
            if text:
                self._reasoning.append(text)

    def _call(self, call: Json) -> None:
        function = call.get("function")
        if not isinstance(function, dict):
            function = {}
        name = str(function.get("name") or "")
        slot = self._slot(str(call.get("id") or ""), call.get("index"), name)
        slot.extra |= {key: value for key, value in call.items() if key not in _CALL_KEYS and value is not None}
        if name and not slot.pieces:
            slot.name = name if name.startswith(slot.name) else slot.name + name
        arguments = function.get("arguments")
        if isinstance(arguments, dict | list):
            slot.pieces = [_dumped(arguments)]
        elif isinstance(arguments, str) and arguments:
            slot.pieces.append(arguments)

    def _slot(self, call_id: str, index: Any, name: str) -> _Slot:  # noqa: ANN401
        """The slot a delta belongs to; a new id, or a new name after whole arguments, opens one."""
        slot = next(
            (s for s in self._slots if call_id and s.id == call_id and (s.index == index or None in (s.index, index))),
            None,
        )
        if slot is None:
            same = [s for s in self._slots if index is None or s.index == index]
            slot = same[-1] if same else None
        if slot is not None and call_id and slot.id and call_id != slot.id:
            slot = None
        if slot is not None and not call_id and name and slot.pieces and is_json(slot.arguments):
            slot = None
        if slot is None:
            slot = _Slot(index=index)
            self._slots.append(slot)
        slot.id = slot.id or call_id
        return slot


def _dumped(value: Any) -> str:  # noqa: ANN401
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "{"  # too deep for anybody: as good as cut off


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _joined(parts: list[Any]) -> str:
    """The texts among the parts of a message, in each of the ways to write them."""
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def is_json(text: str) -> bool:
    """Whether the whole text is one JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _usage(chunk: Json) -> Json | None:
    """Tokens of prompt, cached prompt and completion, from `usage` or from llama-server's `timings`."""
    usage, timings = chunk.get("usage"), chunk.get("timings")
    counted: Json = {}
    if isinstance(timings, dict) and isinstance(timings.get("prompt_n"), int):
        cached = timings["cache_n"] if isinstance(timings.get("cache_n"), int) else 0
        counted = {"prompt_tokens": timings["prompt_n"] + cached, "cached_tokens": cached,
                   "completion_tokens": timings.get("predicted_n")}  # fmt: skip
        counted = {key: value for key, value in counted.items() if isinstance(value, int)}
    if isinstance(usage, dict):
        details = usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else None
        told = {"prompt_tokens": usage.get("prompt_tokens"), "cached_tokens": cached,
                "completion_tokens": usage.get("completion_tokens")}  # fmt: skip
        counted |= {key: value for key, value in told.items() if isinstance(value, int)}
    return counted or None
