"""`razbor eval LABELLED.jsonl`: grade labelled answers, print how far the grades agree with the labels."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from agent.cli import CHECK_FAILED, DONE
from agent.config import resolve
from agent.resources import open_bank, open_grader
from agent.terminal.printable import printable
from prompts import say
from tools.agreement import Labelled, agreement, by, quotes
from tools.bank import Bank, nearest
from tools.grade_answer import Grader
from tools.safe_yaml import read_text
from transcripts.errors import InputError
from transcripts.events import Json

MAX_BYTES = 64 * 1024 * 1024


class Label(BaseModel):
    """One line of a labelled file."""

    id: str
    question: str
    lang: str
    kind: str
    answer: str
    mistakes: list[Literal["committed", "avoided", "not_addressed"]]
    key_points: list[bool] | None = None
    score: Annotated[float, Field(ge=0, le=10)]


def run(flags: Namespace) -> int:
    """Print the figures; exit 3 when one that --require names is too low."""
    settings = {name: value.value for name, value in resolve(flags).items()}
    lang = settings["lang"]
    grader = open_grader(settings["grader"])
    required = _required(flags.require)
    figures = _figures(read_labelled(Path(flags.file), open_bank(flags, lang), grader), grader)
    if flags.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _print(figures)
    return _check(required, _flat(figures), lang)


def read_labelled(path: Path, bank: Bank, grader: Grader) -> list[Labelled]:
    """Read a labelled file and grade each answer; InputError names the line that is not one."""
    items = []
    for number, line in enumerate(read_text(path, MAX_BYTES).splitlines(), start=1):
        if line.strip():
            try:
                items.append(_item(Label.model_validate_json(line), bank, grader))
            except (ValidationError, ValueError) as error:
                problem = str(error)
                if isinstance(error, ValidationError):
                    first = error.errors()[0]
                    problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
                raise InputError("error.labels_line", path=path, line=number, problem=problem) from error
            except InputError as error:
                problem = f"{error.values.get('id')}?"
                raise InputError("error.labels_line", path=path, line=number, problem=problem) from error
    if not items:
        raise InputError("error.labels_none", path=path)
    return items


def _item(label: Label, bank: Bank, grader: Grader) -> Labelled:
    grade = grader.grade(bank.get(label.question), label.answer, "en")
    for name, have in (("mistakes", label.mistakes), ("key_points", label.key_points)):
        want = len(getattr(grade, name))
        if have is not None and len(have) != want:
            raise ValueError(f"{name}: {len(have)}, not {want}")
    return Labelled(**label.model_dump(), grade=grade)


def _figures(items: list[Labelled], grader: Grader) -> Json:
    return {
        **agreement(items),
        "grader": grader.id.model_dump(),
        "quotes": quotes(items),
        "by_lang": by(items, lambda item: item.lang),
        "by_kind": by(items, lambda item: item.kind),
        "items": [
            {
                "id": item.id,
                "score": item.grade.score,
                "mistakes": [line.verdict for line in item.grade.mistakes],
                "key_points": [line.verdict for line in item.grade.key_points],
            }
            for item in items
        ],
    }


def _flat(figures: Json, prefix: str = "") -> dict[str, float]:
    """{"score": {"pearson": 0.9}} → {"score_pearson": 0.9}: the names that --require takes."""
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}_")
        elif isinstance(value, int | float):
            flat[prefix + name] = value
    return flat


def _required(text: str) -> dict[str, float]:
    required = {}
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        try:
            required[name.strip()] = float(number)
        except ValueError as error:
            raise InputError("error.require_syntax", text=part) from error
    return required


def _check(required: dict[str, float], figures: dict[str, float], lang: str) -> int:
    status = DONE
    for name, want in required.items():
        if name not in figures:
            raise InputError("error.require_name", name=name, nearest=nearest(name, figures))
        if figures[name] < want:
            print(say("plain.require_missed", lang, name=name, have=figures[name], want=want), file=sys.stderr)
            status = CHECK_FAILED
    return status


def _print(figures: Json) -> None:
    grader = figures["grader"]
    print(f"{figures['n']} answers, grader {grader['name']} {grader['version']}; "
          f"quotes {figures['quotes']['verbatim']}/{figures['quotes']['given']} verbatim")  # fmt: skip
    print(f"{'':16}{'n':>4}{'pearson':>9}{'mae':>7}{'qwk':>7}{'kp f1':>7}{'mist. f1':>9}{'mist. acc':>10}")
    rows = {"all": figures, **figures["by_lang"], **figures["by_kind"]}
    for name, row in rows.items():
        score, mistakes = row["score"], row["mistakes"]
        cells = (score["pearson"], score["mae"], score["qwk"], row["key_points"]["f1"], mistakes["macro_f1"],
                 mistakes["accuracy"])  # fmt: skip
        shown = "".join(f"{'—' if c is None else format(c, '.2f'):>{w}}" for c, w in zip(cells, (9, 7, 7, 7, 9, 10), strict=True))  # fmt: skip  # noqa: E501
        print(printable(f"{name:16}{row['n']:>4}{shown}"))
