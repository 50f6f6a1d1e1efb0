"""`--require NAME=N,…`: figures that must not be lower than they were asked to be."""

import math

from agent.exits import CHECK_FAILED, DONE
from agent.telling import remark
from agent.terminal.card import score_text
from tools.nearest import nearest
from transcripts.errors import InputError
from transcripts.events import Json


def flat(figures: Json, prefix: str = "") -> dict[str, float | None]:
    """{"score": {"pearson": 0.9}} → {"score_pearson": 0.9}: the names that --require takes, single numbers only."""
    found: dict[str, float | None] = {}
    for name, value in figures.items():
        if isinstance(value, dict) and name not in ("grader", "intervals"):
            found |= flat(value, f"{prefix}{name}_")
        elif value is None or isinstance(value, int | float):
            found[prefix + name] = value
    return found


def read_required(text: str) -> dict[str, float]:
    """What --require asks for, the least value by name; InputError where a part is not name=number."""
    required = {}
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        try:
            required[name.strip()] = float(number)
        except ValueError as error:
            raise InputError("error.require_syntax", text=part) from error
        if not math.isfinite(required[name.strip()]):
            raise InputError("error.require_syntax", text=part)
    return required


def check(required: dict[str, float], figures: Json, lang: str) -> int:
    """The exit status: 3, and a line on stderr for each, where a figure is too low or undefined."""
    known, status = flat(figures), DONE
    for name, want in required.items():
        if name not in known:
            raise InputError("error.require_name", name=name, nearest=nearest(name, known))
        have = known[name]
        if have is None:
            remark("plain.require_undefined", lang, name=name, want=score_text(want, lang))
            status = CHECK_FAILED
        elif have < want:
            told = score_text(have, lang), score_text(want, lang)
            remark("plain.require_missed", lang, name=name, have=told[0], want=told[1])
            status = CHECK_FAILED
    return status
