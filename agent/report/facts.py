"""What a report says of an interview, whatever it looks like: the object that `razbor report --format json` prints."""

from collections.abc import Iterable

from agent.commands.sessions import describe
from agent.retell import retell
from tools.interview import Attempt, Interview
from tools.question import Lang
from tools.rubric import line_texts, say_instead
from transcripts.events import DisputeEvent, Json
from transcripts.grade import GraderId, KeyPointLine, MistakeLine
from transcripts.reader import Transcript


def attempts(transcript: Transcript) -> list[Attempt]:
    """The questions of a recorded interview and what became of them; InputError where an event is damaged."""
    interview = Interview(transcript.session)
    for _ in retell(transcript, interview):
        pass
    return interview.attempts


def of_interview(transcript: Transcript, lang: Lang) -> Json:
    """One interview in full, rubric texts in `lang`; InputError where an event is damaged."""
    session, tried = transcript.session, attempts(transcript)
    last = next((attempt.grade for attempt in reversed(tried) if attempt.grade), None)
    return {
        **describe(transcript),
        "model": session.model,
        "offline": session.base_url is None,
        "grader": (last.grader if last else session.grader).model_dump(),
        "questions": [_question(number, attempt, lang) for number, attempt in enumerate(tried, start=1)],
        "disputes": [_dispute(session.id, attempt, d, lang) for attempt in tried for d in attempt.disputes],
    }


def of_all(transcripts: Iterable[Transcript], lang: Lang) -> Json:
    """A row an interview, and every dispute; InputError where an event is damaged."""
    rows, disputes = [], []
    for transcript in transcripts:  # each is let go before the next is read
        own = of_interview(transcript, lang)["disputes"]
        rows.append({**describe(transcript), "disputes": len(own)})
        disputes += own
    return {"interviews": rows, "disputes": disputes}


def _question(number: int, attempt: Attempt, lang: Lang) -> Json:
    grade, question = attempt.grade, attempt.question
    points, mistakes = (grade.key_points, grade.mistakes) if grade else ([], [])
    return {
        "number": number,
        "question": question.id,
        "topic": question.topic,
        "prompt": question.wording(lang).prompt,
        "answer": attempt.answer,
        "status": grade.status if grade else None,
        "reason": grade.reason if grade else None,
        "score": grade.score if grade else None,
        "grader": grade.grader.model_dump() if grade else None,
        "key_points": [_line(attempt, line, lang) for line in points],
        "mistakes": [_line(attempt, line, lang) | {"instead": _instead(attempt, line, lang)} for line in mistakes],
    }


def _line(attempt: Attempt, line: KeyPointLine | MistakeLine, lang: Lang) -> Json:
    disputes = [dispute.reason for dispute in attempt.disputes if dispute.line == line.id]
    return {
        "id": line.id,
        "text": line_texts(attempt.question, lang).get(line.id, line.text),
        "verdict": line.verdict,
        "quote": line.quote,
        "disputes": disputes,
    }


def _instead(attempt: Attempt, mistake: MistakeLine, lang: Lang) -> str | None:
    """What to say where a mistake was made."""
    if mistake.verdict != "committed" or attempt.grade is None:
        return None
    return say_instead(attempt.question, attempt.grade, mistake.id, lang)


def _dispute(session_id: str, attempt: Attempt, dispute: DisputeEvent, lang: Lang) -> Json:
    recorded = {line.id: line.text for line in attempt.grade.lines} if attempt.grade else {}
    return {
        "session": session_id,
        "question": dispute.question,
        "line": dispute.line,
        "verdict": dispute.verdict,
        "text": line_texts(attempt.question, lang).get(dispute.line, recorded.get(dispute.line, "")),
        "reason": dispute.reason,
        "time": dispute.time,
    }


def grader_name(grader: Json) -> str:
    """A grader as people read it: name, version, and its model where it has one."""
    known = GraderId.model_validate(grader)
    return " ".join(part for part in (known.name, known.version, known.model) if part)
