"""How an endpoint is asked for a turn: with native tool calls, or for one JSON action in plain text.

native    tools in the request, calls in the reply
schema    one action as JSON, the server made to keep to its schema (`response_format: json_schema`)
json      one action as JSON, the server made to write some JSON (`json_object`)
prompted  one action as JSON, only asked for

The last three share one rendering of the conversation; they are what a small model behind a plain server can do.
Whatever is asked for, `interpret` reads the reply in the same way.
"""

import json
from collections.abc import Sequence

from agent.context import CANDIDATE, estimate, open_question, results, shrink
from agent.model import Message
from agent.models.fit import Fit
from agent.models.interpret import NATIVE, SAY
from agent.models.normal import normalise
from prompts import to_model
from tools.arguments import exact_object, readable_arguments
from tools.interview import SPEECH, Step
from transcripts.events import Json

UNCLEAR = ("additionalProperties", "default", "maxLength", "$schema", "title")  # what some servers refuse in a schema


def request(fit: Fit, model: str, messages: Sequence[Message], tools: Sequence[Json], due: Step) -> Json:
    """The body of a Chat Completions request for one turn."""
    native = fit.dialect == NATIVE
    rendered = list(messages) if native else _as_actions(messages, tools, due)
    room = fit.tokens - estimate((), tools if native else ())
    # Normalised first, so that only what is sent takes room; and again, since shrinking may part calls and answers.
    sent = normalise(
        shrink(normalise(rendered, keep_reasoning=fit.keep_reasoning), room),
        short_ids=fit.short_ids,
        fold_system=fit.fold_system,
        keep_reasoning=fit.keep_reasoning,
    )
    body: Json = {"model": model, "messages": sent, fit.max_tokens_key: fit.max_tokens, "stream": fit.stream}
    if native:
        body["tools"] = [plain(tool) for tool in tools] if fit.plain_schema else list(tools)
    elif fit.dialect in ("schema", "json"):
        body["response_format"] = _response_format(fit, tools, due)
    if fit.stream and fit.ask_usage:
        body["stream_options"] = {"include_usage": True}
    return {key: value for key, value in body.items() if key not in fit.dropped}


def action(tools: Sequence[Json], due: Step) -> Json:
    """The JSON schema of the one action that is allowed now: to speak, or to call the tool that is due."""
    if due in SPEECH:
        return exact_object({"action": {"const": SAY}, "text": {"type": "string"}})
    function = next(tool["function"] for tool in tools if tool["function"]["name"] == due.value)
    return exact_object({"action": {"const": function["name"]}, "arguments": plain(function["parameters"])})


def plain(schema: Json) -> Json:
    """A schema without the words that not every server knows."""
    return {
        key: plain(value) if isinstance(value, dict) else value for key, value in schema.items() if key not in UNCLEAR
    }


def _response_format(fit: Fit, tools: Sequence[Json], due: Step) -> Json:
    if fit.dialect == "json":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "action", "strict": True, "schema": action(tools, due)}}


def _as_actions(messages: Sequence[Message], tools: Sequence[Json], due: Step) -> list[Message]:
    """The conversation in the text dialects; the end of it says what is due, since small models go by that."""
    rendered = [_render(message, messages, tools) for message in messages]
    reminder = to_model("action.due", step=to_model(f"action.{due.value}", id=open_question(results(messages))))
    if rendered and rendered[-1]["role"] == "user":
        rendered[-1] = {"role": "user", "content": f"{rendered[-1]['content']}\n\n{reminder}"}
    else:
        rendered.append({"role": "user", "content": reminder})
    return rendered


def _render(message: Message, messages: Sequence[Message], tools: Sequence[Json]) -> Message:
    """A message of the conversation as the text dialects say it: calls as actions, results as words of razbor."""
    role, content = message["role"], message.get("content") or ""
    if role == "system":
        return {"role": "system", "content": f"{content}\n{_explain(tools)}"}
    if role == "tool":
        name = next((c["function"]["name"] for m in messages for c in m.get("tool_calls", ())
                     if c["id"] == message["tool_call_id"]), "?")  # fmt: skip
        return {"role": "user", "content": to_model("action.result", name=name, content=content)}
    if role == "assistant":
        calls = message.get("tool_calls") or ()
        said = [{"action": SAY, "text": content}] if content and not calls else []
        made = [
            {"action": c["function"]["name"], "arguments": readable_arguments(c["function"]["arguments"])}
            for c in calls
        ]
        return {"role": "assistant", "content": "\n".join(json.dumps(a, ensure_ascii=False) for a in (*said, *made))}
    words = to_model("action.candidate", words=content) if message.get("name") == CANDIDATE else content
    return {"role": "user", "content": words}


def _explain(tools: Sequence[Json]) -> str:
    """The actions, in words; the same bytes all through the interview."""
    lines = [to_model("action.intro"), to_model("action.say")]
    for function in (tool["function"] for tool in tools):
        example = json.dumps(dict.fromkeys(function["parameters"]["properties"], "..."))
        what = function["description"]
        lines.append(to_model("action.tool", name=function["name"], description=what, example=example))
    return "\n".join(lines)
