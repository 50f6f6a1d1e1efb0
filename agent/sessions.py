"""The interviews that are recorded in razbor's own folder."""

from collections.abc import Sequence
from pathlib import Path

from agent.config import transcripts_folder
from transcripts.errors import InputError
from transcripts.events import GradeEvent, Json, QuestionEvent, ending
from transcripts.grade import mean_score
from transcripts.lock import is_being_written
from transcripts.reader import Transcript


def all_recorded() -> list[Path]:
    """Their transcripts, the oldest first."""
    return sorted(transcripts_folder().glob("*.jsonl"))


def find(paths: list[Path], session_id: str) -> Path:
    """The file of a session: only one that is in the folder, never a path that someone typed."""
    if session_id == "latest":
        if not paths:
            raise InputError("plain.no_sessions")
        return paths[-1]
    for path in paths:
        if path.stem == session_id:
            return path
    raise InputError("error.unknown_session", id=session_id)


def named(names: Sequence[str]) -> list[str]:
    """Transcripts by their paths, by the ids of their interviews, or as the latest one; what is none stays a path."""
    known = {path.stem: str(path) for path in all_recorded()}
    if known:
        known["latest"] = known[max(known)]
    return [known.get(name, name) for name in names]


def describe(transcript: Transcript) -> Json:
    """One interview in a few figures, from its events; those without an end were interrupted, or go on right now."""
    session = transcript.session
    last: dict[str, float | None] = {e.question: e.score for e in transcript.events if isinstance(e, GradeEvent)}
    scores = [score for score in last.values() if score is not None]
    end = ending(transcript.events)
    return {
        "id": session.id,
        "time": session.time,
        "mode": session.mode,
        "lang": session.lang,
        "asked": sum(isinstance(event, QuestionEvent) for event in transcript.events),
        "graded": len(scores),
        "mean": mean_score(scores),
        "reason": end.reason if end else "running" if is_being_written(transcript.path) else "interrupted",
        "path": str(transcript.path),
    }
