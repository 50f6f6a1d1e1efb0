"""`razbor sessions list | show ID | rm ID`: recorded interviews."""

from argparse import Namespace
from pathlib import Path

from agent.config import resolve
from agent.exits import DONE
from agent.player.playing import show_at_once
from agent.printable import printable
from agent.report.inert import to_json
from agent.resources import open_transcript
from agent.sessions import all_recorded, describe, find
from agent.telling import complain, explain, remark
from agent.terminal.card import score_text
from prompts import say
from transcripts.errors import InputError
from transcripts.events import Json
from transcripts.reader import read


def run(flags: Namespace) -> int:
    """Do what `action` says."""
    lang = resolve(flags)["lang"].value
    if flags.action == "list":
        return _list(all_recorded(), flags.json, lang)
    if flags.action == "rm" and not flags.id:  # what is removed is gone: nobody loses one by leaving a word out
        raise InputError("error.remove_which")
    path = find(all_recorded(), flags.id or "latest")
    if flags.action == "rm":
        try:
            path.unlink()
        except OSError as error:
            raise InputError("error.cannot_write", path=path, reason=error) from error
        remark("plain.removed", lang, path=path)
    else:
        show_at_once(open_transcript(path, lang), plain=flags.plain)
    return DONE


def _list(paths: list[Path], as_json: bool, lang: str) -> int:
    rows = []
    for path in paths:
        try:
            rows.append(describe(read(path)))
        except InputError as error:  # one damaged file must not hide the others
            complain(explain(error, lang))
    if as_json:
        print(to_json(rows, indent=2))
        return DONE
    for row in rows:
        print(" ".join(printable(_words(row, lang)).splitlines()))
    if not rows:
        remark("plain.no_sessions", lang)
    return DONE


def _words(row: Json, lang: str) -> str:
    """A row of the list, in columns."""
    mode, graded = say(f"report.{row['mode']}", lang), say("report.of", lang, graded=row["graded"], asked=row["asked"])
    reason = say(f"ended.{row['reason']}", lang)
    mean = score_text(row["mean"], lang)
    return say("plain.session", lang, **row | {"mode": mode, "graded": graded, "reason": reason, "mean": mean}).rstrip()
