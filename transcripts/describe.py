"""README.md, made from the event classes: `python -m transcripts.describe` writes it.

Field texts are string literals below the fields, read from the source here: pydantic could collect them too
(`use_attribute_docstrings`), but does so on import, which costs each start 15 ms.
"""

import ast
import inspect
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from string import Template
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from transcripts.event import Event, Json
from transcripts.events import EVENT_CLASSES, FORMAT
from transcripts.grade import Grade, GraderId, KeyPointLine, MistakeLine, Remarks
from transcripts.reader import MAX_FILE, MAX_LINE
from transcripts.turns import RecordedCall, Reply

ROOM = Path(__file__).parent
README = ROOM / "README.md"
OBJECTS: tuple[type[BaseModel], ...] = (Reply, RecordedCall, GraderId, KeyPointLine, MistakeLine)
ALWAYS = ("type", "seq", "time", "format")  # in every file; their defaults are for the writer
NAMES = {str: "text", int: "integer", float: "number", bool: "true or false", dict: "object", Any: "anything"}
LONGEST, FULLEST = 60, 7  # of a text in an example, in characters; of an object within an event, in fields


def field_texts(cls: type[BaseModel]) -> dict[str, str]:
    """What the string literals below its fields say, those that it inherits included."""
    texts = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            (node,) = ast.parse(inspect.getsource(base)).body
            body = node.body if isinstance(node, ast.ClassDef) else []
            for field, text in pairwise(body):
                match field, text:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                        texts[name] = " ".join(said.split())
    return texts


def in_words(kind: Any) -> str:  # noqa: ANN401 - an annotation
    """An annotation in plain words."""
    parts = get_args(kind)
    if get_origin(kind) is Annotated:  # with bounds, which the text names
        kind = get_args(kind)[0]
    match get_origin(kind):
        case origin if origin is Union or origin is UnionType:
            null = ", or null" if NoneType in parts else ""
            rest = [part for part in parts if part is not NoneType]
            values = tuple(value for part in rest for value in get_args(part) if get_origin(part) is Literal)
            return (in_words(Literal[values]) if values else in_words(rest[0])) + null
        case origin if origin is Literal:
            return "one of " + ", ".join(f"`{value}`" for value in parts)
        case origin if origin is list:
            return f"list of {several(in_words(parts[0]))}"
        case origin if origin is dict:
            return "object" if parts[1] is Any else f"object of {several(in_words(parts[1]))}"
    return NAMES.get(kind) or f"[{kind.__name__}](#{kind.__name__.lower()})"


def several(words: str) -> str:
    """The plural of what `in_words` says; a link stays as it is."""
    return words if words.startswith("[") else f"{words}s"


def table(cls: type[BaseModel], but: Sequence[str] = ()) -> str:
    """The fields of a class as a Markdown table."""
    texts, rows = field_texts(cls), ["| field | type | meaning |", "| --- | --- | --- |"]
    for name, field in cls.model_fields.items():
        if name not in but:
            kept = field.is_required() or name in ALWAYS
            missing = "" if kept else f" *Missing: `{json.dumps(field.default)}`.*"
            rows.append(f"| `{name}` | {in_words(field.annotation)} | {texts.get(name, '')}{missing} |")
    return "\n".join(rows)


def recorded() -> list[Json]:
    """The events of all examples."""
    files = sorted((ROOM / "examples").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").split("\n") if line]


def shortened(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """What stays of a value in an example; each … is something left out."""
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST] + "…"
    if isinstance(value, list) and value:
        return [shortened(value[0], depth + 1), *["…"][: len(value) - 1]]
    if isinstance(value, dict):
        kept = list(value.items())[: FULLEST if depth else None]
        return {key: shortened(item, depth + 1) for key, item in kept} | ({} if len(kept) == len(value) else {"…": "…"})
    return value


def example(kind: str, events: Sequence[Json]) -> str:
    """That recorded event of a type of which most fields say something."""
    known = [event for event in events if event["type"] == kind]
    if not known:
        return "(No interview in `examples/` has this event.)"
    fullest = max(known, key=lambda event: sum(value not in ("", None, [], {}) for value in event.values()))
    return f"```json\n{json.dumps(shortened(fullest), ensure_ascii=False)}\n```"


def section(kind: str, cls: type[Event], events: Sequence[Json]) -> str:
    """All about one type."""
    parts = [f"### `{kind}`", inspect.getdoc(cls) or "", table(cls, but=tuple(Event.model_fields))]
    if issubclass(cls, Grade):
        parts += [inspect.getdoc(Remarks) or "", table(Remarks)]
    return "\n\n".join([*parts, example(kind, events)])


def text() -> str:
    """The whole README."""
    events = recorded()
    return Template((ROOM / "describe.md").read_text("utf-8")).substitute(
        format=FORMAT,
        line_mb=MAX_LINE // 2**20,
        file_mb=MAX_FILE // 2**20,
        every=table(Event),
        types="\n\n".join(section(kind, cls, events) for kind, cls in EVENT_CLASSES.items()),
        objects="\n\n".join(f"### {cls.__name__}\n\n{inspect.getdoc(cls)}\n\n{table(cls)}" for cls in OBJECTS),
    )


if __name__ == "__main__":
    README.write_text(text(), "utf-8")
    print(README)
