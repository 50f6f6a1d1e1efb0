"""What was parsed of the bank's files, in one SQLite file. It is a cache: losing it costs the time to read them again.

Where no file is given, or it cannot be used, the same is kept in memory. Filling a shelf may raise sqlite3.Error, which
`shelved` sees to; what is asked of it later and has no answer is None or empty, and the bank reads its files.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from tools import search
from tools.question import Question
from tools.question_files import File
from transcripts.private import make_file
from transcripts.version import VERSION

HERE = Path(__file__).parent
WAIT = 2.0  # seconds for another razbor to finish writing
UNINDEXED = 100  # questions whose words may wait until somebody searches
LEFTOVERS = 100  # questions that are gone and may stay in the index, beside as many as are there
MODULES = ("question", "shelf", "search", "graders/text", "graders/glossary")
MADE_BY = (*(f"{name}.py" for name in MODULES), "shelf.sql", "related.txt", "graders/glossary.txt",
           "graders/stopwords.txt")  # fmt: skip
KNOWN = "SELECT name, size, modified, row, id, topic, level FROM files WHERE folder = ?"
DROP = ("DELETE FROM questions WHERE row IN (SELECT row FROM files WHERE {0})", "DELETE FROM files WHERE {0}")
T = TypeVar("T")


class Entry(NamedTuple):
    """A file and what is known of its question; `row` leads to the rest."""

    name: bytes
    size: int
    modified: int
    row: int
    id: str
    topic: str
    level: str | None


class Texts(NamedTuple):
    """What of a question is shown in a list."""

    heading: str
    prompt: str
    en: str
    ru: str

    @classmethod
    def of(cls, question: Question) -> Self:
        """Those of a question."""
        prompts = (question.prompt, question.wording("en").prompt, question.wording("ru").prompt)
        return cls(question.heading, *prompts)


class Shelf:
    """An open shelf; made by `shelved`."""

    def __init__(self, connection: sqlite3.Connection, *, lasting: bool) -> None:
        self._sql = connection
        self._lasting = self._searchable = lasting

    def entries(self, folder: bytes) -> dict[bytes, Entry]:
        """What is known of the files of a folder, by name."""
        return {row[0]: Entry._make(row) for row in self._sql.execute(KNOWN, (folder,))}

    @contextmanager
    def filling(self) -> Iterator[None]:
        """What is put and dropped within is done altogether or, if something fails, not at all."""
        with self._sql:
            yield
            if self._sql.in_transaction:
                self._tidy()

    def put(self, folder: bytes, file: File, question: Question) -> Entry:
        """Keep a question in the place of what was known of its file."""
        self._begin()
        for row in self._sql.execute(f"{KNOWN} AND name = ?", (folder, file.name)).fetchall():
            if row[:3] == file:  # another razbor was faster
                return Entry._make(row)
            self.drop(folder, file.name)
        fields = (question.content_sha256, *Texts.of(question), question.model_dump_json(exclude_defaults=True))
        added = self._sql.execute("INSERT INTO questions VALUES (NULL, ?, ?, ?, ?, ?, ?)", fields)
        entry = Entry(*file, added.lastrowid or 0, question.id, question.topic, question.level)
        self._sql.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (folder, *entry))
        return entry

    def drop(self, folder: bytes, name: bytes) -> None:
        """Let go of a file. Its words stay in the index for a while, where they find nothing."""
        self._begin()
        for statement in DROP:
            self._sql.execute(statement.format("folder = ? AND name = ?"), (folder, name))

    def json(self, row: int) -> str | None:
        """A question as JSON."""
        return self._one("SELECT json FROM questions WHERE row = ?", row)

    def content(self, row: int) -> str | None:
        """The hash of a question's source text."""
        return self._one("SELECT content FROM questions WHERE row = ?", row)

    def texts(self) -> dict[int, Texts]:
        """What is shown in a list, by row."""
        with suppress(sqlite3.Error):
            rows = self._sql.execute("SELECT row, heading, prompt, prompt_en, prompt_ru FROM questions")
            return {row[0]: Texts._make(row[1:]) for row in rows}
        return {}

    def search(self, words: str) -> Iterator[int]:
        """The rows of the questions that are about these words, the best first; some may be gone."""
        with suppress(sqlite3.Error):
            if not self._searchable:
                _run(self._sql, search.TABLE)
                self._searchable = True
            if self._unindexed():
                with suppress(sqlite3.OperationalError), self._sql:  # another razbor may be doing it
                    self._begin()
                    search.index(self._sql)
            yield from search.find(self._sql, words)

    def _one(self, statement: str, row: int) -> str | None:
        with suppress(sqlite3.Error):
            for (value,) in self._sql.execute(statement, (row,)):
                return str(value)
        return None

    def _begin(self) -> None:
        if not self._sql.in_transaction:
            self._sql.execute("BEGIN IMMEDIATE")

    def _tidy(self) -> None:
        """Let go of folders that are no more; see to the index, where much of it is missing or of no use."""
        for (folder,) in self._sql.execute("SELECT DISTINCT folder FROM files").fetchall():
            if not os.path.isdir(folder):  # noqa: PTH112 - as the file system spells it
                for statement in DROP:
                    self._sql.execute(statement.format("folder = ?"), (folder,))
        if not self._lasting:
            return
        ((there,), (indexed,)) = self._sql.execute("SELECT count(*) FROM files UNION ALL SELECT count(*) FROM words")
        if indexed > 2 * there + LEFTOVERS:
            _run(self._sql, search.TABLE)
        if self._unindexed() > UNINDEXED:
            search.index(self._sql)

    def _unindexed(self) -> int:
        ((count,),) = self._sql.execute(search.MISSING)
        return int(count)


