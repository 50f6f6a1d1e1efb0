"""Models that take their time, so that a test can be quicker than they are; and what an interview left on record."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.endpoint.scripted import GO_ON, Json, Response, chunk, obey, say, sse

QUESTION = "kubernetes-primitives"
ONE = ("--question", QUESTION, "--follow-ups", "0", "--seed", "5", "--grader", "local")
WORDS = f"Please begin wherever you like, {' '.join(f'word{n:02}' for n in range(40))}, and go on from there."


def slowly(text: str, pause: float) -> Response:
    """A turn of words that come one at a time, so many seconds apart."""
    chunks = [chunk({"content": word}) for word in text.replace(" ", " \0").split("\0")]
    pieces = sse(chunk({"role": "assistant", "content": ""}), *chunks, chunk({}, "stop")).pieces
    return Response([part for piece in pieces for part in (piece, pause)])


def talker(words: Response, then: Response | None = None) -> Callable[[Json], Response]:
    """A model that does what is due, and whose words are these: the first time, or always."""
    left = [words]

    def turn(body: Json) -> Response:
        due = obey(body)
        if due.body != say(GO_ON).body:
            return due
        return left.pop() if left else then or say("Please go on from there, and be concrete.")

    return turn


def events_of(home: Path) -> list[dict[str, Any]]:
    """The events of the one transcript; that each line is whole is part of the reading."""
    (path,) = (home / "transcripts").glob("*.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def said(home: Path) -> list[str]:
    """The answers on record."""
    return [event["content"] for event in events_of(home) if event["type"] == "message" and event["role"] == "user"]


def ended(home: Path) -> str:
    """Why the interview ended; "" where it can go on as after a crash."""
    last = events_of(home)[-1]
    return str(last["reason"]) if last["type"] == "end" else ""
