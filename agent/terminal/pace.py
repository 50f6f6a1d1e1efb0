"""How the time goes: what an interview has taken, and what it may take."""

from prompts import say
from tools.interview import Interview
from transcripts.events import SessionEvent


def clock(seconds: float) -> str:
    """Minutes and seconds, as 4:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def share(session: SessionEvent) -> float | None:
    """The seconds that a question may take; None where the interview has no limit."""
    return None if session.minutes is None else session.minutes * 60 / max(session.questions, 1)


def pace(interview: Interview) -> str:
    """What the open question and the interview have taken so far, against what they may."""
    lang, limit, attempt = interview.session.lang, share(interview.session), interview.current
    used = {"question": clock(attempt.seconds if attempt else 0), "interview": clock(interview.seconds)}
    if limit is None or interview.session.minutes is None:
        return say("time.used", lang, **used)
    limits = {"share": clock(limit), "limit": clock(60 * interview.session.minutes)}
    return say(f"time.{_state(interview, limit)}", lang, **used, **limits)


def total(interview: Interview) -> str:
    """What the interview has taken in the end; "" where it had all the time it wanted."""
    minutes = interview.session.minutes
    if minutes is None:
        return ""
    asked, wanted = len(interview.attempts), interview.session.questions
    key = "time.cut" if asked < wanted and (interview.minutes_left or 0) <= 0 else "time.in_all"
    values = {"interview": clock(interview.seconds), "limit": clock(60 * minutes), "asked": asked, "wanted": wanted}
    return say(key, interview.session.lang, **values)


def _state(interview: Interview, limit: float) -> str:
    """Whether the interview is over its time, behind (more than the questions so far may have taken), or on time."""
    if (interview.minutes_left or 0) <= 0:
        return "over"
    return "behind" if interview.seconds > limit * len(interview.attempts) else "on_time"
