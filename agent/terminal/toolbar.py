"""The line below what the candidate types: where the interview stands."""

from datetime import UTC, datetime

from agent.loop import Interviewing
from agent.models.embedded import NAME as EMBEDDED
from agent.printable import printable
from agent.terminal.columns import clip
from agent.terminal.pace import clock
from agent.usage import TOKENS
from prompts import say


def toolbar(run: Interviewing, width: int) -> str:
    """Question, topic, time, model and tokens, in one line."""
    interview = run.interview
    session, attempt, model = interview.session, interview.current, run.course.who().name
    facts = []
    if attempt:
        facts += [
            say("toolbar.question", session.lang, number=len(interview.attempts), total=session.questions),
            say(f"topic.{attempt.question.topic}", session.lang),
        ]
    limit = f" / {clock(60 * session.minutes)}" if session.minutes else ""
    facts.append(clock(interview.seconds_at(datetime.now(UTC))) + limit)
    facts.append(say("toolbar.offline", session.lang) if model == EMBEDDED else printable(model))
    used = run.parts.usage.total() or {}
    if tokens := sum(used.get(name, 0) for name in TOKENS if name != "cached_tokens"):
        facts.append(say("toolbar.tokens", session.lang, tokens=f"{tokens:,}".replace(",", "\xa0")))
    return clip(" · ".join(facts), width)
