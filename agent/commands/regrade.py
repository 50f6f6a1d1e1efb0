"""`razbor replay FILE… --regrade`: recorded answers graded again, old and new grades side by side."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from agent.config import resolve
from agent.exits import DONE, FAILED, INTERRUPTED, USAGE
from agent.printable import printable
from agent.regrading.copies import Source, open_folder, real, sources
from agent.regrading.regrade import Outcome, Task, answers_of, grade_all, keep, tasks, to_do
from agent.regrading.staff import JOBS, MOST_JOBS, Staff, hire
from agent.report.facts import grader_name
from agent.report.inert import to_json
from agent.report.regraded import of_rows
from agent.resources import open_transcript
from agent.telling import complain, explain, remark
from agent.terminal.interrupt import stoppable
from agent.terminal.progress import Progress
from agent.terminal.regraded import side_by_side
from agent.terminal.status import Status, can_go_back
from prompts import say
from transcripts.errors import InputError
from transcripts.grade import Grade
from transcripts.reader import Transcript, read


def run(flags: Namespace) -> int:
    """Grade what is left to grade, in the copies, and print what changed.

    A file that cannot be used does not keep the others from it; the exit status tells.
    """
    settings, jobs = resolve(flags), _jobs(flags.jobs)
    lang, live = settings["lang"].value, can_go_back(flags.plain) and not flags.quiet
    paths = list({real(Path(name)): Path(name) for name in flags.files}.values())
    place, outcome, progress = open_folder(flags.out, paths), Outcome(), Progress(lang, live=live)
    found = list(sources(_sound(paths, lang), place))
    if not found:
        return USAGE
    staff = hire(settings, jobs, Status(lang, live=live, quiet=flags.quiet).tell, progress.tell)
    for note in staff.notes:
        print(printable(note), file=sys.stderr)
    pressed = _work(found, staff, outcome, progress, say("regrade.finishing", lang))
    left = progress.total - outcome.graded - outcome.failed
    interrupted = pressed and left > 0
    if not interrupted:
        report = {"folder": str(place), "left": left, **of_rows(outcome.rows, staff.id)}
        print(to_json(report, indent=1) if flags.json else side_by_side(report, lang))
    _account(outcome, staff, place, lang, quiet=flags.quiet)
    if interrupted or staff.gone:
        remark("regrade.stopped" if interrupted else "regrade.gone", lang, left=left)
    return _status(outcome, staff, interrupted=interrupted, damaged=len(found) < len(paths))


def _jobs(text: str | None) -> int:
    if text is None:
        return JOBS
    if not text.isdecimal() or not 1 <= int(text) <= MOST_JOBS:
        raise InputError("error.setting_value", name="jobs", value=text, origin="--jobs", expected=f"1 … {MOST_JOBS}")
    return int(text)


def _sound(paths: Iterable[Path], lang: str) -> Iterator[Transcript]:
    """The transcripts that can be read to their end; the others are named."""
    for path in paths:
        try:
            transcript = open_transcript(path, lang)
            answers_of(transcript)
        except InputError as error:
            complain(explain(error, lang))
            continue
        yield transcript


def _work(found: list[Source], staff: Staff, outcome: Outcome, progress: Progress, finishing: str) -> bool:
    """Grade; whether Ctrl-C stopped it."""

    def done(task: Task, grade: Grade) -> None:
        keep(task, grade, staff, outcome)
        progress.advance()

    with stoppable(finishing) as interrupt:
        progress.begin(sum(_missing(source, staff) for source in found))
        try:
            waiting = tasks(found, staff.id, outcome)
            grade_all(waiting, staff, lambda: interrupt.asked or staff.gone, done, progress.show)
        finally:
            progress.end()
        return interrupt.asked


def _missing(source: Source, staff: Staff) -> int:
    """How many grades are missing; a copy that cannot be read is named when its turn comes."""
    with suppress(InputError):
        return to_do(read(source.copy if source.copy.exists() else source.path), staff.id)
    return 0


def _account(outcome: Outcome, staff: Staff, place: Path, lang: str, *, quiet: bool) -> None:
    """What could not be used or graded, and where the copies are."""
    for error in outcome.problems:
        complain(explain(error, lang))
    failed = [row for row in outcome.rows if row.failed]
    for row in failed:
        reason = row.failed.rstrip(".")
        remark("regrade.failed", lang, session=row.session, question=row.question, reason=reason)
    if failed:
        remark("regrade.tried_again", lang)
    if not outcome.rows:
        remark("regrade.no_answers", lang)
    elif not quiet:
        before = sum(row.new is not None for row in outcome.rows) - outcome.graded
        grader = grader_name(staff.id.model_dump())
        remark("regrade.done", lang, grader=grader, graded=outcome.graded, before=before, folder=place)


def _status(outcome: Outcome, staff: Staff, *, interrupted: bool, damaged: bool) -> int:
    if interrupted:
        return INTERRUPTED
    if damaged or outcome.problems:
        return USAGE
    return FAILED if staff.gone or (outcome.failed and not outcome.graded) else DONE
