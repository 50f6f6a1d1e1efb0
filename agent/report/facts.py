"""What a report says of an interview, whatever it looks like: the object that `razbor report --format json` prints."""

from collections.abc import Iterable
from dataclasses import asdict

from agent.models.embedded import NAME as EMBEDDED
from agent.record.retell import retell
from agent.report.progress import made_again, progress, rows_of
from agent.sessions import describe
from agent.terminal.pace import share
from tools.attempt import Attempt
from tools.interview import Interview
from tools.question import Lang
from tools.rubric import line_texts, say_instead
from transcripts.events import DisputeEvent, GradeEvent, Json
from transcripts.grade import GraderId, KeyPointLine, MistakeLine, mean_score
from transcripts.reader import Transcript

ROW = ("id", "time", "mode", "lang", "asked", "graded", "mean", "reason", "path", "seconds")


def attempts(transcript: Transcript) -> list[Attempt]:
    """The questions of a recorded interview and what became of them; InputError where an event is damaged."""
    interview = Interview(transcript.session)
    for _ in retell(transcript, interview):
        pass
    return interview.attempts


def of_interview(transcript: Transcript, lang: Lang | None = None) -> Json:
    """One interview in full, the texts of its questions as asked or in `lang`; InputError where an event is damaged."""
    session, tried = transcript.session, attempts(transcript)
    for attempt in tried:
        attempt.lang = lang or attempt.lang
    limit = share(session)
    questions = [_question(number, attempt, limit) for number, attempt in enumerate(tried, start=1)]
    last = next((attempt.grade for attempt in reversed(tried) if attempt.grade), None)
    return {
        **describe(transcript),
        "razbor": session.razbor,
        "model": session.model,
        "offline": session.model == EMBEDDED,
        "grader": (last.grader if last else session.grader).model_dump(),
        "seconds": sum(question["seconds"] or 0 for question in questions),
        "minutes": session.minutes,
        "topics": _topics(questions),
        "questions": questions,
        "disputes": [_dispute(session.id, attempt, d) for attempt in tried for d in attempt.disputes],
    }


def of_all(reports: Iterable[Json]) -> Json:
    """A row for each report of an interview, the topics over all, and every dispute."""
    rows, scored, disputes = list[Json](), list[Json](), list[Json]()
    for report in reports:  # each is let go before the next is made
        own = report["disputes"]
        rows.append({name: report[name] for name in ROW} | {"disputes": len(own)})
        scored += rows_of(report)
        disputes += own
    return {
        "interviews": rows,
        "topics": _topics(scored),
        "progress": progress(scored),
        "made_again": made_again(scored),
        "disputes": disputes,
    }


def _topics(questions: list[Json]) -> list[Json]:
    """The mean score of each topic and how many graded questions it had, the best first."""
    scores: dict[str, list[float]] = {}
    for question in questions:
        if question["score"] is not None:
            scores.setdefault(question["topic"], []).append(question["score"])
    means = {topic: mean_score(own) or 0.0 for topic, own in scores.items()}
    return [
        {"topic": topic, "mean": means[topic], "questions": len(scores[topic])}
        for topic in sorted(means, key=lambda topic: (-means[topic], topic))
    ]


def _question(number: int, attempt: Attempt, limit: float | None) -> Json:
    grade, question = attempt.grade, attempt.question
    points, mistakes = (grade.key_points, grade.mistakes) if grade else ([], [])
    return {
        "number": number,
        "question": question.id,
        "topic": question.topic,
        "prompt": question.wording(attempt.lang).prompt,
        "answer": attempt.answer,
        "answer_lang": grade.answer_lang if grade else None,
        "level": question.level,
        "asked_at": attempt.plan.time if attempt.plan else "",
        "plan": attempt.plan.model_dump(include={"reason", "asked_for", "why"}) if attempt.plan else None,
        "hints": attempt.hints,
        "answer_seconds": round(attempt.seconds),
        "over_share": max(round(attempt.seconds - limit), 0) if limit else 0,
        "turns": [asdict(turn) for turn in attempt.turns],
        "seconds": None if attempt.lasted is None else round(attempt.lasted),
        "status": grade.status if grade else None,
        "reason": grade.reason if grade else None,
        "score": grade.score if grade else None,
        "grader": grade.grader.model_dump() if grade else None,
        "earlier_grades": [_brief(grade) for grade in attempt.grades[:-1]],
        "key_points": [_line(attempt, line) for line in points],
        "mistakes": [
            _line(attempt, line) | {"instead": _instead(attempt, line), "before": attempt.made_before(line.id)}
            for line in mistakes
        ],
    }


def _brief(grade: GradeEvent) -> Json:
    """A grade that counts no more."""
    return grade.model_dump(include={"score", "status", "reason", "grader", "time"})


def _line(attempt: Attempt, line: KeyPointLine | MistakeLine) -> Json:
    disputes = [dispute.reason for dispute in attempt.disputes if dispute.line == line.id]
    return {
        "id": line.id,
        "text": line_texts(attempt.question, attempt.lang).get(line.id, line.text),
        "verdict": line.verdict,
        "quote": line.quote,
        "disputes": disputes,
    }


def _instead(attempt: Attempt, mistake: MistakeLine) -> str | None:
    """What to say where a mistake was made."""
    if mistake.verdict != "committed" or attempt.grade is None:
        return None
    return say_instead(attempt.question, attempt.grade, mistake.id, attempt.lang)


def _dispute(session_id: str, attempt: Attempt, dispute: DisputeEvent) -> Json:
    recorded = {line.id: line.text for line in attempt.grade.lines} if attempt.grade else {}
    return {
        "session": session_id,
        "question": dispute.question,
        "line": dispute.line,
        "verdict": dispute.verdict,
        "text": line_texts(attempt.question, attempt.lang).get(dispute.line, recorded.get(dispute.line, "")),
        "reason": dispute.reason,
        "time": dispute.time,
    }


def grader_name(grader: Json) -> str:
    """A grader as people read it: name, version, and its model where it has one."""
    known = GraderId.model_validate(grader)
    return " ".join(part for part in (known.name, known.version, known.model) if part)
