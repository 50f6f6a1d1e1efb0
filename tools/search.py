"""Finding questions by words, with SQLite's FTS5: what of a question is indexed, and what is asked of the index.

Both sides are cut to stems, and every concept of the glossary counts as a word of its own beside them: so Russian words
find an English question, and the exact word weighs more than its equivalent.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache

from tools.graders.glossary import concepts, lines
from tools.graders.text import words
from tools.question import Question

TABLE = """
DROP TABLE IF EXISTS words;
CREATE VIRTUAL TABLE words USING fts5(name, prompt, points, rest, content = '');
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(4.0, 4.0, 2.0, 1.0)');
"""  # the weights are those of the columns
MISSING = "SELECT count(*) FROM questions WHERE row > (SELECT coalesce(max(id), 0) FROM words_docsize)"
NEW = "SELECT row, json FROM questions WHERE row > (SELECT coalesce(max(id), 0) FROM words_docsize) ORDER BY row"
ADD = "INSERT INTO words (rowid, name, prompt, points, rest) VALUES (?, ?, ?, ?, ?)"
FIND = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank"


def index(sql: sqlite3.Connection) -> None:
    """Put the questions into the index that are not in it, in a transaction. Raises sqlite3.Error."""
    for row, json in sql.execute(NEW):
        sql.execute(ADD, (row, *_columns(Question.model_validate_json(json))))


def find(sql: sqlite3.Connection, text: str) -> Iterator[int]:
    """The rows of the questions that have any of these words, the best first. Raises sqlite3.Error."""
    terms = [f'"{term}"' for term in dict.fromkeys(_terms(text))]
    if terms:
        for (row,) in sql.execute(FIND, (" OR ".join(terms),)):
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
    found, numbers = list(words(text)), _numbers()
    yield from (word.stem for word in found if not word.stop)
    yield from (f"c{numbers[concept]}" for concept, _, _ in concepts(found))


@cache
def _numbers() -> dict[str, int]:
    """A number for each concept: a letter with digits is no word of any text."""
    return {variants[0]: number for number, variants in enumerate(lines())}
