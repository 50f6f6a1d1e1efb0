"""Finding questions by words, with SQLite's FTS5: what of a question is indexed, and what is asked of the index.

Both sides are cut to stems, and every concept of the glossary counts as a word of its own beside them: so Russian words
find an English question, and the exact word weighs more than its equivalent. `related.txt` adds to plain words what the
thing is called. Phrases are not indexed: with them less was found.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from tools.graders.glossary import concepts, lines
from tools.graders.text import Token, words
from tools.question import Question

HERE = Path(__file__).parent
TABLE = """
DROP TABLE IF EXISTS vocabulary;
DROP TABLE IF EXISTS words;
CREATE VIRTUAL TABLE words USING fts5(
    name, prompt, points, rest, content = '', tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(8.0, 4.0, 2.0, 1.0)');
"""  # the weights are those of the columns
MISSING = "SELECT count(*) FROM questions WHERE row > (SELECT coalesce(max(id), 0) FROM words_docsize)"
NEW = "SELECT row, json FROM questions WHERE row > (SELECT coalesce(max(id), 0) FROM words_docsize) ORDER BY row"
ADD = "INSERT INTO words (rowid, name, prompt, points, rest) VALUES (?, ?, ?, ?, ?)"
TIDY = "INSERT INTO words (words) VALUES ('optimize')"
COMMON = "SELECT count(*) FROM vocabulary WHERE term = ? AND 2 * doc > (SELECT count(*) FROM words_docsize)"
FIND = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank"


def index(sql: sqlite3.Connection) -> None:
    """Put the questions into the index that are not in it, in a transaction. Raises sqlite3.Error."""
    for row, json in sql.execute(NEW):
        with suppress(ValidationError):  # then the file is read when the question is asked for
            sql.execute(ADD, (row, *_columns(Question.model_validate_json(json))))
    sql.execute(TIDY)


def find(sql: sqlite3.Connection, text: str) -> Iterator[int]:
    """The rows of the questions that have any of these words, the best first. Raises sqlite3.Error."""
    terms = list(dict.fromkeys(_asked(text)))
    # what is in most questions tells none from another, and takes the longest to look for
    telling = [term for term in terms if sql.execute(COMMON, (term,)).fetchone() == (0,)] or terms
    if terms:
        for (row,) in sql.execute(FIND, (" OR ".join(f'"{term}"' for term in telling),)):
            yield row


def _columns(question: Question) -> Iterator[str]:
    """The words of a question, in both languages, for each column."""
    both = question.wording("en"), question.wording("ru")
    name = (question.heading, question.topic, question.id.replace("-", " "))
    prompt = (one.prompt for one in both)
    points = (text for one in both for text in (one.short_answer, *one.key_points))
    rest = (text for one in both for text in (one.breakdown, *one.mistakes))
    for texts in (name, prompt, points, rest):
        yield " ".join(_terms("\n".join(dict.fromkeys(texts))))


def _terms(text: str) -> Iterator[str]:
    """The stems of the words that say something, then the concepts that they name."""
    found = list(words(text))
    yield from (word.stem for word in found if not word.stop)
    yield from (term for term, _, _ in _concepts(found))


def _asked(text: str) -> Iterator[str]:
    """The terms of a query: of a name of several words the concept alone, and what is related to plain words."""
    yield from _selected(text, 2)
    plain = set(_selected(text, 1))
    for variants, names in _related():
        if any(variant <= plain for variant in variants):
            yield from names


def _selected(text: str, fewest: int) -> Iterator[str]:
    """The concepts that a text names, and the stems of its other words; of those too that name one in fewer words."""
    found, said = list(words(text)), set[int]()
    for term, begin, end in _concepts(found):
        said.update(range(begin, end) if end - begin >= fewest else ())
        yield term
    yield from (word.stem for place, word in enumerate(found) if not word.stop and place not in said)


def _concepts(found: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """The concepts with their places, each as a term: a letter with digits is no word of any text."""
    numbers = _numbers()
    return ((f"c{numbers[concept]}", begin, end) for concept, begin, end in concepts(found))


@cache
def _numbers() -> dict[str, int]:
    return {variants[0]: number for number, variants in enumerate(lines())}


@cache
def _related() -> list[tuple[list[set[str]], list[str]]]:
    """Plain variants, each as its terms, and the terms of what they are called."""
    found = []
    for line in (HERE / "related.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            plain, names = ([*part.split("|")] for part in line.split(">"))
            terms = [term for name in names for term in _selected(name, 2)]
            found.append(([set(_selected(variant, 1)) for variant in plain], terms))
    return found