def _run(sql: sqlite3.Connection, script: str) -> None:
    """Run several statements in the transaction that is open, which `executescript` would end."""
    for statement in script.split(";"):
        sql.execute(statement)


def shelved(path: Path | None, fill: Callable[[Shelf], T]) -> T:
    """What `fill` makes of the shelf in a file: a damaged one is made anew, an unusable one replaced by memory."""
    if path:
        with suppress(sqlite3.Error, OSError):
            try:
                return _filled(path, fill)
            except sqlite3.OperationalError:  # locked, read-only, no room left
                raise
            except sqlite3.DatabaseError:
                for suffix in ("", "-wal", "-shm"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
                return _filled(path, fill)
    return _filled(None, fill)


def _filled(path: Path | None, fill: Callable[[Shelf], T]) -> T:
    if path:
        make_file(path)
    sql = sqlite3.connect(path or ":memory:", timeout=WAIT, isolation_level=None, check_same_thread=False)
    try:
        _prepare(sql, lasting=path is not None)
        return fill(Shelf(sql, lasting=path is not None))
    except BaseException:
        sql.close()
        raise


def _prepare(sql: sqlite3.Connection, *, lasting: bool) -> None:
    """Make the tables where there are none that today's razbor made of today's questions."""
    made_by = _fingerprint() if lasting else 1
    if sql.execute("PRAGMA user_version").fetchone() == (made_by,):
        return
    sql.execute("PRAGMA journal_mode = WAL")
    with sql:
        sql.execute("BEGIN IMMEDIATE")
        if sql.execute("PRAGMA user_version").fetchone() == (made_by,):  # another razbor was faster
            return
        _run(sql, (HERE / "shelf.sql").read_text("utf-8"))
        if lasting:
            _run(sql, search.TABLE)
        sql.execute(f"PRAGMA user_version = {made_by}")


def _fingerprint() -> int:
    """A number for this version of razbor, the model of a question and what its words become; 31 bits, and not 0."""
    made = hashlib.sha256(VERSION.encode())
    for name in MADE_BY:
        made.update((HERE / name).read_bytes())
    return int.from_bytes(made.digest()[:4], "big") >> 1 or 1
