"""`razbor report [ID|latest|all]`: one interview in full, or a table of all; disputed answers as labelled lines."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from agent.config import resolve
from agent.exits import DONE
from agent.report import anki, facts, markdown
from agent.report.inert import to_json
from agent.report.labels import labels
from agent.resources import open_transcript
from agent.sessions import all_recorded, find
from agent.telling import complain, explain, remark
from agent.terminal.counting import Counting
from agent.terminal.markdown import markdown as laid_out
from agent.terminal.screen import terminal_width, writer
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import Json
from transcripts.reader import Transcript


def run(flags: Namespace) -> int:
    """Print the report or write it to --out; with --disputes or --anki write their files as well."""
    if flags.format == "html" and not (flags.out or flags.json) and sys.stdout.isatty():
        raise InputError("error.page_out")
    settings = resolve(flags)
    lang: Lang = settings["lang"].value
    question_lang: Lang = settings["question_lang"].value
    deck, claimed = anki.Deck(lang, question_lang), list[Json]()
    paths = all_recorded()

    def visit(transcript: Transcript) -> Json:
        if flags.disputes:
            claimed.extend(labels(transcript))
        if flags.anki:
            deck.add(transcript)
        return facts.of_interview(transcript, question_lang if flags.question_lang else None)

    if flags.id == "all":
        report = facts.of_all(_sound(Counting(lang, flags).over(paths), visit, lang))
        if not report["interviews"]:
            remark("plain.no_sessions", lang)
    else:
        report = visit(open_transcript(find(paths, flags.id), lang))
    text = _text(report, "json" if flags.json else flags.format, lang)
    if flags.disputes:
        _write_labels(Path(flags.disputes), claimed, lang)
    if flags.anki:
        _write_notes(Path(flags.anki), deck.notes, lang)
    _deliver(text, flags, lang)
    return DONE


def _deliver(text: str, flags: Namespace, lang: Lang) -> None:
    """The report where it was asked for."""
    if not flags.out:
        if sys.stdout.isatty() and not flags.json and flags.format == "md":
            writer(flags.plain)(laid_out(text, terminal_width()))
        else:
            sys.stdout.write(text)
        return
    _write(Path(flags.out), text, "w")
    if not flags.quiet:
        remark("report.written", lang, path=flags.out)


def _text(report: Json, form: str, lang: Lang) -> str:
    """The report as `form` has it: json, md or html."""
    if form == "json":
        return to_json(report, indent=2) + "\n"
    if form == "html":
        from agent.report import html  # with it come libraries that nothing else needs

        return html.overview(report, lang) if "interviews" in report else html.interview(report, lang)
    return markdown.overview(report, lang) if "interviews" in report else markdown.interview(report, lang)


def _sound(paths: Iterator[Path], visit: Callable[[Transcript], Json], lang: Lang) -> Iterator[Json]:
    """The reports, by `visit`, of the interviews that can be read, one in memory at a time.

    A damaged file is named on stderr and must not hide the others.
    """
    problems = []  # said at the end: there may be a line now that counts
    for path in paths:
        try:
            report = visit(open_transcript(path, lang))
        except InputError as error:
            problems.append(error)
        else:
            yield report
    for problem in problems:
        complain(explain(problem, lang))


def _write_labels(path: Path, lines: list[Json], lang: Lang) -> None:
    """Write the labelled lines to a new file: an old one may have been checked by hand since."""
    if not lines:
        remark("report.no_disputes", lang)
        return
    _write(path, "".join(to_json(line) + "\n" for line in lines), "x")
    remark("report.claims", lang, count=len(lines), path=path)


def _write_notes(path: Path, notes: list[anki.Note], lang: Lang) -> None:
    """Write the notes over an older file: it was made from the same interviews and is made again at will."""
    if not notes:
        remark("anki.nothing", lang)
        return
    _write(path, anki.to_text(notes), "w")
    remark("anki.written", lang, path=path, count=len(notes))


def _write(path: Path, text: str, mode: str) -> None:
    try:
        with path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError("error.labels_exist", path=path) from error
    except OSError as error:
        raise InputError("error.cannot_write_file", path=path, reason=error) from error
