"""A recorded interview, event by event."""

from collections.abc import Iterator

from pydantic import ValidationError

from tools.interview import Interview
from transcripts.errors import InputError
from transcripts.events import Event
from transcripts.reader import Transcript


def retell(transcript: Transcript, interview: Interview) -> Iterator[Event]:
    """Give each event once `interview` has taken it in; InputError names the one that it cannot take."""
    for event in transcript.events:
        try:
            interview.apply(event)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors()[0]["loc"])
            raise InputError(
                "error.transcript_field", path=transcript.path, line=event.seq + 1, field=where, type=event.type
            ) from error
        yield event
