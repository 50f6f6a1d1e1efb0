"""What a model is to the loop: one method, from messages and tool schemas to a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tools.interview import Step
from tools.registry import ToolCall
from transcripts.events import Json, RecordedCall, Reply

Message = dict[str, Any]  # in the wire form of Chat Completions


@dataclass(frozen=True)
class AssistantTurn:
    """What the model did with its turn: words, calls, or both. `usage` is in tokens, where it is known.

    `reply` is the raw turn where words and calls were read out of it, `repairs` what had to be mended for that, as
    (problem, action), and `dialect` the way in which the request was made.
    """

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Json | None = None
    reply: Reply | None = None
    repairs: tuple[tuple[str, str], ...] = ()
    dialect: str = ""

    @property
    def raw(self) -> Reply:
        """The turn as it goes into the transcript."""
        calls = [RecordedCall(id=c.id, name=c.name, arguments=c.arguments) for c in self.tool_calls]
        return self.reply or Reply(content=self.content, tool_calls=calls)


class Model(Protocol):
    """Anything that can take the interviewer's part: an endpoint, the embedded interviewer, a transcript."""

    name: str

    def complete(self, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> AssistantTurn:
        """One turn; `due` is the step that the interview waits for. The model may see it otherwise.

        Raises KeyboardInterrupt when the candidate stops it, EndpointError when no turn can be had.
        """
