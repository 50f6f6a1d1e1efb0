"""What is remembered across interviews, in one SQLite file. It is a cache of the transcripts: losing it loses nothing.

Units of memory are a question, and a question × one of its typical mistakes. `Memory.take` puts the attempts of one
transcript in the place of those it had; cards are made anew from all reviews of their unit in the order of time: the
same transcripts make the same memory, whatever the order in which they came.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.ability import TOPICS, Ability
from tools.attempt import Attempt
from tools.mastery import Scored, mastery
from tools.ratings import recalled
from tools.schedule import Card, reviewed
from transcripts.event import moment
from transcripts.private import make_file

HERE = Path(__file__).parent
WAIT = 2.0  # seconds for another razbor to finish writing
MIGRATIONS = ("memory_schema.sql",)  # one a version: each adds, and what is no longer read goes with a later one
YEARS = range(1970, 3000)  # what lies beyond them is no time of an answer, and the day a card is due must be one, too


class MemoryUnavailableError(Exception):
    """The file cannot be used; `args[0]` says why."""


class NewerMemoryError(MemoryUnavailableError):
    """The file is of a newer version."""


@dataclass(frozen=True)
class Stamp:
    """A transcript file and its state when it was read."""

    name: str
    size: int
    modified: int


class Memory:
    """An open memory file; made by `opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def known(self) -> set[Stamp]:
        """The transcripts that are in it."""
        return {Stamp(*row) for row in self._sql.execute("SELECT name, size, modified FROM transcripts")}

    def take(self, transcripts: Mapping[Stamp, Sequence[Attempt]]) -> None:
        """Put transcripts in, each in the place of what was known of it; all or, if something fails, nothing."""
        with _writing(self._sql):
            changed = self._forget(stamp.name for stamp in transcripts)
            for stamp, attempts in transcripts.items():
                self._sql.execute("INSERT INTO transcripts VALUES (?, ?, ?)", (stamp.name, stamp.size, stamp.modified))
                for number, attempt in enumerate(attempts, start=1):
                    self._put(stamp.name, number, attempt)
                    changed.add(attempt.question.id)
            self._schedule(changed)

    def forget(self, names: Iterable[str]) -> None:
        """Let go of transcripts that are no more."""
        with _writing(self._sql):
            self._schedule(self._forget(names))

    def cards(self) -> dict[tuple[str, str], Card]:
        """The card of each unit: (question, mistake), the mistake "" for the question itself."""
        rows = self._sql.execute("SELECT * FROM cards ORDER BY question, mistake")
        return _cards(rows)

    def due(self, now: datetime) -> dict[tuple[str, str], Card]:
        """The cards that are due by `now`."""
        rows = self._sql.execute("SELECT * FROM cards WHERE due <= ? ORDER BY due, question, mistake", (_text(now),))
        return _cards(rows)

    def committed(self) -> dict[tuple[str, str], int]:
        """How many times each (question, mistake) was made."""
        rows = self._sql.execute(
            "SELECT question, mistake, count(*) FROM mistakes JOIN attempts USING (transcript, number)"
            " WHERE verdict = 'committed' GROUP BY question, mistake ORDER BY question, mistake"
        )
        return {(question, mistake): count for question, mistake, count in rows}

    def ability(self, now: datetime) -> Ability:
        """Mastery of the topics: all scores there ever were, those long past counting less."""
        rows = self._sql.execute(
            "SELECT time, topic, level, score FROM attempts WHERE score IS NOT NULL ORDER BY time, transcript, number"
        )
        with _of_a_damaged_file():
            known = [row for row in rows if row[1] in TOPICS]  # a newer razbor may know more of them
            return mastery((Scored(datetime.fromisoformat(time), *rest) for time, *rest in known), now)

    def close_wal(self) -> None:
        """Put all into the one file, so that it can be moved."""
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dump(self) -> list[str]:
        """All that is in it, as SQL, sorted: of two with the same content it is the same."""
        return sorted(self._sql.iterdump())

    def _forget(self, names: Iterable[str]) -> set[str]:
        questions = set[str]()
        for name in names:
            rows = self._sql.execute("SELECT question FROM attempts WHERE transcript = ?", (name,))
            questions |= {question for (question,) in rows}
            self._sql.execute("DELETE FROM transcripts WHERE name = ?", (name,))
        return questions

    def _put(self, transcript: str, number: int, attempt: Attempt) -> None:
        time, grade = _first_graded(attempt), attempt.grade
        if time is None or grade is None:
            return  # neither answered nor given up
        ratings, question = recalled(attempt), attempt.question
        own = {f"m{n}" for n in range(1, len(question.mistakes) + 1)}  # a record may name others, or one twice
        mistakes = {line.id: line.verdict for line in grade.mistakes if line.id in own}
        self._sql.execute(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (transcript, number, question.id, question.topic, question.level, _text(time), grade.score,
             attempt.hints, round(attempt.seconds, 1), ratings.question),
        )  # fmt: skip
        for mistake, verdict in mistakes.items():
            row = (transcript, number, mistake, verdict, ratings.mistakes.get(mistake))
            self._sql.execute("INSERT INTO mistakes VALUES (?, ?, ?, ?, ?)", row)

    def _schedule(self, questions: Iterable[str]) -> None:
        """Make the cards of these questions and their mistakes from all reviews there are."""
        for question in sorted(questions):
            self._sql.execute("DELETE FROM cards WHERE question = ?", (question,))
            for mistake, reviews in self._reviews(question).items():
                card = reviewed(reviews)
                row = (question, mistake, card.stability, card.difficulty, _text(card.due), _text(card.last_review))
                self._sql.execute("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?)", row)

    def _reviews(self, question: str) -> dict[str, list[tuple[datetime, int]]]:
        """The time and rating of each review, by mistake ("" for the question itself), in the order of time."""
        rows = self._sql.execute(
            "SELECT '', time, transcript, number, rating FROM attempts WHERE question = :q AND rating IS NOT NULL"
            " UNION ALL SELECT mistake, time, transcript, number, mistakes.rating FROM mistakes"
            " JOIN attempts USING (transcript, number) WHERE question = :q AND mistakes.rating IS NOT NULL"
            " ORDER BY 1, 2, 3, 4",
            {"q": question},
        )
        reviews: dict[str, list[tuple[datetime, int]]] = {}
        for mistake, time, _, _, rating in rows:
            reviews.setdefault(mistake, []).append((datetime.fromisoformat(time), rating))
        return reviews


@contextmanager
def opened(path: Path) -> Iterator[Memory]:
    """The memory in a file, which is made where there is none. Raises MemoryUnavailableError, also from within."""
    try:
        make_file(path)
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
            _prepare(connection, path)
            yield Memory(connection)
    except (sqlite3.Error, OSError) as error:
        raise MemoryUnavailableError(str(error)) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to today's version, a copy of the older one beside it; one of a newer version stays as it is."""
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise NewerMemoryError(f"version {version} > {len(MIGRATIONS)}")
    if version < len(MIGRATIONS):
        _migrate(connection, version, path)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost what the transcripts bring back


def _migrate(connection: sqlite3.Connection, version: int, path: Path) -> None:
    if version:
        aside = path.with_suffix(f".v{version}.bak")
        make_file(aside)
        with closing(sqlite3.connect(aside)) as backup:
            connection.backup(backup)
    with _writing(connection):
        version = _version(connection)  # another razbor may have been faster
        for number, name in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in (HERE / name).read_text("utf-8").split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    with suppress(sqlite3.OperationalError):  # another razbor is at it; without, it is only slower
        connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing; meanwhile nobody else writes."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def _first_graded(attempt: Attempt) -> datetime | None:
    time = moment(next((grade.time for grade in attempt.grades), ""))
    with suppress(OverflowError):
        time = time.astimezone(UTC) if time else None
        return time if time and time.year in YEARS else None
    return None


def _text(time: datetime) -> str:
    """UTC, so that the texts sort as the times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _cards(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], Card]:
    with _of_a_damaged_file():
        return {(question, mistake): _card(*row) for question, mistake, *row in rows}


@contextmanager
def _of_a_damaged_file() -> Iterator[None]:
    """What is read within is made of what SQLite gives, and in a damaged file that may be anything."""
    try:
        yield
    except (ValueError, TypeError, ArithmeticError) as error:
        raise MemoryUnavailableError(str(error)) from error


def _card(stability: float, difficulty: float, due: str, last_review: str) -> Card:
    return Card(stability, difficulty, datetime.fromisoformat(due), datetime.fromisoformat(last_review))
