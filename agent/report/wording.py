"""The words that every report uses, whatever it looks like."""

from agent.report.facts import grader_name
from agent.terminal.card import mistake_label, score_text
from prompts import catalogue, say
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


def planned(question: Json, lang: str) -> str:
    """Why this question was asked, with the figures behind it; "" where that is not recorded."""
    plan = question["plan"] or {}
    key = f"plan.reason_{plan.get('reason')}"
    if key not in catalogue(lang):
        return ""
    reason = say(key, lang)
    match plan["why"]:  # a record may hold anything there
        case {"expected": float() as expected, "interval": [float() as low, float() as high]}:
            figures = {"expected": expected, "low": low, "high": high}
            shown = {name: score_text(value, lang) for name, value in figures.items()}
            reason += "; " + say("plan.figures", lang, **shown)
    return say("plan.why", lang, reason=reason)


def effort(question: Json, lang: str) -> list[str]:
    """The hints that were used, and by how much the answer was over its share of the time."""
    told = []
    if question["hints"]:
        told.append(say("report.hints", lang, count=question["hints"]))
    if question["over_share"]:
        told.append(say("report.over_share", lang, time=duration(question["over_share"], lang)))
    return told


def verdict_again(line: Json, lang: str) -> str:
    """The verdict; of a mistake that was made before, for which time."""
    return (
        mistake_label("committed", line["before"], lang)
        if line["verdict"] == "committed"
        else verdict(line["verdict"], lang)
    )


def expected(row: Json, lang: str) -> str:
    """The score to expect on a topic, with its interval and what it was before."""
    values = {name: score_text(row[name], lang) for name in ("expected", "low", "high")}
    told = [say("report.expected", lang, **values)]
    if row["before"] is not None:
        told.append(say("report.before", lang, score=score_text(row["before"], lang)))
    return "; ".join(told)
