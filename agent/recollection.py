"""The memory of this user: kept in step with the transcripts, and asked what it knows when an interview begins."""

import os
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from agent.config import folder, transcripts_folder
from agent.problems import told
from agent.record.retell import retell
from agent.telling import remark
from prompts import say
from tools.ability import Ability, unknown
from tools.attempt import Attempt
from tools.interview import Interview
from tools.memory import Memory, MemoryUnavailableError, NewerMemoryError, Stamp, opened
from tools.plan import Unit
from tools.planner import Past
from tools.schedule import Card, forgotten
from transcripts.errors import InputError
from transcripts.reader import Transcript, read

BATCH = 100  # transcripts taken in at once: few enough for another razbor to wait, and for the memory of this one
MOST_LOOKUPS = 4_000_000  # a second or so; an interview of 1000 questions makes half of that
Watch = Callable[[Sequence[Stamp]], Generator[Stamp]]


def _each(stamps: Sequence[Stamp]) -> Generator[Stamp]:
    yield from stamps


def memory_file() -> Path:
    """Where it is kept."""
    return folder("data") / "memory.sqlite3"


def end_of_today() -> datetime:
    """What is due until then is due today."""
    return datetime.now().astimezone().replace(hour=23, minute=59, second=59)


@dataclass(frozen=True)
class Remembered:
    """Mastery of the topics; the cards of all units and those that are due today; how often each mistake was made."""

    ability: Ability = field(default_factory=unknown)
    cards: dict[Unit, Card] = field(default_factory=dict)
    due: dict[Unit, Card] = field(default_factory=dict)
    committed: dict[Unit, int] = field(default_factory=dict)


@dataclass
class Recollection:
    """An interview goes on without it where the file cannot be used; that is said on stderr, once."""

    lang: str
    watch: Watch = _each
    _told: bool = False

    def past(self) -> Past:
        """What the planner of an interview needs to know."""
        found, now = self.everything(), datetime.now(UTC)
        known = {question for question, _ in found.cards}
        return Past(found.ability, _by_question(found.due, now), found.committed, known)

    def everything(self) -> Remembered:
        """All that is remembered today; nothing, where memory is not available."""
        try:
            with opened(memory_file()) as memory:
                in_step(memory, transcripts_folder(), self.watch)
                ability, due = memory.ability(datetime.now(UTC)), memory.due(end_of_today())
                return Remembered(ability, memory.cards(), due, memory.committed())
        except MemoryUnavailableError as error:
            self._unavailable(error)
            return Remembered()

    def keep(self) -> None:
        """Remember the interview that has ended."""
        if self._told:
            return
        try:
            with opened(memory_file()) as memory:
                in_step(memory, transcripts_folder())
        except MemoryUnavailableError as error:
            self._unavailable(error)

    def _unavailable(self, error: MemoryUnavailableError) -> None:
        self._told = True
        newer = isinstance(error, NewerMemoryError)
        reason = say("memory.newer", self.lang) if newer else told(error.__cause__ or error, self.lang)
        remark("memory.without", self.lang, named=True, reason=reason)


def in_step(memory: Memory, transcripts: Path, watch: Watch = _each) -> None:
    """Take in what is new or has changed among the transcripts, and let go of what is no more.

    What is taken in goes through `watch`, which may say how far it has come.
    """
    known = memory.known()  # before looking: what another razbor takes in meanwhile must not seem to be gone
    there = {stamp for stamp in map(_stamp, transcripts.glob("*.jsonl")) if stamp}
    if gone := {stamp.name for stamp in known} - {stamp.name for stamp in there}:
        memory.forget(gone)
    new = sorted(there - known, key=lambda stamp: stamp.name)
    with closing(watch(new)) as watched:
        while told := {stamp: _attempts(transcripts / stamp.name) for stamp in islice(watched, BATCH)}:
            memory.take({stamp: attempts for stamp, attempts in told.items() if attempts is not None})


def rebuilt(path: Path, transcripts: Path, watch: Watch = _each) -> int:
    """Make the memory again from the transcripts; the file that was there stays beside it as `.bak`.

    Returns how many transcripts were read. Raises MemoryUnavailableError where the new file can't be written.
    """
    new = path.with_suffix(f".{os.getpid()}.new")  # another razbor may be doing the same
    try:
        _remove(new)
        with opened(new) as memory:
            in_step(memory, transcripts, watch)
            memory.close_wal()
            count = len(memory.known())
        if path.exists():
            path.replace(_aside(path))
        _remove(path)
        new.replace(path)
    except OSError as error:
        raise MemoryUnavailableError(str(error)) from error
    finally:
        with suppress(OSError):
            _remove(new)
    return count


def _remove(path: Path) -> None:
    """Remove a file of SQLite's with those beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    """Where the older file goes: over what was kept last, unless that is a folder."""
    numbers = ("", *range(1, 100))
    return next(aside for n in numbers if not (aside := path.with_suffix(f".bak{n}")).is_dir())


def _by_question(due: dict[Unit, Card], now: datetime) -> dict[str, float]:
    """How likely each question, or one of its mistakes, is forgotten: the likeliest of them."""
    questions: dict[str, float] = {}
    for (question, _), card in due.items():
        questions[question] = max(questions.get(question, 0.0), forgotten(card, now))
    return questions


def _stamp(path: Path) -> Stamp | None:
    """The state of a transcript; None where it was removed this very moment, or its name is no text."""
    with suppress(OSError, UnicodeEncodeError):
        path.name.encode()
        state = path.stat()
        return Stamp(path.name, state.st_size, state.st_mtime_ns)
    return None


def _attempts(path: Path) -> list[Attempt] | None:
    """The questions of a transcript and what became of them; none where it is damaged: `razbor sessions` names it.

    None, to be tried again, where it cannot be opened now.
    """
    try:
        transcript = read(path)
        if _is_endless(transcript):
            return []
        interview = Interview(transcript.session)
        for _ in retell(transcript, interview):
            pass
    except InputError as error:
        return None if error.key == "error.cannot_read" else []
    return interview.attempts


def _is_endless(transcript: Transcript) -> bool:
    """Whether retelling it may take minutes: a grade or a dispute is looked up among all questions before it."""
    kinds = Counter(event.type for event in transcript.events)
    return kinds["question"] * (kinds["grade"] + kinds["dispute"]) > MOST_LOOKUPS
