"""Grading recorded answers again: which answers, by whom, and each new grade on record before the next is asked for.

The copies are the memory of the work: what they hold is done, so that a run goes on where another one stopped,
however it stopped.
"""

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from agent.record.retell import retell
from agent.regrading.copies import Source, open_copy
from agent.regrading.staff import Staff
from tools.grade_answer import Grader
from tools.interview import Interview
from tools.question import Lang, Question
from transcripts.errors import InputError
from transcripts.events import GradeEvent, MessageEvent
from transcripts.grade import Grade, GraderId
from transcripts.reader import Transcript
from transcripts.recorder import Recorder

WAKE = 0.2  # seconds: to look at Ctrl-C and to move the clock


@dataclass(frozen=True)
class Answer:
    """An answer as it was graded. `seq` is the event of the grade that counts; without one, of its last message."""

    seq: int
    question: Question
    text: str
    old: GradeEvent | None


@dataclass
class Row:
    """What became of one answer. `failed` says why it has no new grade."""

    session: str
    path: Path
    copy: Path
    question: str
    seq: int
    old: Grade | None
    new: Grade | None = None
    failed: str = ""


@dataclass
class Task:
    """An answer that waits for its grade. `held`: who has graded it again before."""

    answer: Answer
    lang: Lang
    row: Row
    held: list[GraderId]
    sheet: "Sheet"


@dataclass
class Sheet:
    """A copy that is being written, and how many of its answers are open."""

    recorder: Recorder
    left: int


@dataclass
class Outcome:
    """What a run has done so far; `problems` are files that could not be used."""

    rows: list[Row] = field(default_factory=list)
    problems: list[InputError] = field(default_factory=list)
    graded: int = 0  # in this run
    failed: int = 0


def answers_of(transcript: Transcript) -> list[Answer]:
    """The answers worth a grade: whatever was answered and not given up, as far as its last grade has seen it."""
    interview = Interview(transcript.session)
    found = dict[int, Answer]()
    for event in retell(transcript, interview):
        number, attempt = len(interview.attempts), interview.current
        if attempt is None or not attempt.words:
            continue
        if isinstance(event, GradeEvent) and event.regrade_of is None and event.question == attempt.question.id:
            found[number] = Answer(event.seq, attempt.question, attempt.answer, event)
        elif isinstance(event, MessageEvent) and event.role == "user" and attempt.to_grade:
            old = found.get(number)
            if old is None or old.old is None:
                found[number] = Answer(event.seq, attempt.question, attempt.answer, None)
    return [answer for answer in found.values() if answer.old is None or answer.old.reason != "skipped"]


def regrades_of(transcript: Transcript, answer: Answer) -> list[GradeEvent]:
    """The grades that an answer was given again."""
    events = (event for event in transcript.events if isinstance(event, GradeEvent))
    return [event for event in events if event.regrade_of == answer.seq and event.question == answer.question.id]


def to_do(transcript: Transcript, grader: GraderId) -> int:
    """How many answers of a copy this very grader has not graded again."""
    return sum(_by(regrades_of(transcript, answer), grader) is None for answer in answers_of(transcript))


def _by(grades: Sequence[GradeEvent], grader: GraderId) -> GradeEvent | None:
    return next((grade for grade in reversed(grades) if grade.grader == grader), None)


def tasks(sources: Sequence[Source], grader: GraderId, outcome: Outcome) -> Iterator[Task]:
    """Open one copy after the other, and give what is left to do in it; all of its answers go into the outcome."""
    for source in sources:
        try:
            recorder, transcript = open_copy(source)
        except InputError as error:
            outcome.problems.append(error)
            continue
        own = list(_tasks(recorder, transcript, source, grader, outcome))
        if not own:
            recorder.close()
        yield from own


def _tasks(
    recorder: Recorder, transcript: Transcript, source: Source, grader: GraderId, outcome: Outcome
) -> Iterator[Task]:
    session, sheet = transcript.session, Sheet(recorder, 0)
    for answer in answers_of(transcript):
        held = regrades_of(transcript, answer)
        row = Row(session.id, source.path, source.copy, answer.question.id, answer.seq, answer.old)
        row.new = _by(held, grader)
        outcome.rows.append(row)
        if row.new is None:
            sheet.left += 1
            yield Task(answer, session.held_in, row, [grade.grader for grade in held], sheet)


def grade_all(waiting: Iterator[Task], staff: Staff, stopped: Callable[[], bool], done: Callable[[Task, Grade], None],
              awake: Callable[[], None]) -> None:  # fmt: skip
    """Grade as many at once as there are graders; once `stopped`, only what is on its way is waited for.

    `done` gets each grade as it comes, in the thread that called; `awake` is called now and then.
    """
    free = queue.SimpleQueue[Grader]()
    for grader in staff.graders:
        free.put(grader)

    def grade(task: Task) -> Grade:
        grader = free.get()
        try:
            return grader.grade(task.answer.question, task.answer.text, task.lang)
        finally:
            free.put(grader)

    running = dict[Future[Grade], Task]()
    with ThreadPoolExecutor(len(staff.graders)) as pool:
        while True:
            while len(running) < len(staff.graders) and not stopped() and (task := next(waiting, None)):
                running[pool.submit(grade, task)] = task
            if not running:
                return
            finished, _ = wait(running, timeout=WAKE, return_when=FIRST_COMPLETED)
            for future in finished:
                done(running.pop(future), future.result())
            awake()


def keep(task: Task, grade: Grade, staff: Staff, outcome: Outcome) -> None:
    """Put a new grade on record; one that is none is left for the next run. Raises RecordingError.

    A judge leaves an answer that says nothing to the local grader, whose grade may be on record already.
    """
    if grade.status == "graded":
        fields = grade.model_dump() | ({"measured": staff.measured} if staff.measured else {})
        task.row.new = event = GradeEvent(**fields, regrade_of=task.answer.seq)
        outcome.graded += 1
        if grade.grader not in task.held:
            task.sheet.recorder.write(event)
    else:
        task.row.failed = grade.reason or grade.status
        outcome.failed += 1
    task.sheet.left -= 1
    if not task.sheet.left:
        task.sheet.recorder.close()
