"""Tool calls that a server left in the text, in the forms that models were trained on. One table, no guessing.

A form either has a marker that people do not type (anchored: it may stand beside speech), or it is JSON, and then
it must be the whole message: JSON inside prose is prose. What is found here is a claim; `interpret` decides
whether it is a call.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agent.models.reply import is_json
from tools.arguments import ArgumentsError, decode, first_value, unfence

IN_PROSE = "JSON in prose"
_BETWEEN = re.compile(r"[ ;,\n\t]*\s*")  # what may stand between two calls
MAX_BRACES = 20  # places in a text where a JSON object is looked for


@dataclass(frozen=True)
class Claim:
    """Text that claims to be a call: what it says, the text it stands in, and whether it is one of our actions."""

    name: str
    arguments: Any  # a JSON object, or text that should be one
    block: str
    form: str
    core: str  # the part of the block that makes the call, without what follows where no end is marked


def claims(text: str, *, in_prose: bool = False) -> list[Claim]:
    """All claims of the first form that finds any.

    JSON must be the whole message; with `in_prose`, where JSON was asked for, it may have words around it.
    """
    for name, pattern, read in _ANCHORED:
        found = [
            Claim(call, arguments, match[0], name, text[match.start() : _core_end(match)])
            for match in pattern.finditer(text)
            for call, arguments in read(match)
        ]
        if found:
            return found
    return list(_whole_message(text)) or (list(_in_prose(text)) if in_prose else [])


def _core_end(match: re.Match[str]) -> int:
    """Where the text ends that makes the call: after its JSON, after its last parameter, or with the match."""
    body, start = match["body"], match.start("body")
    if "</" in body and "parameter>" in body:
        return start + body.rindex("parameter>") + len("parameter>")
    brace = body.find("{")
    if brace >= 0:
        with suppress(ValueError, RecursionError):
            return start + brace + first_value(body[brace:])[1]
    return match.end()


def _json_calls(text: str) -> Iterator[tuple[str, Any]]:
    """Calls in JSON: one object, a list of them, or several joined by ";" or line breaks."""
    for value in _values(unfence(text)):
        for one in value if isinstance(value, list) else [value]:
            yield from _one(one)


def _values(text: str) -> Iterator[Any]:
    """The JSON values of a text, one after the other; in the looser forms only one."""
    at = 0
    try:
        while text[at:]:
            value, length = first_value(text[at:])
            at = _BETWEEN.match(text, at + length).end()  # type: ignore[union-attr]  # it matches nothing, too
            yield value
    except (ValueError, RecursionError):
        if at == 0:
            with suppress(ArgumentsError):
                yield decode(text)


def _one(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """A call as one object, under the keys that models use for it."""
    if not isinstance(value, dict):
        return
    if isinstance(value.get("tool_calls"), list):
        for call in value["tool_calls"]:
            yield from _one(call)
        return
    if isinstance(value.get("function"), dict):
        value = value["function"]
    name = next((value[key] for key in ("action", "name", "tool", "tool_name", "function") if key in value), None)
    if not isinstance(name, str):
        return
    given = next((value[key] for key in ("arguments", "parameters", "args", "input") if key in value), None)
    own = {key: item for key, item in value.items() if key not in ("action", "name", "type", "id", "tool", "function")}
    yield name, own if given is None else given


def _named(match: re.Match[str]) -> Iterator[tuple[str, Any]]:
    """name{…}, name[ARGS]{…}: the name first, then one JSON value, however its braces nest."""
    text = match["body"].strip()
    if text[:1] in "[{":
        yield from _json_calls(text)
        return
    for call in re.finditer(r"(?P<name>[\w.\-]+)\s*(?:\[CALL_ID\][\w\-]*)?\s*(?:\[ARGS\])?\s*(?=\{)", text):
        try:
            arguments, _ = first_value(text[call.end() :])
        except (ValueError, RecursionError):
            continue
        yield call["name"], arguments


def _tagged(match: re.Match[str]) -> Iterator[tuple[str, Any]]:
    """<function=name> or <invoke name="name">, with a tag for each parameter; values are text."""
    body = match["body"].strip()
    values = {part["key"]: part["value"].removeprefix("\n").removesuffix("\n") for part in _PARAMETER.finditer(body)}
    if len(values) == len(_PARAMETER_BEGIN.findall(body)):  # else one was cut off
        yield match["name"], values if values or not body.startswith("{") else body


def _body(match: re.Match[str]) -> Iterator[tuple[str, Any]]:
    yield match["name"], match["body"]


def _inner(match: re.Match[str]) -> Iterator[tuple[str, Any]]:
    yield from _json_calls(match["body"])


_Reader = Callable[[re.Match[str]], Iterator[tuple[str, Any]]]


def _pattern(text: str) -> re.Pattern[str]:
    """A verbose pattern; DSML stands for DeepSeek's optional prefix in a tag, BAR for its two kinds of bar."""
    return re.compile(text.replace("DSML", "(?:[|｜]DSML[|｜])?").replace("BAR", "[|｜]"), re.VERBOSE | re.DOTALL)


