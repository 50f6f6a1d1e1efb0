"""The conversation in wire form, folded from events. Append-only: what was sent is never rewritten."""

import hashlib
import json
from collections.abc import Sequence

from agent.model import Message
from transcripts.events import Event, Json, MessageEvent, ToolCallEvent, ToolResultEvent


class Conversation:
    """The messages so far."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def apply(self, event: Event) -> None:
        """Take one event in; calls that razbor made itself are not the model's and stay out."""
        match event:
            case MessageEvent():
                self.messages.append({"role": event.role, "content": event.content})
            case ToolCallEvent(by="model"):
                self._add_call(event)
            case ToolResultEvent() if self._is_open(event.id):
                self.messages.append({"role": "tool", "tool_call_id": event.id, "content": event.content})

    def _add_call(self, event: ToolCallEvent) -> None:
        if not self.messages or self.messages[-1]["role"] != "assistant":
            self.messages.append({"role": "assistant", "content": ""})
        function = {"name": event.name, "arguments": event.arguments}
        calls = self.messages[-1].setdefault("tool_calls", [])
        calls.append({"id": event.id, "type": "function", "function": function})

    def _is_open(self, call_id: str) -> bool:
        made = [c["id"] for m in self.messages for c in m.get("tool_calls", ())]
        answered = [m["tool_call_id"] for m in self.messages if m["role"] == "tool"]
        return made.count(call_id) > answered.count(call_id)


def request_sha256(messages: Sequence[Message], tools: Sequence[Json]) -> str:
    """The hash of a request in canonical JSON: equal requests have equal hashes on every machine."""
    canonical = json.dumps([list(messages), list(tools)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
