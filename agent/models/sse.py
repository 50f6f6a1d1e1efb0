"""Bytes of a response → JSON payloads, wherever the network cut them. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

MAX_BODY = 1024 * 1024  # bytes of one response; a turn is a few thousand, and must fit into a transcript's line
DONE = "[DONE]"


class GarbledError(ValueError):
    """A payload that is no JSON, or a body larger than any turn."""


def payloads(pieces: Iterable[bytes]) -> Iterator[Any]:
    """The JSON values of a stream of server-sent events; a body that is not such a stream is one value.

    None stands for a line that carries nothing (a comment, a keep-alive), so that the caller's clocks get a look.
    Stops at [DONE]. Raises GarbledError.
    """
    data: list[str] = []
    other: list[bytes] = []
    streaming = False
    for line in _lines(pieces):
        if line.startswith(b"data:"):
            streaming = True
            data.append(line[5:].strip().decode("utf-8", "replace"))
        elif line.strip():
            other.append(line)
            yield None
        elif data:
            yield from _values(data)
            if data[-1] == DONE:
                return
            data = []
    yield from _values(data)
    if not streaming and other:
        yield from _whole(b"\n".join(other))


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as servers end them; only at line feeds, since JSON may hold other separators."""
    rest, size = b"", 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BODY:
            raise GarbledError("too large")
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    if rest:
        yield rest.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    yield b""


def _values(data: list[str]) -> Iterator[Any]:
    """One event's data: a value over several lines, or, from sloppy servers, a value a line."""
    texts = [text for text in data if text and text != DONE and not text.startswith(":")]
    if not texts:
        return
    try:
        yield _loads("\n".join(texts))
    except GarbledError:
        if len(texts) == 1:
            raise
        for text in texts:
            yield _loads(text)


def _whole(body: bytes) -> Iterator[Any]:
    text = body.decode("utf-8", "replace")
    try:
        yield _loads(text)
    except GarbledError:
        return  # a page, not an answer: nothing usable came, and that is what the caller will see


def _loads(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text, strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise GarbledError(text[:80]) from error
