"""What a turn has said so far, while it is still coming: whole sentences, as long as it is no call. Pure."""

import re
from collections.abc import Callable

from pydantic_core import from_json

from agent.model import AssistantTurn
from agent.models.interpret import SAY
from transcripts.events import Reply

_END = re.compile(r"[.!?…:][\"»”’)\]*_`]*(?=\s)|\n(?=\n)")
_NUMBER = re.compile(r"^\s*\d+[.)]$", re.MULTILINE)  # of a list: no end of a sentence
_BULLET = re.compile(r"^\s*[*-]\s", re.MULTILINE)
_PAIRED = ("`", "**", "*", "__", "~~")  # what Markdown has around words: between two of these nothing ends

Interpreted = Callable[[Reply], AssistantTurn]


class Earshot:
    """Hands the words of one turn to `hear`, all of them each time a sentence is complete."""

    def __init__(self, interpreted: Interpreted, hear: Callable[[str], None]) -> None:
        self._interpreted = interpreted
        self._hear = hear
        self._heard = ""

    def take(self, content: str) -> None:
        """Look at the text of the turn as far as it has come."""
        action = content.lstrip().startswith("{")
        words = _sentences(_said_in_action(content) if action else content)
        if not words or words == self._heard:
            return
        self._heard = words
        if not action:
            turn = self._interpreted(Reply(content=words))
            words = "" if turn.tool_calls or turn.repairs else turn.content
        if words:
            self._hear(words)


def _sentences(text: str) -> str:
    """The beginning of a text up to its last complete sentence."""
    for found in reversed(list(_END.finditer(text))):
        if _is_whole(begin := text[: found.end()]):
            return begin.strip()
    return ""


def _is_whole(text: str) -> bool:
    """Whether Markdown may end here: what comes after will not change how this is laid out."""
    last = text.rstrip().rpartition("\n")[2]
    words = _BULLET.sub("", text)
    closed = all(words.count(mark) % 2 == 0 for mark in _PAIRED)
    return closed and not last.lstrip().startswith("|") and not _NUMBER.search(last)


def _said_in_action(content: str) -> str:
    """The text of {"action": "say", "text": …}, which may end anywhere; "" where it is another action."""
    try:
        action = from_json(content, allow_partial="trailing-strings")
    except ValueError:
        return ""
    text = action.get("text") if isinstance(action, dict) and action.get("action") == SAY else None
    return text if isinstance(text, str) else ""
