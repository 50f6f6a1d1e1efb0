"""What --verbose adds, on stderr: the model's turns, their tokens, and the tool calls as they come and go."""

import sys

from agent.terminal.printable import printable
from transcripts.events import Event, ModelCallEvent, RepairEvent, ToolCallEvent, ToolResultEvent


class Narrator:
    """A listener."""

    def hear(self, event: Event) -> None:
        """Tell one event, where it is about the model or the tools."""
        match event:
            case ModelCallEvent():
                used = ", ".join(f"{name} {value}" for name, value in (event.usage or {}).items())
                self._print(f"· {event.model} {event.dialect} {event.latency_ms / 1000:.1f} s {used}")
            case RepairEvent():
                self._print(f"~ {event.problem}: {event.action}")
            case ToolCallEvent():
                self._print(f"→ {event.name} {event.arguments}")
            case ToolResultEvent():
                self._print(f"← {event.name} {event.content}")

    @staticmethod
    def _print(text: str) -> None:
        print(printable(text), file=sys.stderr)