_PARAMETER = _pattern(
    r"""<DSMLparameter (?:=|\s+name="?) (?P<key>[\w\-]+) "?[^>]*> (?P<value>.*?)
        (?:</DSMLparameter> | (?=<DSMLparameter))"""
)
_PARAMETER_BEGIN = _pattern(r"<DSMLparameter[=\s]")
_ANCHORED: tuple[tuple[str, re.Pattern[str], _Reader], ...] = (
    (
        "function tag",
        _pattern(
            r"""(?:<tool_call>\s*)? <function="?(?P<name>[\w.\-]+)"?> (?P<body>.*?)
                (?:</function> | (?=<function=) | $) (?:\s*</tool_call>)?"""
        ),
        _tagged,
    ),
    (
        "invoke tag",
        _pattern(
            r"""(?:<DSML(?:function_calls|tool_calls)>\s*)? <DSMLinvoke\s+name="(?P<name>[\w.\-]+)"[^>]*> (?P<body>.*?)
                (?:</DSMLinvoke> | $) (?:\s*</DSML(?:function_calls|tool_calls)>)?"""
        ),
        _tagged,
    ),
    ("tool_call tag", _pattern(r"<tool_call>\s* (?P<body>.*?) (?:</tool_call> | (?=<tool_call>) | $)"), _inner),
    ("[TOOL_CALLS]", _pattern(r"\[TOOL_CALLS\]\s* (?P<body>.*?) (?=\[TOOL_CALLS\] | </s> | $)"), _named),
    ("python_tag", _pattern(r"<\|python_tag\|>\s* (?P<body>.*?) (?:<\|eom_id\|> | <\|eot_id\|> | $)"), _inner),
    (
        "DeepSeek",
        _pattern(
            r"""(?:<BARtool[▁_ ]calls[▁_ ]beginBAR>\s*)? <BARtool[▁_ ]call[▁_ ]beginBAR>\s* (?:function)?\s*
                (?:<BARtool[▁_ ]sepBAR>)?\s* (?P<name>[\w.\-]+)\s* (?:<BARtool[▁_ ]sepBAR>)?\s* (?P<body>.*?)
                (?:<BARtool[▁_ ]call[▁_ ]endBAR> | $) (?:\s*<BARtool[▁_ ]calls[▁_ ]endBAR>)?"""
        ),
        _body,
    ),
    (
        "harmony",
        _pattern(
            r"""(?:<\|start\|>assistant)? (?:<\|channel\|>\w+\s)? to=(?P<name>[\w.\-]+) [^{]*? <\|message\|>
                (?P<body>.*?) (?:<\|call\|> | <\|end\|> | $)"""
        ),
        _body,
    ),
)
_TEXT = r"""(?:"[^"]*"|'[^']*')"""
_SPOKEN_CALL = _pattern(
    r"""\s* (?P<name>(?:functions\.)?[A-Za-z_]\w*) \s* \( \s* (?P<body>
        | \{.*\} | \w+\s*=\s*TEXT (?:\s*,\s*\w+\s*=\s*TEXT)* ) \s* \) \s*;?\s*""".replace("TEXT", _TEXT)
)
_KEYWORD = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def _whole_message(text: str) -> Iterator[Claim]:
    bare = unfence(text)
    if bare[:1] in ("{", "["):
        for name, arguments in _json_calls(bare):
            yield Claim(name, arguments, bare, "bare JSON", bare)
    elif match := _SPOKEN_CALL.fullmatch(bare):
        keywords = {key: one or other for key, one, other in _KEYWORD.findall(match["body"])}
        arguments = match["body"] if "{" in match["body"] else keywords
        yield Claim(match["name"], arguments, bare, "call syntax", bare)


def _in_prose(text: str) -> Iterator[Claim]:
    """The first JSON object of a text that claims to be a call."""
    for brace in [match.start() for match in re.finditer(r"\{", text)][:MAX_BRACES]:
        with suppress(ValueError, RecursionError):
            value, end = first_value(text[brace:])
            block = text[brace : brace + end]
            found = [Claim(name, arguments, block, IN_PROSE, block) for name, arguments in _one(value)]
            if found:
                yield from found
                return


def looks_like_json(text: str) -> bool:
    """Whether the whole message is JSON, or the beginning of it: nothing to be said aloud."""
    bare = unfence(text)
    if bare[:1] not in ("{", "["):
        return False
    return is_json(bare) or bool(re.match(r"[{\[]\s*(\{|\"|'|$)", bare))
