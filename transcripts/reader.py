"""Reading a transcript back. Whatever the bytes are, the outcome is events or an InputError, in bounded memory.

Line by line: besides the events no more than one line is in memory. The bounds hold for hostile files; a real
interview comes nowhere near them.
"""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from transcripts.errors import InputError
from transcripts.events import EVENT_CLASSES, FORMAT, Event, Json, SessionEvent

MAX_LINE = 4 * 1024 * 1024  # bytes; a question in full is about 40 kB
MAX_FILE = 32 * 1024 * 1024  # so all bounds together keep `read` under 400 MB of memory
MAX_EVENTS = 100_000  # each takes about a kilobyte of memory, however short its line; an interview has some sixty
MAX_VALUES = 1_000_000  # brackets and commas: `{"":0},` takes thirty times as much memory as text of its length
UNCOUNTED = 1024 * 1024  # bytes; in a file up to here they are too few to matter, and need not be counted
MAX_DEPTH = 50  # of lists and objects within each other; schemas reach ten
MAX_SHOWN = 40  # characters of a name from the file in an error


@dataclass(frozen=True)
class Transcript:
    """The events of one file. `torn` is a last line that was cut off in the middle, kept aside."""

    path: Path
    session: SessionEvent
    events: list[Event]
    torn: bytes | None = None


def read(path: Path) -> Transcript:
    """Read a whole transcript; raise InputError, naming file and line, when it is none."""
    events, torn = [], None
    for number, line in enumerate(_lines(path), start=1):
        if not line.endswith(b"\n"):
            torn = line
            break
        event = _event(path, number, line)
        if number == 1 and not isinstance(event, SessionEvent):
            raise InputError("error.transcript_no_session", path=path)
        if event.seq != number - 1 or (isinstance(event, SessionEvent) and number > 1):
            raise InputError("error.transcript_order", path=path, line=number, seq=str(event.seq)[:MAX_SHOWN])
        events.append(event)
    if not events or not isinstance(events[0], SessionEvent):
        raise InputError("error.transcript_empty", path=path)
    return Transcript(path, events[0], events, torn)


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends, within the bounds."""
    size = values = 0
    try:
        with _open(path) as file:
            for number in range(1, MAX_EVENTS + 2):
                if not (line := file.readline(MAX_LINE + 1)):
                    return
                size += len(line)
                values += sum(map(line.count, (b",", b"[", b"{"))) if size > UNCOUNTED else 0
                if len(line) > MAX_LINE:
                    raise InputError("error.transcript_line_big", path=path, line=number)
                if size > MAX_FILE or values > MAX_VALUES or number > MAX_EVENTS:
                    raise InputError("error.transcript_big", path=path, line=number)
                yield line
    except OSError as error:
        raise InputError("error.cannot_read", path=path, reason=error) from error


def _open(path: Path) -> BinaryIO:
    """The file, opened to be read. What is no file is refused: a pipe may never begin, a device never end."""
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - Path.open takes no opener; the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise InputError("error.transcript_no_file", path=path)
    return file


def _at_once(name: str, flags: int) -> int:
    """Open without waiting for somebody at the other end of a pipe."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _event(path: Path, number: int, line: bytes) -> Event:
    where = {"path": path, "line": number}
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("error.transcript_line", **where) from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str) or _is_deep(line, fields):
        raise InputError("error.transcript_line", **where)
    if fields["type"] == "session" and fields.get("format") != FORMAT:
        raise InputError("error.transcript_format", format=str(fields.get("format"))[:MAX_SHOWN], known=FORMAT, **where)
    try:
        return EVENT_CLASSES.get(fields["type"], Event).model_validate(fields)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])[:MAX_SHOWN]
        raise InputError("error.transcript_field", field=field, type=fields["type"][:MAX_SHOWN], **where) from error


def _is_deep(line: bytes, fields: Json) -> bool:
    """Whether lists and objects stand in each other too deep: what is done with them later may be recursive."""
    return line.count(b"{") + line.count(b"[") > MAX_DEPTH and _reaches(fields, MAX_DEPTH)


def _reaches(value: Any, levels: int) -> bool:  # noqa: ANN401 - a list or an object of JSON
    children = value.values() if isinstance(value, dict) else value
    inner = [child for child in children if isinstance(child, dict | list)]
    return levels < 0 or any(_reaches(child, levels - 1) for child in inner)
