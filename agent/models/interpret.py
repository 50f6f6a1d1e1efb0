"""A model's raw Reply → what it said and which tools it called. Pure, so that a recorded reply gives the same turn.

Text is read for calls only under these conditions: no native call came; the form is known; the tool exists and
the arguments hold against its schema; and the text does not occur in what the candidate or a tool said, or the
candidate could make calls by having the model quote them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.model import AssistantTurn, Message
from agent.models.salvage import IN_PROSE, Claim, claims, looks_like_json
from tools.arguments import ArgumentsError, parse_arguments
from tools.registry import ToolCall, validator
from transcripts.events import Json, RecordedCall, Reply

NATIVE = "native"
ATTEMPTED = ("call in speech", "JSON in speech")
SAY = "say"  # the action of speaking, in the dialects in which every turn is an action
_THINK = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|$)", re.DOTALL)
_HARMONY_FINAL = re.compile(r"<\|channel\|>final[^<]*<\|message\|>(.*?)(?:<\|(?:end|return)\|>|$)", re.DOTALL)
_HARMONY_OTHER = re.compile(
    r"<\|channel\|>(?:analysis|commentary)(?![^<]*\bto=).*?(?:<\|end\|>|<\|call\|>|(?=<\|start\|>)|$)", re.DOTALL
)
_SPECIAL = re.compile(r"<\|[\w.▁\- ]{1,40}\|>|<｜[\w▁ ]{1,40}｜>|</?s>|</?(?:start|end)_of_turn>(?:model)?|\[/?INST\]")
_OTHER_ROLE = re.compile(
    r"(?:^|\n)[ \t]*(?:\*\*|\[)?(?:user|candidate|human|кандидат|пользователь|соискатель)(?:\s*\d*)?(?:\*\*|\])?\s*:"
    r"|<\|im_start\|>\s*user|<\|start_header_id\|>\s*user|\[INST\]|<start_of_turn>user|\[user \d+\]",
    re.IGNORECASE,
)
_CALL_JSON = re.compile(r"(?<!\{)\{+\s*\"(?:name|action|tool|type|function|arguments)\".*\}", re.DOTALL)
MAX_TEXT = 20_000  # characters of a turn that are looked at; a turn is a few hundred
_OWN_ROLE = re.compile(
    r"^\s*(?:\*\*)?(?:assistant|interviewer|интервьюер|ассистент)(?:\*\*)?\s*:(?:\*\*)?\s*", re.IGNORECASE
)
_MARKERS = re.compile(
    r"</?tool_call\b|<function=|</?function\b|\[TOOL_CALLS\]|<\|python_tag|[<][|｜]tool|</?(?:[|｜]DSML)|<invoke\b"
    r"|```(?:json|xml|tool\w*)\b|functions\.\w+\s*\(",
    re.IGNORECASE,
)
THINKING_END = re.compile(r"^.*</(?:think|thinking|reasoning)>", re.DOTALL)


@dataclass(frozen=True)
class Toolbox:
    """The tools by name, with the schema of each one's arguments."""

    schemas: dict[str, Json]

    @classmethod
    def of(cls, tools: Sequence[Json]) -> "Toolbox":
        """From the schemas as they are sent."""
        functions = [tool["function"] for tool in tools]
        return cls({f["name"]: f["parameters"] for f in functions})

    def canonical(self, name: str) -> str:
        """The declared name that a decorated one means: functions.f, default_api.f, f:0, F, fetchQuestion."""
        bare = re.split(r"<\||<｜|:\d+$", name.strip())[0].rsplit(".", 1)[-1]
        for known in self.schemas:
            if _letters(known) == _letters(bare):
                return known
        return name

    def accepts(self, name: str, arguments: Any) -> bool:  # noqa: ANN401
        """Whether this is a call of a known tool that holds against its schema."""
        return name in self.schemas and validator(self.schemas[name]).is_valid(arguments)


