"""Recorded interviews for tests: held once through a pipe, then changed and copied."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import Run

Json = dict[str, Any]


def hold(razbor: Run, transcript: Callable[[], Path], questions: Sequence[str], lines: Sequence[str]) -> list[Json]:
    """The events of an interview with these answers, one to each question."""
    flags = [part for question in questions for part in ("--question", question)]
    done = razbor("interview", *flags, "--follow-ups", "0", stdin="".join(f"{line}\n" for line in lines))
    assert done.returncode == 0, done.stderr
    return read(transcript())


def read(path: Path) -> list[Json]:
    """The events of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path: Path, events: Sequence[Json]) -> Path:
    """Write events to a file, numbered anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(event | {"seq": n}, ensure_ascii=False) + "\n" for n, event in enumerate(events))
    path.write_text(text, "utf-8")
    return path


def changed(events: Sequence[Json], kind: str, change: Callable[[Json], Json]) -> list[Json]:
    """The events, those of one type changed."""
    return [event | change(event) if event["type"] == kind else event for event in events]


def named(events: Sequence[Json], session: str, more: str = "") -> list[Json]:
    """The interview under another id, with words added to each of the candidate's turns."""
    events = changed(events, "session", lambda _: {"id": session})
    return changed(events, "message", lambda e: {"content": e["content"] + more} if e["role"] == "user" else {})


def regrades(path: Path) -> list[Json]:
    """The grades of a copy that were given after the interview."""
    return [event for event in read(path) if event["type"] == "grade" and event["regrade_of"] is not None]
