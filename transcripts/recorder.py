"""Writing a transcript: one event a line, on disk before anything else happens with it."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from transcripts.errors import InputError, RecordingError
from transcripts.events import Event


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is over: what is on disk is then also in the state, and the other way round."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: the gap stays
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def to_line(event: Event) -> bytes:
    """The event as one line of UTF-8 JSON, its line feed included."""
    fields = event.model_dump(mode="python")
    try:
        return json.dumps(fields, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, but it has a JSON escape: nothing is lost
        return json.dumps(fields).encode() + b"\n"


class Recorder:
    """Appends events to a new file (mode 0600, its folder 0700 where we make it), flushed and synced each.

    Raises InputError when the file can't be made, RecordingError when it can't be written any further; what
    was written before stays readable, half a line is taken back.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next = 0
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except FileExistsError as error:
            raise InputError("error.transcript_exists", path=path) from error
        except OSError as error:
            raise InputError("error.cannot_write", path=path, reason=error.strerror) from error

    def write(self, event: Event) -> None:
        """Number and time the event, then put it on disk."""
        event.seq = self._next
        event.time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line, size = to_line(event), os.fstat(self._fd).st_size
        try:
            while line:
                line = line[os.write(self._fd, line) :]
            os.fsync(self._fd)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._fd, size)
            raise RecordingError(str(self.path), error.strerror or str(error)) from error
        self._next += 1

    def close(self) -> None:
        """Release the file; one in which nothing was written goes. Writing afterwards is a bug."""
        os.close(self._fd)
        if self._next == 0:
            self.path.unlink(missing_ok=True)
