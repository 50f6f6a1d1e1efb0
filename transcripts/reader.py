"""Reading a transcript back. Whatever the bytes are, the outcome is events or an InputError."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from transcripts.errors import InputError
from transcripts.events import EVENT_CLASSES, FORMAT, Event, SessionEvent

MAX_LINE = 4 * 1024 * 1024  # bytes; a question in full is about 40 kB
MAX_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Transcript:
    """The events of one file. `torn` is a last line that was cut off in the middle, kept aside."""

    path: Path
    session: SessionEvent
    events: list[Event]
    torn: bytes | None = None


def read(path: Path) -> Transcript:
    """Read a whole transcript; raise InputError, naming file and line, when it is none."""
    lines, torn = _lines(path)
    if not lines:
        raise InputError("error.transcript_empty", path=path)
    events = [_event(path, number, line) for number, line in enumerate(lines, start=1)]
    session = events[0]
    if not isinstance(session, SessionEvent):
        raise InputError("error.transcript_no_session", path=path)
    for number, event in enumerate(events):
        if event.seq != number:
            raise InputError("error.transcript_order", path=path, line=number + 1, seq=event.seq)
    return Transcript(path, session, events, torn)


def _lines(path: Path) -> tuple[list[bytes], bytes | None]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise InputError("error.cannot_read", path=path, reason=error.strerror) from error
    if len(data) > MAX_FILE:
        raise InputError("error.transcript_big", path=path, megabytes=MAX_FILE // 2**20)
    *lines, torn = data.split(b"\n")
    return lines, torn or None


def _event(path: Path, number: int, line: bytes) -> Event:
    where = {"path": path, "line": number}
    if len(line) > MAX_LINE:
        raise InputError("error.transcript_line_big", **where)
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("error.transcript_line", **where) from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise InputError("error.transcript_line", **where)
    if fields["type"] == "session" and fields.get("format") != FORMAT:
        raise InputError("error.transcript_format", format=str(fields.get("format"))[:20], known=FORMAT, **where)
    try:
        return EVENT_CLASSES.get(fields["type"], Event).model_validate(fields)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError("error.transcript_field", field=field, type=fields["type"][:40], **where) from error
