"""What all events share. A text below a field says what it means; `transcripts.describe` puts it into README.md."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]


class Event(BaseModel):
    """On every line."""

    model_config = ConfigDict(extra="allow", defer_build=True)  # built when it is first used: most are not

    type: str
    """What happened: one of the types below."""
    seq: int = -1
    """The event's number in its file: 0, 1, 2 … without gaps."""
    time: str = ""
    """When it was written: UTC, ISO 8601, to the millisecond, as in `2026-11-25T17:35:38.788+00:00`."""


def moment(time: str) -> datetime | None:
    """The time of an event; None where it cannot be read."""
    try:
        return datetime.fromisoformat(time).astimezone()
    except (ValueError, OverflowError):
        return None
