"""Copies of transcripts that get new grades at their end. The transcripts themselves are only ever read."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from agent.config import folder, transcripts_folder
from transcripts.errors import InputError
from transcripts.lock import lock
from transcripts.private import NOT_THROUGH_LINKS, make_folder
from transcripts.reader import Transcript
from transcripts.recorder import Recorder


@dataclass(frozen=True)
class Source:
    """A transcript to copy: its first `size` bytes, which are its whole lines, and where the copy is or will be."""

    path: Path
    size: int
    sha256: str
    copy: Path


def open_folder(out: str | None, files: Sequence[Path]) -> Path:
    """The folder for the copies, made where it is not there.

    InputError where it cannot be written, and where transcripts live that must stay as they are: in the folder of one
    of the files, or where interviews are recorded.
    """
    place = Path(out).expanduser() if out else folder("data") / "regraded"
    homes = [home for file in files for home in (file.parent, real(file).parent)]
    for home in (*homes, transcripts_folder()):
        if real(place) == real(home):
            raise InputError("regrade.own_folder", path=place)
    try:
        make_folder(place)
    except OSError as error:
        raise InputError("error.cannot_write_out", path=place, reason=error) from error
    return place


def real(path: Path) -> Path:
    """The path without links; one whose links go round in a circle stays as it is."""
    return Path(os.path.realpath(path))


def sources(transcripts: Iterator[Transcript], place: Path) -> Iterator[Source]:
    """Give each transcript its copy: of its name, unless that is taken by another one; then a name of its content."""
    taken = set[str]()
    for transcript in transcripts:
        whole = _whole_lines(transcript)
        source = Source(transcript.path, len(whole), hashlib.sha256(whole).hexdigest(), place)
        for name in _names(transcript.path, source.sha256):
            copy = place / name
            if name.casefold() not in taken and (not os.path.lexists(copy) or is_copy(copy, source)):
                taken.add(name.casefold())
                yield Source(source.path, source.size, source.sha256, copy)
                break


def _names(path: Path, sha256: str) -> Iterator[str]:
    yield path.name
    own = f"{path.stem}-{sha256[:8]}"
    yield f"{own}{path.suffix}"
    yield from (f"{own}-{number}{path.suffix}" for number in count(2))


def _whole_lines(transcript: Transcript) -> bytes:
    lines = _bytes(transcript.path).split(b"\n")[: len(transcript.events)]
    return b"".join(line + b"\n" for line in lines)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("error.cannot_read", path=path, reason=error) from error


def is_copy(path: Path, source: Source) -> bool:
    """Whether a file is a transcript's copy: the same lines, then nothing but grades that were given again."""
    try:
        if path.is_symlink() or not path.is_file() or path.samefile(source.path):
            return False
        data = path.read_bytes()
    except OSError:
        return False
    if hashlib.sha256(data[: source.size]).hexdigest() != source.sha256:
        return False
    return all(_is_regrade(line) for line in data[source.size :].split(b"\n")[:-1])  # the last one may be cut off


def _is_regrade(line: bytes) -> bool:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(event, dict) and event.get("type") == "grade" and event.get("regrade_of") is not None


def open_copy(source: Source) -> tuple[Recorder, Transcript]:
    """The copy, made where it is not there, ours alone to write; and what is in it.

    InputError where somebody else writes it, where it cannot be written, or where it has become something else.
    """
    part = source.copy.with_name(f".{source.sha256[:16]}.part")
    if not source.copy.exists():
        _make(source, part)
    recorder, transcript = Recorder.reopen(source.copy)
    part.unlink(missing_ok=True)  # of a run that was killed
    if not is_copy(source.copy, source):
        recorder.close()
        raise InputError("regrade.no_copy", path=source.copy, source=source.path)
    return recorder, transcript


def _make(source: Source, part: Path) -> None:
    """Write the copy under another name first, so that it is there whole or not at all."""
    data = _bytes(source.path)[: source.size]
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | NOT_THROUGH_LINKS, 0o600), "wb") as file:
            if not lock(file.fileno()):
                raise InputError("error.transcript_busy", path=source.copy)
            file.truncate()
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            _publish(part, source.copy)
    except OSError as error:
        raise InputError("error.cannot_write_out", path=source.copy, reason=error) from error


def _publish(part: Path, copy: Path) -> None:
    """Give the file its name, unless another process was first: then theirs is the copy."""
    try:
        os.link(part, copy)
    except OSError:  # it is there meanwhile, or this file system has no hard links
        if not copy.exists():
            part.rename(copy)
