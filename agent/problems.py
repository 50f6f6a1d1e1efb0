"""What the system or a library says is wrong, in the user's language.

Each kind is known by its code where it has one (errno, SQLite's and pydantic's names), else by its words; what is not
known stays in its own words, quoted.
"""

import errno
import re
from typing import Any

from tomli import TOMLDecodeError

from prompts import catalogue, say
from transcripts.errors import Problem

_YAML = {  # how libyaml says it: how we do
    "mapping values are not allowed in this context": "colon",
    "did not find expected key": "key",
    "could not find expected ':'": "no_colon",
    "did not find expected '-' indicator": "dash",
    "did not find expected ',' or ']'": "bracket",
    "did not find expected ',' or '}'": "bracket",
    "found unexpected end of stream": "quote",
    "found character that cannot start any token": "character",
    "found a tab character that violates indentation": "tab",
    "block sequence entries are not allowed in this context": "item",
    "found unknown escape character": "escape",
    "control characters are not allowed": "control",
    "expected a single document in the stream": "documents",
    "did not find expected <document start>": "documents",
}
_TOML = {  # the same of tomllib, as patterns
    "Expected '=' after a key": "equals",
    "Invalid statement": "statement",
    "Invalid value": "value",
    "Cannot (overwrite|declare|mutate)|Duplicate": "twice",
    "Unclosed array|Unclosed inline table|Expected '\\]'": "bracket",
    'Unterminated string|Expected "': "quote",
    "Illegal character": "character",
    "Unescaped|Invalid hex|Invalid initial character": "character",
    "Expected newline": "line",
    "Invalid date": "value",
}
_PLACE = re.compile(r"(?P<words>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)
_ERRNO = re.compile(r"\[Errno (?P<number>-?\d+)\] (?P<words>.*)")
_NO_NAME = (-2, -3, -5, 8)  # what getaddrinfo says of a host that it does not know
_SECONDS = re.compile(r"(\d+) s")


def told(value: Any, lang: str) -> Any:  # noqa: ANN401 - what fills in a text: most of it stays as it is
    """What fills in a blank, translated where it is a problem of somebody else's."""
    match value:
        case Problem():
            return _problem(value, lang)
        case TOMLDecodeError():
            return _toml(str(value), lang)
        case OSError():
            return _system(value.errno or 0, value.strerror or str(value), lang)
        case Exception():
            code = str(getattr(value, "sqlite_errorname", "")).removeprefix("SQLITE_").split("_")[0]
            return _said(f"sqlite.{code.lower()}", str(value), lang)
    return value


def origin(name: str, lang: str) -> str:
    """Where a setting comes from, as people read it; flags, variables and files have their own names."""
    key = f"origin.{name}"
    return say(key, lang) if key in catalogue(lang) else name


def detail(words: str, lang: str) -> str:
    """What is known of an endpoint's failure: the system's words and ours translated, a server's own as they are."""
    if found := _ERRNO.fullmatch(words):
        return _system(int(found["number"]), found["words"], lang)
    if found := _SECONDS.fullmatch(words):
        return say("report.seconds", lang, seconds=found[1])
    key = f"detail.{_slug(words)}"
    return say(key, lang) if key in catalogue(lang) else words


def repair(words: str, lang: str) -> str:
    """What was wrong with a model's turn, or what was done about it."""
    key = f"repair.{_slug(words)}"
    return say(key, lang) if key in catalogue(lang) else words


def departure(words: str, lang: str) -> str:
    """What stands in the place of a recorded value where an interview goes another way."""
    key = f"difference.{_slug(words)}"  # a recorded value stands in quotes, and stays
    return say(key, lang) if key in catalogue(lang) and '"' not in words else words


def _problem(problem: Problem, lang: str) -> str:
    if problem.kind == "origin":
        return origin(problem.code, lang)
    if problem.kind == "yaml":
        return _said(f"yaml.{_YAML.get(problem.words, '')}", problem.words, lang)
    values = dict(problem.values)
    if "expected" in values:  # pydantic's list of values
        values["expected"] = str(values["expected"]).replace(" or ", ", ").replace("'", "")
    return _said(f"{problem.kind}.{problem.code}", problem.words, lang, **values)


def _toml(text: str, lang: str) -> str:
    found = _PLACE.fullmatch(text)
    words = found["words"] if found else text.removesuffix(" (at end of document)")
    code = next((code for pattern, code in _TOML.items() if re.match(pattern, words)), "")
    problem = _said(f"toml.{code}", words, lang)
    return say("toml.at", lang, problem=problem, line=found["line"], column=found["column"]) if found else problem


def _system(number: int, words: str, lang: str) -> str:
    code = "no_name" if number in _NO_NAME else errno.errorcode.get(number, "").lower()
    return _said(f"system.{code}", words, lang)


def _said(key: str, words: str, lang: str, /, **values: object) -> str:
    if key in catalogue(lang):
        return say(key, lang, **values)
    return say("origin.quoted", lang, words=words) if words else ""


def _slug(words: str) -> str:
    return re.sub(r"\W+", "_", words.lower()).strip("_")