def interpret(reply: Reply, tools: Sequence[Json], messages: Sequence[Message], dialect: str) -> AssistantTurn:
    """What the model said and called. `repairs` of the turn says what had to be mended."""
    toolbox = Toolbox.of(tools)
    text = _spoken(reply.content)
    if reply.tool_calls:
        calls = tuple(_native(call, number, toolbox, len(messages)) for number, call in enumerate(reply.tool_calls))
        return AssistantTurn(speech(text)[0], calls, reply=reply, dialect=dialect)
    heard = "".join(_squeeze(m["content"]) for m in messages if m["role"] in ("user", "tool"))
    found = [claim for claim in claims(text, in_prose=dialect != NATIVE) if not _quoted(claim, heard)]
    calls = tuple(filter(None, (_accept(claim, n, toolbox, len(messages)) for n, claim in enumerate(found))))
    if calls:
        repairs = ((found[0].form, "read as a call"),) if dialect == NATIVE else ()
        return AssistantTurn(_beside(text, found), calls, reply=reply, repairs=repairs, dialect=dialect)
    said = [str(c.arguments.get("text", "")) for c in found if c.name == SAY and isinstance(c.arguments, dict)]
    words, mended = speech(said[0] if said else text)
    if mended in ATTEMPTED:  # what is left is "Sure, here is the call:", nothing for the candidate
        words = ""
    return AssistantTurn(words, (), reply=reply, repairs=((mended, "not shown"),) if mended else (), dialect=dialect)


def _quoted(claim: Claim, heard: str) -> bool:
    """Whether the candidate or a tool said this: what makes the call, or the JSON in it that names the call."""
    json_part = claim.core[claim.core.find("{") : claim.core.rfind("}") + 1]
    return any(claim.name in part and _squeeze(part) in heard for part in (claim.core, json_part))


def _beside(text: str, found: Sequence[Claim]) -> str:
    """What was said beside the calls."""
    if looks_like_json(text) or any(claim.form == IN_PROSE for claim in found):
        return ""
    for claim in found:
        text = text.replace(claim.block, "")
    return speech(text)[0]


def speech(text: str) -> tuple[str, str]:
    """What of a text may be shown as the interviewer's words, and what was taken out of it ("" for nothing).

    Cut: special tokens; what the model says in the candidate's place; everything from the first sign of a call.
    """
    mended = ""
    if role := _OTHER_ROLE.search(text):
        text, mended = text[: role.start()], "plays the candidate"
    text = _stripped(_SPECIAL, text)
    if marker := _MARKERS.search(text):
        text, mended = text[: marker.start()], "call in speech"
    text = _OWN_ROLE.sub("", text).strip()
    if looks_like_json(text):
        return "", "JSON in speech"
    bare = _CALL_JSON.sub("", text).strip()  # neither executed nor shown
    return (bare, "JSON in speech") if bare != text else (text, mended)


def _spoken(content: str) -> str:
    """The content without what was only thought, and of channels only the final one."""
    text = THINKING_END.sub("", _stripped(_THINK, content[:MAX_TEXT]))
    if final := _HARMONY_FINAL.search(text):
        return final[1]
    return _HARMONY_OTHER.sub("", text)


def _stripped(pattern: re.Pattern[str], text: str) -> str:
    """The text without what the pattern finds, and without what that leaves behind to be found."""
    while (shorter := pattern.sub("", text)) != text:
        text = shorter
    return text


def _native(call: RecordedCall, number: int, toolbox: Toolbox, turn: int) -> ToolCall:
    return ToolCall(call.id or _made_id(turn, number), toolbox.canonical(call.name), call.arguments)


def _accept(claim: Claim, number: int, toolbox: Toolbox, turn: int) -> ToolCall | None:
    name = toolbox.canonical(claim.name)
    try:
        arguments = parse_arguments(
            claim.arguments if isinstance(claim.arguments, str) else json.dumps(claim.arguments)
        )
    except ArgumentsError:
        return None
    if not toolbox.accepts(name, arguments):
        return None
    return ToolCall(_made_id(turn, number), name, json.dumps(arguments, ensure_ascii=False))


def _made_id(turn: int, number: int) -> str:
    """Nine letters and digits: the one form of id that every server takes."""
    return f"call{turn % 1000:03d}{number % 100:02d}"


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _squeeze(text: str) -> str:
    return "".join(text.split())
