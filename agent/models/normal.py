"""The last look at messages before they leave: in a form that every server's template takes. Pure.

What holds afterwards, whatever came in (the tests hold it as properties): one system message, first; then `user`;
contents are texts that encode as UTF-8; assistant messages say or call something; every call has a name, an id of
its own and canonical JSON arguments, and is answered once, in order, right after it; no answer without a call; no
`user` right after `tool`; no two neighbours of one role, other than tool answers.
"""

import json
import re
from collections.abc import Iterator, Sequence

from agent.model import Message
from tools.arguments import readable_arguments, whole_text
from transcripts.events import Json

BEGIN = "Begin."
PAUSE = "(The candidate goes on.)"
NOT_EXECUTED = '{"ok": false, "error": "not executed"}'
MAX_ARGUMENTS = 1_000  # characters; our tools take an id or a topic
MAX_ID = 40  # characters; OpenAI takes no more
_FITTING_ID = re.compile(rf"[\x21-\x7e]{{1,{MAX_ID}}}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9]{9}")
# What a template would take for its own tokens, if it stood in somebody's words.
_TOKENS = re.compile(
    r"<(?=\||｜|/?s>|/?(?:start|end)_of_turn|/?tool_call|/?tool_response|/?think)|\[(?=/?(?:INST|TOOL_CALLS|ARGS)\])"
)
_JOINER = "\u2060"  # no width, no break: people see no difference, tokenizers do


def normalise(
    messages: Sequence[Message], *, short_ids: bool = False, fold_system: bool = False, keep_reasoning: bool = False
) -> list[Message]:
    """The messages as they may be sent. The flags are what some endpoints need beyond that."""
    system = "\n\n".join(_text(m) for m in messages if m.get("role") == "system" and _text(m))
    rest = _merge(_paired([m for m in messages if m.get("role") != "system"], short_ids, keep_reasoning))
    if not rest or rest[0]["role"] != "user":
        rest.insert(0, {"role": "user", "content": BEGIN})
    if system and fold_system:
        rest[0] = {"role": "user", "content": f"{system}\n\n{rest[0]['content']}"}
    elif system:
        rest.insert(0, {"role": "system", "content": system})
    return rest


def clean(text: str) -> str:
    """The text as UTF-8 can carry it: surrogate halves and NUL become U+FFFD."""
    return whole_text(text).replace("\0", "\ufffd")


def neutral(text: str) -> str:
    """Words of others in which nothing is a template's token any more."""
    return _TOKENS.sub(lambda match: match[0] + _JOINER, text)


def _text(message: Message) -> str:
    text = clean(str(message.get("content") or ""))
    return neutral(text) if message.get("role") in ("user", "tool") else text


def _paired(messages: Sequence[Message], short_ids: bool, keep_reasoning: bool) -> Iterator[Message]:
    """Every call with its answer, ids made unique; answers without a call are left out."""
    seen: set[str] = set()
    for at, message in enumerate(messages):
        role = message.get("role")
        if role == "user":
            yield {"role": "user", "content": _text(message)}
        elif role == "assistant":
            calls = list(message.get("tool_calls") or ())
            if not calls and not _text(message).strip():
                continue
            sent: Message = {"role": "assistant", "content": _text(message)}
            if keep_reasoning and message.get("reasoning_content") and calls:
                sent["reasoning_content"] = clean(message["reasoning_content"])
            ids = [_id(str(call.get("id") or ""), seen, short_ids) for call in calls]
            if calls:
                sent["tool_calls"] = [_call(call, new) for call, new in zip(calls, ids, strict=True)]
            yield sent
            yield from _answers(messages[at + 1 :], calls, ids)


def _answers(following: Sequence[Message], calls: Sequence[Json], ids: Sequence[str]) -> Iterator[Message]:
    """One answer a call: the first recorded one with its id among those that follow; else that there is none."""
    results = []
    for message in following:
        if message.get("role") == "assistant":
            break
        if message.get("role") == "tool":
            results.append(message)
    for call, new in zip(calls, ids, strict=True):
        own = next((r for r in results if r.get("tool_call_id") == call.get("id")), None)
        if own is not None:
            results.remove(own)
        yield {"role": "tool", "tool_call_id": new, "content": (_text(own) if own else "") or NOT_EXECUTED}


def _id(old: str, seen: set[str], short: bool) -> str:
    """The id itself where it will do, else one of nine letters and digits."""
    fits = bool(_PLAIN_ID.fullmatch(old)) if short else bool(_FITTING_ID.fullmatch(old))
    new = old if fits and old not in seen else f"c{len(seen):08d}"
    while new in seen:
        new = f"d{int(new[1:]) + 1:08d}" if new[1:].isdecimal() else f"d{len(seen):08d}"
    seen.add(new)
    return new


def _call(call: Json, new_id: str) -> Json:
    """A call with canonical arguments: what could not be read goes out as {}, or templates fail on it for good."""
    function = call.get("function") or {}
    arguments = readable_arguments(str(function.get("arguments") or ""))
    name = re.sub(r"[^\w-]", "_", str(function.get("name") or "unknown"), flags=re.ASCII)[:64]
    extra = {key: value for key, value in call.items() if key not in ("id", "type", "function", "index")}
    extra = json.loads(clean(json.dumps(extra, ensure_ascii=False)))
    text = clean(json.dumps(arguments, ensure_ascii=False))
    if len(text) > MAX_ARGUMENTS:
        text = "{}"
    return {**extra, "id": new_id, "type": "function", "function": {"name": name, "arguments": text}}


def _merge(messages: Iterator[Message]) -> list[Message]:
    """Neighbours of one role become one message; a pause is put between a tool's answer and the candidate."""
    merged: list[Message] = []
    for message in messages:
        last = merged[-1] if merged else {}
        role = message["role"]
        if role != "tool" and role == last.get("role") and not last.get("tool_calls"):
            content = "\n\n".join(filter(None, (last["content"], message["content"])))
            merged[-1] = {**last, **message, "content": content}
            continue
        if role == "user" and last.get("role") == "tool":
            merged.append({"role": "assistant", "content": PAUSE})
        merged.append(message)
    return merged
