"""What a model is to the loop: one method, from messages and tool schemas to a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tools.registry import ToolCall
from transcripts.events import Json, RecordedCall, Reply

Message = dict[str, Any]  # in the wire form of Chat Completions


@dataclass(frozen=True)
class AssistantTurn:
    """What the model did with its turn: words, calls, or both. `usage` is in tokens, where it is known."""

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Json | None = None

    @property
    def raw(self) -> Reply:
        """The turn as it goes into the transcript."""
        calls = [RecordedCall(id=c.id, name=c.name, arguments=c.arguments) for c in self.tool_calls]
        return Reply(content=self.content, tool_calls=calls)


class Model(Protocol):
    """Anything that can take the interviewer's part: an endpoint, the embedded interviewer, a transcript."""

    name: str

    def complete(self, messages: Sequence[Message], tools: Sequence[Json]) -> AssistantTurn:
        """One turn. Raises KeyboardInterrupt when the candidate stops it."""
