"""What is remembered across interviews, in one SQLite file. It is a cache of the transcripts: losing it loses nothing.

Units of memory are a question, and a question × one of its typical mistakes. `Memory.take` puts the attempts of one
transcript in the place of those it had; cards are made anew from all reviews of their unit in the order of time: the
same transcripts make the same memory, whatever the order in which they came.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from tools.ability import Ability, unknown
from tools.interview import Attempt, moment
from tools.ratings import recalled
from tools.schedule import Card, reviewed

WAIT = 2.0  # seconds for another razbor to finish writing
MIGRATIONS = ("memory_schema.sql",)  # one a version: each adds, and what is no longer read goes with a later one


class MemoryUnavailableError(Exception):
    """The file cannot be used; `args[0]` says why."""


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

    def take(self, stamp: Stamp, attempts: Sequence[Attempt]) -> None:
        """Put a transcript in, in the place of what was known of it; all of it or, if something fails, nothing."""
        with self._writing():
            changed = self._forget(stamp.name) | {attempt.question.id for attempt in attempts}
            self._sql.execute("INSERT INTO transcripts VALUES (?, ?, ?)", (stamp.name, stamp.size, stamp.modified))
            for number, attempt in enumerate(attempts, start=1):
                self._put(stamp.name, number, attempt)
            self._schedule(changed)

    def forget(self, name: str) -> None:
        """Let go of a transcript that is no more."""
        with self._writing():
            self._schedule(self._forget(name))

    def cards(self) -> dict[tuple[str, str], Card]:
        """The card of each unit: (question, mistake), the mistake "" for the question itself."""
        rows = self._sql.execute("SELECT * FROM cards ORDER BY question, mistake")
        return {(question, mistake): _card(*row) for question, mistake, *row in rows}

    def due(self, now: datetime) -> dict[tuple[str, str], Card]:
        """The cards that are due by `now`."""
        rows = self._sql.execute("SELECT * FROM cards WHERE due <= ? ORDER BY due, question, mistake", (_text(now),))
        return {(question, mistake): _card(*row) for question, mistake, *row in rows}

    def committed(self) -> dict[tuple[str, str], int]:
        """How many times each (question, mistake) was made."""
        rows = self._sql.execute(
            "SELECT question, mistake, count(*) FROM mistakes JOIN attempts USING (transcript, number)"
            " WHERE verdict = 'committed' GROUP BY question, mistake ORDER BY question, mistake"
        )
        return {(question, mistake): count for question, mistake, count in rows}

    def ability(self, now: datetime) -> Ability:
        """Mastery of the topics: all scores there ever were, those long past counting less."""
        ability, before = unknown(), None
        rows = self._sql.execute(
            "SELECT topic, level, time, score FROM attempts WHERE score IS NOT NULL ORDER BY time, transcript, number"
        )
        for topic, level, text, score in [*rows, (None, None, _text(now), None)]:
            time = datetime.fromisoformat(text)
            if before:
                ability.age(max((time - before).total_seconds(), 0.0) / 86400)
            before = time
            if topic:
                ability.observe(topic, level, score)
        return ability

    def close_wal(self) -> None:
        """Put all into the one file, so that it can be moved."""
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dump(self) -> list[str]:
        """All that is in it, as SQL."""
        return list(self._sql.iterdump())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._sql:
            self._sql.execute("BEGIN IMMEDIATE")
            yield

    def _forget(self, name: str) -> set[str]:
        rows = self._sql.execute("SELECT DISTINCT question FROM attempts WHERE transcript = ?", (name,))
        questions = {question for (question,) in rows}
        self._sql.execute("DELETE FROM transcripts WHERE name = ?", (name,))
        return questions

    def _put(self, transcript: str, number: int, attempt: Attempt) -> None:
        graded = next((getattr(grade, "time", "") for grade in attempt.grades), "")
        time, grade = moment(graded), attempt.grade
        if time is None or grade is None:
            return  # neither answered nor given up
        ratings, question = recalled(attempt), attempt.question
        self._sql.execute(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (transcript, number, question.id, question.topic, question.level, _text(time), grade.score,
             attempt.hints, round(attempt.seconds, 1), ratings.question),
        )  # fmt: skip
        for line in grade.mistakes:
            row = (transcript, number, line.id, line.verdict, ratings.mistakes.get(line.id))
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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
            _prepare(connection, path)
            yield Memory(connection)
    except (sqlite3.Error, OSError) as error:
        raise MemoryUnavailableError(str(error)) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to today's version, a copy of the older one beside it; one of a newer version stays as it is."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(f"version {version} > {len(MIGRATIONS)}")
    connection.execute("PRAGMA foreign_keys = ON")
    if version == len(MIGRATIONS):
        return
    connection.execute("PRAGMA journal_mode = WAL")
    if version:
        with closing(sqlite3.connect(path.with_suffix(f".v{version}.bak"))) as backup:
            connection.backup(backup)
    for number, name in enumerate(MIGRATIONS[version:], start=version + 1):
        script = (files("tools") / name).read_text("utf-8")
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def _text(time: datetime) -> str:
    """UTC, so that the texts sort as the times do."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _card(stability: float, difficulty: float, due: str, last_review: str) -> Card:
    return Card(stability, difficulty, datetime.fromisoformat(due), datetime.fromisoformat(last_review))
