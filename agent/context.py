"""What of the conversation goes on the wire: folded from events, append-only within a question, bounded over all.

A request holds the system prompt, one message on what is done so far, and the messages of the open question. When
the next question is fetched, the one before leaves: of it remains a line of facts. So a request is as large after
the 200th question as after the second, and its beginning stays the same for the server's prompt cache.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from agent.model import Message
from prompts import to_model
from tools.arguments import first_value
from tools.registry import fit
from transcripts.events import (
    Event,
    GradeEvent,
    Json,
    MessageEvent,
    ModelCallEvent,
    QuestionEvent,
    ToolCallEvent,
    ToolResultEvent,
)

MAX_RESULT = 800  # characters of a tool result for the model; the candidate sees the breakdown whole
MAX_WORDS = 2_000  # characters of one turn of the candidate; the grader has all of them
CANDIDATE = "candidate"  # marks the candidate's words among messages of role `user`; not sent
FACTS = 5  # finished questions that the model is reminded of
LAST = 3  # messages at the end that always stay
SMALLEST = 200  # characters below which shortening stops
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
BYTES_PER_TOKEN = 3.3  # of UTF-8; Qwen2.5 has 3.9 to 5.6 on our texts, English, Russian and JSON


class Conversation:
    """The messages of a request, kept as the events come in."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._facts: list[str] = []
        self._raw: Json = {}

    def apply(self, event: Event) -> None:
        """Take one event in; calls that razbor made itself are not the model's and stay out."""
        match event:
            case QuestionEvent():
                self._next_question(event)
            case GradeEvent():
                self._facts[-1:] = [_fact(event)]
            case MessageEvent(role="system"):
                self._instruct(event.content)
            case MessageEvent():
                words = event.content if event.role == "assistant" else shorten(event.content, MAX_WORDS)
                speaker = {"name": CANDIDATE} if event.role == "user" else {}
                self._say({"role": event.role, "content": words, **speaker})
            case ModelCallEvent():
                self._raw = event.reply.model_dump()
            case ToolCallEvent(by="model"):
                self._add_call(event)
            case ToolResultEvent() if self._is_open(event.id):
                self.messages.append({"role": "tool", "tool_call_id": event.id, "content": _in_short(event.content)})

    def _next_question(self, event: QuestionEvent) -> None:
        """All but the system prompt and the call that fetched this question leave."""
        if self._facts:
            facts = "\n".join(self._facts)
            opening = to_model("context.facts", done=event.number - 1, total=event.total, facts=facts)
            call = [message for message in self.messages[-1:] if "tool_calls" in message]
            self.messages[1:] = [{"role": "user", "content": opening}, *call]
        self._facts = [*self._facts, f"{event.question['id']}: not answered"][-FACTS:]

    def _instruct(self, text: str) -> None:
        """The system prompt; later words of razbor go to the end of what the model reads last."""
        last = self.messages[-1] if self.messages else None
        if last is None:
            self.messages = [
                {"role": "system", "content": text},
                {"role": "user", "content": to_model("context.begin")},
            ]
        elif last["role"] in ("user", "tool"):
            last["content"] += f"\n\n[razbor] {text}"
        else:
            self.messages.append({"role": "user", "content": f"[razbor] {text}"})

    def _say(self, message: Message) -> None:
        """What was said; words that an unanswered call has brought go before it: its result must come right behind."""
        open_call = bool(self.messages) and "tool_calls" in self.messages[-1]
        self.messages.insert(len(self.messages) - open_call, message)

    def _add_call(self, event: ToolCallEvent) -> None:
        if not self.messages or self.messages[-1]["role"] != "assistant" or "tool_calls" in self.messages[-1]:
            self.messages.append({"role": "assistant", "content": ""})
        function = {"name": event.name, "arguments": event.arguments}
        call = {"id": event.id, "type": "function", "function": function}
        raw: Json = self._raw["tool_calls"].pop(0) if self._raw.get("tool_calls") else {}
        extra = {key: value for key, value in raw.items() if key not in ("id", "name", "arguments")}
        self.messages[-1]["tool_calls"] = [{**extra, **call}]
        if self._raw.get("reasoning"):
            self.messages[-1]["reasoning_content"] = self._raw["reasoning"]

    def _is_open(self, call_id: str) -> bool:
        last = self.messages[-1] if self.messages else {}
        return any(call["id"] == call_id for call in last.get("tool_calls", ()))


def results(messages: Sequence[Message]) -> list[Json]:
    """The tools' results in the messages, the latest first; what razbor added behind one is not in it."""
    return [_content(message["content"]) for message in reversed(messages) if message["role"] == "tool"]


def _content(result: str) -> Json:
    """What a tool's result holds; nothing, in a record that was edited and is none any more."""
    try:
        content, _ = first_value(result)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def open_question(results_so_far: Sequence[Json]) -> str:
    """The id of the open question: that of the latest result with a prompt in it; "" when there is none."""
    return next((str(result["id"]) for result in results_so_far if "prompt" in result), "")


def _in_short(result: str) -> str:
    """A tool's result with its long texts cut; what is to be done next stays whole, and last."""
    content = _content(result)
    rule = {"do": content.pop("do")} if "do" in content else {}
    return json.dumps({**json.loads(fit(content, MAX_RESULT)), **rule}, ensure_ascii=False)


def _fact(grade: GradeEvent) -> str:
    status = "answered and graded" if grade.status == "graded" else f"not graded ({grade.reason})"
    return f"{grade.question}: {status}"


def shorten(text: str, limit: int) -> str:
    """The text as it is, or its head and tail with a mark between them."""
    if len(text) <= limit:
        return text
    return f"{text[: limit * 2 // 3]} …[cut]… {text[-limit // 3 :]}"


def estimate(messages: Sequence[Message], tools: Sequence[Json] = ()) -> int:
    """About how many tokens this will be: never far too few."""
    return int(
        len(json.dumps([list(messages), list(tools)], ensure_ascii=False).encode("utf-8", "surrogatepass"))
        / BYTES_PER_TOKEN
    )


def shrink(messages: Sequence[Message], tokens: int) -> list[Message]:
    """The messages within `tokens`, as far as that goes: long words are cut, then the oldest rounds left out.

    What is said first is the question and what is said last is to be answered: those stay the longest.
    """
    kept, limit = [dict(message) for message in messages], MAX_WORDS
    while estimate(kept) > tokens and limit > SMALLEST:
        limit //= 2
        kept = [_cut(message, limit) for message in kept]
    for front in (4, 2):  # system prompt, opening, the question's call and result; then only the first two
        while estimate(kept) > tokens and len(kept) > front + LAST:
            del kept[front]
    return kept


def _cut(message: Message, limit: int) -> Message:
    """A message with at most `limit` characters; a tool's result is short already, and must stay JSON."""
    if message["role"] in ("system", "tool"):
        return message
    return {**message, "content": shorten(message["content"], limit)}


def hashes(messages: Sequence[Message], tools: Sequence[Json]) -> tuple[str, list[str]]:
    """The hash of a request, and of each message the beginning of its own: enough to tell which one changed."""
    each = [_canonical(message) for message in messages]
    request = f"[[{','.join(each)}],{_canonical(list(tools))}]"
    return _sha256(request), [_sha256(message)[:12] for message in each]


def _canonical(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return _ENCODER.encode(value)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
