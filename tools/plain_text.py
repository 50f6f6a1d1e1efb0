"""The plain-text breakdown format: questions one after another under fixed Russian headings.

[id: my-question]                    optional; otherwise the id is made from the content
Heading
Prompt, on one or more lines
Сначала проговорите ответ вслух или тезисами.
… (what the site says to every question)
Короткий ответ / Подробный разбор / Типичные ошибки / Как сказать на собеседовании
each followed by its text, the last two by a list of lines that begin with "- "
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import ValidationError

from tools.question import Question
from tools.text_file import read_text
from transcripts.errors import InputError, Problem, invalid

BEGIN = {"Сначала проговорите ответ вслух или тезисами.", "First say your answer aloud or in short theses."}
BOILERPLATE = BEGIN | {"Формулы, план решения, риски и примеры.", "Откройте разбор только после своей попытки.", "Показать разбор"}  # fmt: skip  # noqa: E501
SECTIONS = {
    "Короткий ответ": "short_answer",
    "Подробный разбор": "breakdown",
    "Типичные ошибки": "mistakes",
    "Как сказать на собеседовании": "tips",
    "Short answer": "short_answer",
    "Breakdown": "breakdown",
    "Typical mistakes": "mistakes",
    "How to say it": "tips",
}
LISTS = ("mistakes", "tips")
_BULLET = re.compile(r"^[-*•–—]\s+")
_TRANSLIT = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziyklmnoprstufhye", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_FILLER = set("a an and are as at be by do explain describe for from how in is it of on or that the to what with would you your как что и в на для вы".split())  # fmt: skip  # noqa: E501, SIM905


def parse(path: Path, known: Iterable[Question] = ()) -> list[Question]:
    """Read every question of a plain-text file; InputError names the line where it stops making sense.

    A text that one of the `known` questions already has keeps that question's id, topic and level.
    """
    lines = _lines(read_text(path))
    begins = [i for i, (_, line) in enumerate(lines) if line in BEGIN]
    if not begins:
        raise InputError("error.import_no_question", path=path)
    starts = [0] + [_head_start(lines, end) for end in begins[1:]]
    by_content = {question.content_sha256: question for question in known}
    questions = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        question = _question(path, lines[start:end])
        twin = by_content.get(question.content_sha256)
        kept = {"id": twin.id, "topic": twin.topic, "level": twin.level} if twin else {}
        questions.append(question.model_copy(update=kept))
    return questions


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers; an indented one goes on with the list item above it."""
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if raw[:1].isspace() and lines and _BULLET.match(lines[-1][1]) and not _BULLET.match(line):
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line}".strip())
        elif line:
            lines.append((number, line))
    return lines


def _head_start(lines: list[tuple[int, str]], begin: int) -> int:
    """Where the head of the question that begins at `begin` starts: after the last list item before it."""
    start = begin
    while not _BULLET.match(lines[start - 1][1]) and lines[start - 1][1] not in SECTIONS:
        start -= 1
    return start


def _question(path: Path, lines: list[tuple[int, str]]) -> Question:
    parts: dict[str, list[str]] = {"head": []}
    section = "head"
    for number, line in lines:
        if line in SECTIONS:
            section = SECTIONS[line]
            if section in parts:
                raise InputError("error.import_twice", path=path, line=number, section=line)
            parts[section] = []
        elif line not in BOILERPLATE:
            parts[section].append(line)
    for name in dict.fromkeys(SECTIONS.values()):
        if not parts.get(name):
            lacking = Problem("section", code=name, words=name)
            raise InputError("error.import_missing", path=path, line=lines[0][0], section=lacking)
    return _build(path, lines[0][0], parts)


def _build(path: Path, line: int, parts: dict[str, list[str]]) -> Question:
    head = parts["head"]
    given = head.pop(0).removeprefix("id:").strip() if head and head[0].startswith("id:") else ""
    prompt = "\n".join(head[1:])
    if not prompt:
        raise InputError("error.import_head", path=path, line=line)
    items = {name: [_BULLET.sub("", item) for item in parts[name]] for name in LISTS}
    try:
        return Question(
            id=given or make_id(prompt),
            heading=head[0],
            prompt=prompt,
            short_answer="\n".join(parts["short_answer"]),
            breakdown="\n".join(parts["breakdown"]),
            mistakes=[{"text": text} for text in items["mistakes"]],
            tips=items["tips"],
        )
    except ValidationError as error:
        place, problem = invalid(error)
        field = ".".join(map(str, place))
        raise InputError("error.import_value", path=path, line=line, field=field, problem=problem) from error


def make_id(prompt: str) -> str:
    """An id from the content: its first telling words in Latin letters, and six digits of its hash."""
    words = re.findall(r"[a-z0-9]+", prompt.lower().translate(_TRANSLIT))
    telling = [word for word in words if word not in _FILLER and len(word) > 1][:4]
    return "-".join([*telling, hashlib.sha256(prompt.encode()).hexdigest()[:6]])[:80]


class _Dumper(yaml.SafeDumper):
    """Text of several lines as a literal block, lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_yaml(question: Question) -> str:
    """The question as a bank file; what is empty is left out."""
    fields = question.model_dump(exclude_defaults=True)
    fields["topic"] = question.topic
    order = {name: fields[name] for name in Question.model_fields if name in fields}
    return yaml.dump(order, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
