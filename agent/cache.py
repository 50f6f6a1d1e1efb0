"""What was learned and can be learned again, in a JSON file: losing it costs time, never an interview."""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from transcripts.private import make_folder


class JsonCache:
    """A JSON object on disk, read anew each time: several processes and threads may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """The value under a key; None where there is none, or where the file cannot be read."""
        return self._all().get(key)

    def put(self, key: str, value: Any) -> None:  # noqa: ANN401
        """Remember; a full or read-only disk is no reason to stop an interview."""
        everything = self._all() | {key: value}
        temporary = self._path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(OSError):
            make_folder(self._path.parent)
            with os.fdopen(
                os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(json.dumps(everything, indent=1))
            temporary.replace(self._path)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)

    def _all(self) -> dict[str, object]:
        try:
            known = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}
