"""Writing a transcript: one event a line, on disk before anything else happens with it."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from transcripts.errors import InputError, RecordingError
from transcripts.events import Event
from transcripts.lock import lock
from transcripts.private import NOT_THROUGH_LINKS, make_folder
from transcripts.reader import Transcript, read

AS_IT_IS = os.O_APPEND | getattr(os, "O_BINARY", 0)  # Windows would make two characters of a line feed


def to_line(event: Event) -> bytes:
    """The event as one line of UTF-8 JSON, its line feed included."""
    fields = event.model_dump(mode="python")
    try:
        return json.dumps(fields, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but it has a JSON escape: nothing is lost
        return json.dumps(fields).encode() + b"\n"


class Recorder:
    """Appends events to a file, flushed and synced each; nobody else can write it meanwhile.

    Made by `create` or `reopen`; both raise InputError where the file can't be written, or is being written.
    """

    def __init__(self, path: Path, file: int) -> None:
        if not lock(file):
            os.close(file)
            raise InputError("error.transcript_busy", path=path)
        self.path = path
        self._file = file
        self._next = 0

    @classmethod
    def create(cls, path: Path) -> "Recorder":
        """Begin a new file (mode 0600, its folder 0700 where we make it)."""
        try:
            make_folder(path.parent)
            return cls(path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | AS_IT_IS, 0o600))
        except FileExistsError as error:
            raise InputError("error.transcript_exists", path=path) from error
        except OSError as error:
            raise InputError("error.cannot_write", path=path, reason=error) from error

    @classmethod
    def reopen(cls, path: Path) -> tuple["Recorder", Transcript]:
        """Go on behind the last whole event of a file; half a line at its end is moved into `PATH.torn`."""
        try:
            recorder = cls(path, os.open(path, os.O_RDWR | AS_IT_IS))
        except OSError as error:
            raise InputError("error.cannot_write", path=path, reason=error) from error
        try:
            transcript = read(path)  # now that nobody else writes it
            if transcript.torn:
                recorder._keep_aside(transcript.torn)
        except BaseException:
            os.close(recorder._file)
            raise
        recorder._next = len(transcript.events)
        return recorder, transcript

    def _keep_aside(self, torn: bytes) -> None:
        aside = torn_path(self.path)
        try:
            with open(aside, "ab", opener=lambda name, flags: os.open(name, flags | NOT_THROUGH_LINKS, 0o600)) as file:
                file.write(torn + b"\n")
                os.fsync(file.fileno())
            os.ftruncate(self._file, os.fstat(self._file).st_size - len(torn))
        except OSError as error:
            raise InputError("error.cannot_write", path=aside, reason=error) from error

    def write(self, event: Event) -> None:
        """Number and time the event, then put it on disk.

        Raises RecordingError when that can't be done; what was written before stays, half a line is taken back.
        """
        event.seq = self._next
        event.time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line, size = to_line(event), os.fstat(self._file).st_size
        try:
            while line:
                line = line[os.write(self._file, line) :]
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, size)
            raise RecordingError(str(self.path), error) from error
        self._next += 1

    def close(self) -> None:
        """Release the file; one in which nothing was written goes. Writing afterwards is a bug."""
        if self._next == 0:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def torn_path(path: Path) -> Path:
    """Where half a line is kept that a crash left at the end of a transcript."""
    return path.with_name(path.name + ".torn")
