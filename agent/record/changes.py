"""In what two values differ, for a person to read: where, and what stands there then and now."""

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import Any

from pydantic import BaseModel

SHOWN = 120  # characters of a value
BEFORE = 30  # characters of a long text before the first that differs
NOTHING = "-"

Change = tuple[str, str, str]  # place, then, now
_GONE = object()


def changes(then: Any, now: Any, place: str) -> Iterator[Change]:  # noqa: ANN401 - a field of any event
    """Each place at which the two differ, down to the single value; `place` is the name of the whole."""
    if then == now and type(then) is type(now):
        return
    then, now = _plain(then), _plain(now)
    if isinstance(then, dict) and isinstance(now, dict):
        for key in {**then, **now}:
            yield from changes(then.get(key, _GONE), now.get(key, _GONE), f"{place}.{key}")
    elif isinstance(then, list) and isinstance(now, list):
        for n, (one, other) in enumerate(zip_longest(map(_plain, then), map(_plain, now), fillvalue=_GONE)):
            name = one["id"] if isinstance(one, dict) and isinstance(one.get("id"), str) else n
            yield from changes(one, other, f"{place}[{name}]")
    else:
        at = alike(then, now) if isinstance(then, str) and isinstance(now, str) else 0
        at = max(at - BEFORE, 0)
        yield place, _short(then, at), _short(now, at)


def alike(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items, or characters, are the same at the beginning of both."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.model_dump() if isinstance(value, BaseModel) else value


def _short(value: Any, at: int) -> str:  # noqa: ANN401
    """The value as JSON has it, so that a space at the end can be seen and null is no word."""
    if value is _GONE:
        return NOTHING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = ("…" if at else "") + text[at : at + SHOWN] + ("…" if len(text) > at + SHOWN else "")
    return json.dumps(shown, ensure_ascii=False) if isinstance(value, str) else shown
