"""What --verbose adds, on stderr: the model's turns, their tokens, and the tool calls as they come and go."""

import sys

from agent.printable import printable
from agent.problems import repair
from agent.terminal.card import score_text
from prompts import say
from transcripts.events import Event, ModelCallEvent, RepairEvent, ToolCallEvent, ToolResultEvent


class Narrator:
    """A listener that speaks `lang`."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def hear(self, event: Event) -> None:
        """Tell one event, where it is about the model or the tools."""
        match event:
            case ModelCallEvent():
                used = ", ".join(f"{name} {value}" for name, value in (event.usage or {}).items())
                took = say(
                    "report.seconds", self._lang, seconds=score_text(round(event.latency_ms / 1000, 1), self._lang)
                )
                self._print(f"· {event.model} {event.dialect} {took} {used}")
            case RepairEvent():
                self._print(f"~ {repair(event.problem, self._lang)}: {repair(event.action, self._lang)}")
            case ToolCallEvent():
                self._print(f"→ {event.name} {event.arguments}")
            case ToolResultEvent():
                self._print(f"← {event.name} {event.content}")

    @staticmethod
    def _print(text: str) -> None:
        print(printable(text), file=sys.stderr)
