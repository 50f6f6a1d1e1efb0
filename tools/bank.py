"""The question bank: the built-in questions and the files or folders a user adds.

What was parsed is kept on a shelf (see `shelf`), so that a file is read when it is new or has changed, and a whole
question when it is asked for: of the others only the heads are known.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from tools.nearest import nearest
from tools.question import Lang, Question
from tools.question_files import GONE, Root, roots
from tools.shelf import Entry, Shelf, Texts, shelved
from transcripts.errors import InputError, invalid

AT_HAND = 100  # questions that stay in memory once they were read
FOUND = 50  # questions that a search finds, at most
PATIENCE = 1.0  # seconds of reading until a person is told about it,
MANY = 100  # where there are so many files; a few take longer only on a machine that is busy

Tell = Callable[[int], None]  # told of the number of files, once, when reading them takes long


class Head(NamedTuple):
    """What is known of a question that was not read. `source` is "built-in" or its file; `row` is its place."""

    id: str
    topic: str
    level: str | None
    source: str
    path: str
    row: int


class Listed(NamedTuple):
    """A question in a list: its head, and the texts shown there. `shown`: the prompt in the reader's language."""

    head: Head
    heading: str
    prompt: str
    shown: str


class Bank:
    """Questions by id, in order. `problems` says which files could not be used and why."""

    def __init__(self, shelf: Shelf) -> None:
        self.heads: dict[str, Head] = {}
        self.problems: list[InputError] = []
        self.questions: Mapping[str, Question] = _Questions(self)
        self._shelf = shelf
        self._cached = lru_cache(AT_HAND)(self._read)

    @property
    def sources(self) -> dict[str, str]:
        """Where each question came from: "built-in" or its file."""
        return {head.id: head.source for head in self.heads.values()}

    def head(self, question_id: str) -> Head:
        """What is known of the question with this id; InputError when there is none."""
        if question_id not in self.heads:
            raise InputError("error.unknown_question", id=question_id, nearest=nearest(question_id, self.heads))
        return self.heads[question_id]

    def get(self, question_id: str) -> Question:
        """The question with this id; InputError when there is none."""
        return self._cached(self.head(question_id))

    def search(self, words: str) -> list[str]:
        """The ids of the questions that are about these words, the best first."""
        ids = {head.row: head.id for head in self.heads.values()}
        return list(islice((ids[row] for row in self._shelf.search(words) if row in ids), FOUND))

    def listing(self, lang: Lang) -> Iterator[Listed]:
        """The questions as they stand in a list for a reader of `lang`; none is read for it."""
        texts = self._shelf.texts()
        for head in self.heads.values():
            own = texts.get(head.row) or Texts.of(self.get(head.id))
            yield Listed(head, own.heading, own.prompt, own.ru if lang == "ru" else own.en)

    def add(self, entry: Entry, source: str, path: str) -> None:
        """Take a question in. The same text under the same id again is no harm; another text is: InputError."""
        known = self.heads.get(entry.id)
        if known is None:
            self.heads[entry.id] = Head(entry.id, entry.topic, entry.level, source, path, entry.row)
        elif self._shelf.content(known.row) != self._shelf.content(entry.row):
            raise InputError("error.duplicate_id", path=path, id=entry.id, other=known.source)

    def _read(self, head: Head) -> Question:
        """From the shelf, or where another razbor has changed it meanwhile, from the file."""
        try:
            question = Question.model_validate_json(self._shelf.json(head.row) or "")
        except ValidationError:
            question = read_question(Path(head.path))
        if question.id != head.id:
            raise InputError("error.unknown_question", id=head.id, nearest=question.id)
        return question


class _Questions(Mapping[str, Question]):
    """Each is read when it is asked for."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def __getitem__(self, question_id: str) -> Question:
        if question_id not in self._bank.heads:
            raise KeyError(question_id)
        return self._bank.get(question_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._bank.heads)

    def __len__(self) -> int:
        return len(self._bank.heads)


def read_question(path: Path) -> Question:
    """Read one question file; InputError names the file and the part that is wrong."""
    from tools.safe_yaml import line_of, read_yaml

    fields = read_yaml(path)
    if not isinstance(fields, dict):
        raise InputError("error.question_shape", path=path)
    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        place, problem = invalid(error)
        part, line = ".".join(map(str, place)), line_of(path, *place)
        raise InputError("error.question_field", path=path, line=line, field=part, problem=problem) from error


def load(
    paths: Iterable[Path] = (), *, builtin: bool = True, shelf: Path | None = None, tell: Tell = lambda _: None
) -> Bank:
    """Load the bank. A broken file in a folder goes to `problems`; one that was named itself raises InputError.

    `shelf` is where to keep what was parsed; without it, and where it can't be kept, each file is read each time.
    """
    found = [*roots(paths, builtin=builtin)]
    bank = shelved(shelf, lambda kept: _filled(kept, found, _reader(tell, found), strict=True))
    if not bank.heads:
        raise bank.problems[0] if bank.problems else InputError("error.no_questions")
    return bank


def salvage(paths: Iterable[Path], *, builtin: bool, shelf: Path | None = None) -> Bank:
    """What of these questions can be read today, and be it none."""
    found = [*roots((), builtin=builtin)]
    for path in paths:
        with suppress(InputError):
            found += roots([path], builtin=False)
    return shelved(shelf, lambda kept: _filled(kept, found, read_question, strict=False))


def _filled(shelf: Shelf, found: Iterable[Root], read: Callable[[Path], Question], *, strict: bool) -> Bank:
    """What is in these files. Raises sqlite3.Error, and with `strict` InputError for a file that was named itself."""
    bank = Bank(shelf)
    with shelf.filling():
        for root in found:
            known = shelf.entries(root.folder)
            for file in root.files:
                path, entry = root.path(file), known.pop(file.name, None)
                try:
                    if entry is None or entry[:3] != file or file[1:] == GONE:
                        entry = shelf.put(root.folder, file, read(Path(path)))
                    bank.add(entry, root.source or path, path)
                except InputError as error:
                    if strict and not root.whole:
                        raise
                    bank.problems.append(error)
            for name in known if root.whole else ():
                shelf.drop(root.folder, name)
    return bank


def _reader(tell: Tell, found: Iterable[Root]) -> Callable[[Path], Question]:
    """`read_question`, which says so when it goes on for long."""
    count, begun = sum(len(root.files) for root in found), time.monotonic()
    told = count < MANY

    def read(path: Path) -> Question:
        nonlocal told
        if not told and time.monotonic() - begun > PATIENCE:
            told = True
            tell(count)
        return read_question(path)

    return read
