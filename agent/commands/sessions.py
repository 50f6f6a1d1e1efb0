"""`razbor sessions list | show ID | rm ID`: recorded interviews."""

import sys
from argparse import Namespace
from pathlib import Path

from agent.cli import DONE, explain
from agent.config import resolve, transcripts_folder
from agent.player.playing import show_at_once
from agent.report.inert import to_json
from agent.resources import open_transcript
from agent.terminal.card import score_text
from agent.terminal.printable import printable
from prompts import say
from transcripts.errors import InputError
from transcripts.events import GradeEvent, Json, QuestionEvent, ending
from transcripts.grade import mean_score
from transcripts.lock import is_being_written
from transcripts.reader import Transcript, read


def run(flags: Namespace) -> int:
    """Do what `action` says."""
    lang = resolve(flags)["lang"].value
    paths = sorted(transcripts_folder().glob("*.jsonl"))
    if flags.action == "list":
        return _list(paths, flags.json, lang)
    if flags.action == "rm" and not flags.id:  # what is removed is gone: nobody loses one by leaving a word out
        raise InputError("error.remove_which")
    path = find(paths, flags.id or "latest")
    if flags.action == "rm":
        try:
            path.unlink()
        except OSError as error:
            raise InputError("error.cannot_write", path=path, reason=error.strerror) from error
        print(printable(say("plain.removed", lang, path=path)), file=sys.stderr)
    else:
        show_at_once(open_transcript(path, lang), plain=flags.plain)
    return DONE


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


def _list(paths: list[Path], as_json: bool, lang: str) -> int:
    rows = []
    for path in paths:
        try:
            rows.append(describe(read(path)))
        except InputError as error:  # one damaged file must not hide the others
            print(f"razbor: {explain(error, lang)}", file=sys.stderr)
    if as_json:
        print(to_json(rows, indent=2))
        return DONE
    for row in rows:
        print(" ".join(printable(_words(row, lang)).splitlines()))
    if not rows:
        print(say("plain.no_sessions", lang), file=sys.stderr)
    return DONE


def _words(row: Json, lang: str) -> str:
    """A row of the list, in columns."""
    mode, graded = say(f"report.{row['mode']}", lang), say("report.of", lang, graded=row["graded"], asked=row["asked"])
    reason = say(f"ended.{row['reason']}", lang)
    mean = score_text(row["mean"], lang)
    return say("plain.session", lang, **row | {"mode": mode, "graded": graded, "reason": reason, "mean": mean}).rstrip()


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
