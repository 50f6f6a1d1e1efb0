"""Tool arguments as models write them → a JSON object, or a clear word on why there is none.

Tolerant of form (fences, single quotes, doubled encodings, text after the object), never of loss: what was cut
off in the middle is not completed, because half an argument is another argument.
"""

import ast
import json
import re
import warnings
from collections.abc import Callable
from typing import Any

from transcripts.events import Json

MAX_ENCODINGS = 3  # a string in a string in a string; more is an attack, not a habit
MAX_LENGTH = 100_000  # characters that are looked at in other readings than plain JSON

FENCE = "```"
_LANGUAGE = re.compile(r"^[\w-]*[ \t]*\n")
_PREFIX = re.compile(r"^\s*json\b\s*(?=[{\[])", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)  # NaN is no JSON, and says nothing


class ArgumentsError(ValueError):
    """The text holds no JSON object; `cut_off` when it is the beginning of one."""

    def __init__(self, *, cut_off: bool) -> None:
        super().__init__("cut off" if cut_off else "not a JSON object")
        self.cut_off = cut_off


def parse_arguments(raw: str) -> Json:
    """The object that `raw` stands for; nothing at all stands for no arguments. Raises ArgumentsError.

    An argument that is null counts as absent.
    """
    value: Any = raw
    for _ in range(MAX_ENCODINGS):
        if not isinstance(value, str):
            break
        value = decode(value) if value.strip() else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ArgumentsError(cut_off=False)
    given = json.dumps({str(key): item for key, item in value.items()}, ensure_ascii=False)
    return {key: item for key, item in first_value(whole_text(given))[0].items() if item is not None}


def readable_arguments(raw: str) -> Json:
    """What `parse_arguments` reads; nothing where it reads nothing."""
    try:
        return parse_arguments(raw)
    except ArgumentsError:
        return {}


def is_cut_off(raw: str) -> bool:
    """Whether `raw` is the beginning of an object."""
    try:
        parse_arguments(raw)
    except ArgumentsError as error:
        return error.cut_off
    return False


def whole_text(text: str) -> str:
    """The text with pairs of surrogates joined; halves without a partner become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decode(raw: str) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value that a text begins with, in any of the ways models write it. Raises ArgumentsError."""
    if len(raw) > MAX_LENGTH:
        return _plain(raw)
    text = unfence(raw)
    for reading in _READINGS:
        try:
            return reading(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    raise ArgumentsError(cut_off=_unclosed(text))


def _plain(raw: str) -> Any:  # noqa: ANN401
    """JSON as it should be; how far a long text is from it is not worth the time to find out."""
    try:
        return first_value(raw.strip())[0]
    except (ValueError, RecursionError) as error:
        raise ArgumentsError(cut_off=False) from error


def unfence(text: str) -> str:
    """The text without the code fence around it and without a leading word "json"."""
    text = text.strip()
    if len(text) >= 2 * len(FENCE) and text.startswith(FENCE) and text.endswith(FENCE):
        text = _LANGUAGE.sub("", text[len(FENCE) : -len(FENCE)], count=1)
    return _PREFIX.sub("", text, count=1).strip()


def first_value(text: str) -> tuple[Any, int]:
    """The JSON value at the start of `text`, and where it ends. Raises ValueError or RecursionError."""
    return _DECODER.raw_decode(text)


def _single_braces(text: str) -> Any:  # noqa: ANN401
    """{{"a": {}}}: some models double the outer braces, as their templates do."""
    if not text.startswith("{{"):
        raise ValueError(text)
    inner = text[1:]
    value, end = first_value(inner)
    if inner[end:].strip() not in ("", "}"):
        raise ValueError(text)
    return value


def _literal(text: str) -> Any:  # noqa: ANN401
    """A Python literal, as far as it is JSON in other quotes."""
    with warnings.catch_warnings(action="ignore"):  # of escapes that Python does not know
        return json.loads(json.dumps(ast.literal_eval(text)))


def _unescaped(text: str) -> Any:  # noqa: ANN401
    if "&quot;" not in text or '"' in text:
        raise ValueError(text)
    from html import unescape

    return first_value(unescape(text))[0]


_READINGS: tuple[Callable[[str], Any], ...] = (
    lambda text: first_value(text)[0],
    _single_braces,
    lambda text: first_value(_TRAILING_COMMA.sub(r"\1", text))[0],
    _literal,
    lambda text: _literal(text[: text.rindex("}") + 1]),
    _unescaped,
)


def _unclosed(text: str) -> bool:
    """Whether more braces are opened than closed, outside of strings; or a string is still open."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    return bare.count("{") > bare.count("}") or '"' in bare


def exact_object(properties: Json) -> Json:
    """The JSON schema of an object with all of these properties and no other."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
