"""The words that every report uses, whatever it looks like."""

from agent.report.facts import grader_name
from agent.terminal.card import score_text
from prompts import say
from transcripts.events import Json

_MINUTE, _HOUR = 60, 3600  # seconds


def mean(report: Json, lang: str) -> str:
    """The mean score of an interview and what it is the mean of."""
    if report["mean"] is None:
        return say("summary.nothing", lang)
    score = score_text(report["mean"], lang)
    return say("summary.mean", lang, mean=score, graded=report["graded"], asked=report["asked"])


def interviewer(report: Json, lang: str) -> str:
    """The model that asked, or that none did."""
    return say("first.embedded", lang) if report["offline"] else str(report["model"])


def verdict(name: str, lang: str) -> str:
    """A verdict as people read it."""
    return say(f"report.{name}" if name in ("covered", "missing") else f"card.{name}", lang)


def ungraded(question: Json, lang: str) -> str:
    """Why a question has no score."""
    if question["status"] is None:
        return say("report.unanswered", lang)
    return say("card.ungraded_skipped" if question["reason"] == "skipped" else "card.ungraded_failed", lang)


def duration(seconds: int, lang: str) -> str:
    """A time as people say it: 45 s, 3 min 20 s, 1 h 5 min."""
    if seconds < _MINUTE:
        return say("report.seconds", lang, seconds=seconds)
    if seconds < _HOUR:
        return say("report.minutes", lang, minutes=seconds // _MINUTE, seconds=seconds % _MINUTE)
    return say("report.hours", lang, hours=seconds // _HOUR, minutes=seconds % _HOUR // _MINUTE)


def earlier(grade: Json, lang: str) -> str:
    """A grade that counts no more, and who gave it."""
    score = score_text(grade["score"], lang) if grade["status"] == "graded" else ungraded(grade, lang)
    return f"{score} ({grader_name(grade['grader'])})"
