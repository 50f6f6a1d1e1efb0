"""The questions that an interview can draw from: chosen when it begins, found again when it is resumed."""

from argparse import Namespace
from pathlib import Path

from pydantic import ValidationError

from tools.bank import Bank, load
from tools.planner import Past, draw
from tools.question import Question
from transcripts.errors import InputError
from transcripts.events import Json, QuestionEvent, SessionEvent
from transcripts.reader import Transcript

BUILT_IN = "built-in"


def choose_questions(bank: Bank, flags: Namespace) -> tuple[list[Question], bool]:
    """The questions to draw from, and whether they are fixed in their order."""
    if flags.question:
        return [bank.get(question_id) for question_id in dict.fromkeys(flags.question)], True
    questions = list(bank.questions.values())
    if not flags.topic:
        return questions, False
    known = sorted({question.topic for question in questions})
    for topic in flags.topic:
        if topic not in known:
            raise InputError("error.unknown_topic", topic=topic, known=", ".join(known))
    return [question for question in questions if question.topic in flags.topic], False


def on_record(session: SessionEvent, drawn: list[Question], bank: Bank, flags: Namespace, past: Past) -> SessionEvent:
    """The session with its pool. Questions of the user's own stand in it in full, as many as may be asked.

    Those that come with razbor do not: each is large, and will be there again.
    """
    own = [question for question in drawn[: session.questions] if bank.sources[question.id] != BUILT_IN]
    pool: Json = {
        "topics": flags.topic,
        "pool": [question.id for question in drawn],
        "due": [question.id for question in drawn if question.id in past.due],
        "fixed": bool(flags.question),
        "banks": [str(Path(path).resolve()) for path in flags.bank],
        "builtin": not flags.no_builtin,
        "reserve": [question.model_dump(exclude_defaults=True) for question in own],
    }
    return session.model_copy(update=pool)


def recorded_pool(transcript: Transcript) -> dict[str, Question]:
    """The pool of a recorded interview in its order, as far as its questions can still be found.

    Looked for in the transcript, then in the banks it names, as far as those are still there.
    """
    session = transcript.session
    found = {q.id: q for q in (recorded_question(fields, transcript.path, 1) for fields in session.reserve)}
    bank = _bank(session)
    for event in transcript.events:
        if isinstance(event, QuestionEvent):
            question = recorded_question(event.question, transcript.path, event.seq + 1)
            found[question.id] = question
    known = bank.questions | found
    ids = session.pool or [question.id for question in draw(list(bank.questions.values()), session.seed)]
    return {question_id: known[question_id] for question_id in ids if question_id in known}


def _bank(session: SessionEvent) -> Bank:
    bank = load() if session.builtin else Bank()
    for path in map(Path, session.banks):
        try:
            more = load([path], builtin=False)
        except InputError:  # what is missing there may be in the transcript
            continue
        bank.questions = more.questions | bank.questions
    return bank


def recorded_question(fields: Json, path: Path, line: int) -> Question:
    """A question as line `line` of a transcript holds it; InputError where it is damaged."""
    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        raise InputError("error.question_field", path=path, line=line, field=field, problem=first["msg"]) from error
