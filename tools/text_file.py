"""Text files that a user names."""

from pathlib import Path

from transcripts.errors import InputError

MAX_BYTES = 512 * 1024


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file of at most `limit` bytes; InputError otherwise."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError("error.cannot_read", path=path, reason=error) from error
    if len(data) > limit:
        raise InputError("error.file_big", path=path, kilobytes=limit // 1024)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("error.not_utf8", path=path) from error
    if not text.strip():
        raise InputError("error.file_empty", path=path)
    if "\0" in text:
        raise InputError("error.file_binary", path=path)
    return text
