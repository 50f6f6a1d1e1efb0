"""The questions that an interview can draw from: chosen when it begins, found again when it is resumed."""

from argparse import Namespace
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from agent.config import shelf_file
from tools import planner
from tools.bank import Bank, Head, salvage
from tools.planner import Choose, Past, Planner, draw
from tools.question import Question
from tools.question_files import BUILT_IN
from transcripts.errors import InputError, invalid
from transcripts.events import Json, QuestionEvent, SessionEvent
from transcripts.reader import Transcript


class Pool:
    """The questions of a bank that the flags ask for. InputError where they ask for what is not there."""

    def __init__(self, bank: Bank, flags: Namespace) -> None:
        self._bank = bank
        self._flags = flags
        self._heads, self._fixed = _chosen(bank, flags)
        self.search = searching(bank, flags.topic)

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self._heads)

    def asked(self, wanted: int) -> int:
        """How many an interview asks that is to ask so many; those that were named are all asked."""
        return self.size if self._fixed else wanted

    def deal(self, session: SessionEvent, past: Past) -> tuple[SessionEvent, Choose]:
        """A new interview with its questions on record, and what chooses among them."""
        drawn = self._heads if self._fixed else draw(self._heads, session.seed, past.due)
        chooser = Planner(
            drawn, self._bank.get, seed=session.seed, fixed=self._fixed, past=past, search=self.search
        )  # fmt: skip
        return on_record(session, drawn, self._bank, self._flags, past), chooser.choose


def _chosen(bank: Bank, flags: Namespace) -> tuple[list[Head], bool]:
    """The questions to draw from, and whether they are fixed in their order."""
    if flags.question:
        return [bank.head(question_id) for question_id in dict.fromkeys(flags.question)], True
    heads = list(bank.heads.values())
    if not flags.topic:
        return heads, False
    known = sorted({head.topic for head in heads})
    for topic in flags.topic:
        if topic not in known:
            raise InputError("error.unknown_topic", topic=topic, known=", ".join(known))
    return [head for head in heads if head.topic in flags.topic], False


def searching(bank: Bank, topics: Collection[str]) -> Callable[[str], list[Head]]:
    """A search in all of the bank, not only in what was drawn of it; in these topics, where there are any."""

    def search(words: str) -> list[Head]:
        found = (bank.head(question_id) for question_id in bank.search(words))
        return [head for head in found if not topics or head.topic in topics]

    return search


def on_record(session: SessionEvent, drawn: list[Head], bank: Bank, flags: Namespace, past: Past) -> SessionEvent:
    """The session with its pool. Questions of the user's own stand in it in full, as many as may be asked.

    Those that come with razbor do not: each is large, and will be there again.
    """
    own = [bank.get(head.id) for head in drawn[: session.questions] if head.source != BUILT_IN]
    pool: Json = {
        "topics": flags.topic,
        "pool": [head.id for head in drawn],
        "due": [head.id for head in drawn if head.id in past.due],
        "fixed": bool(flags.question),
        "banks": [str(Path(path).resolve()) for path in flags.bank],
        "builtin": not flags.no_builtin,
        "reserve": [question.model_dump(exclude_defaults=True) for question in own],
    }
    return session.model_copy(update=pool)


class RecordedPool:
    """The pool of a recorded interview, as far as its questions can still be found.

    Looked for in the transcript, then in the banks it names, as far as those are still there.
    """

    def __init__(self, transcript: Transcript) -> None:
        session = transcript.session
        self._own = {q.id: q for q in (recorded_question(fields, transcript.path, 1) for fields in session.reserve)}
        for event in transcript.events:
            if isinstance(event, QuestionEvent):
                question = recorded_question(event.question, transcript.path, event.seq + 1)
                self._own[question.id] = question
        self._bank = salvage(map(Path, session.banks), builtin=session.builtin, shelf=shelf_file())
        known: Mapping[str, planner.Head] = {**self._bank.heads, **self._own}
        ids = session.pool or [head.id for head in planner.draw(list(self._bank.heads.values()), session.seed)]
        self.heads = {question_id: known[question_id] for question_id in ids if question_id in known}
        self.search = searching(self._bank, session.topics)

    def get(self, question_id: str) -> Question:
        """One of its questions; InputError where it is gone."""
        return self._own.get(question_id) or self._bank.get(question_id)


def recorded_question(fields: Json, path: Path, line: int) -> Question:
    """A question as line `line` of a transcript holds it; InputError where it is damaged."""
    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        place, problem = invalid(error)
        field = ".".join(map(str, place))
        raise InputError("error.question_field", path=path, line=line, field=field, problem=problem) from error
