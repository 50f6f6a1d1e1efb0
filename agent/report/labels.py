"""Disputed answers as labelled lines: what the candidate claims, for a person to check and `razbor eval` to read."""

from agent.report.facts import attempts
from tools.attempt import Attempt
from tools.rubric import score
from transcripts.events import Json
from transcripts.grade import Grade, KeyPointLine, MistakeLine
from transcripts.reader import Transcript

_CLAIMED = {  # what someone says who disputes a verdict
    "covered": "missing", "missing": "covered",
    "committed": "avoided", "not_addressed": "avoided", "avoided": "not_addressed",
}  # fmt: skip


def labels(transcript: Transcript) -> list[Json]:
    """A line for each graded answer with disputes; InputError where an event is damaged."""
    session_id = transcript.session.id
    return [
        _label(session_id, attempt, attempt.grade)
        for attempt in attempts(transcript)
        if attempt.disputes and attempt.grade and attempt.grade.status == "graded"
    ]


def _label(session_id: str, attempt: Attempt, grade: Grade) -> Json:
    claims = {dispute.line: dispute.verdict for dispute in attempt.disputes}
    points = [_point(line, claims.get(line.id)) for line in grade.key_points]
    mistakes = [_mistake(line, claims.get(line.id)) for line in grade.mistakes]
    return {
        "id": _utf8(f"{session_id}/{grade.question}"),
        "question": grade.question,
        "lang": grade.answer_lang,
        "kind": "disputed",
        "answer": _utf8(attempt.answer),
        "mistakes": [line.verdict for line in mistakes],
        "key_points": [line.verdict == "covered" for line in points],
        "score": score(points, mistakes),
        "note": _utf8("; ".join(f"{dispute.line}: {dispute.reason}" for dispute in attempt.disputes)),
    }


def _point(line: KeyPointLine, disputed: str | None) -> KeyPointLine:
    """The line with the verdict that is claimed; undisputed, an unsure one counts as missing."""
    plain = "missing" if line.verdict == "unsure" else line.verdict
    return line.model_copy(update={"verdict": _CLAIMED.get(disputed, "covered") if disputed else plain})


def _mistake(line: MistakeLine, disputed: str | None) -> MistakeLine:
    """The line with the verdict that is claimed; undisputed, an unsure one counts as not addressed."""
    plain = "not_addressed" if line.verdict == "unsure" else line.verdict
    return line.model_copy(update={"verdict": _CLAIMED.get(disputed, "avoided") if disputed else plain})


def _utf8(text: str) -> str:
    """The text with a question mark for half a surrogate pair, which no reader of JSON takes."""
    return text.encode("utf-8", "replace").decode()
