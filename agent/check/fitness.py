"""What a model must show to be fit to interview: the thresholds, in one place, each with its reason."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.check.conduct import Conduct

# An interview that stops before its end has cost the candidate their time.
MOST_UNFINISHED = 0
# From a take-over on it is the embedded interviewer's interview, and that one needs no model.
MOST_TAKEOVERS = 0
# The embedded interviewer stands in after three bad turns. One step in five is as often as a candidate can hear
# two voices and still have one interview; it also means that three turns in five waits led nowhere.
LEAST_OWN = 0.8
# The grade is what the candidate came for. One in ten may be a slip; razbor then calls for it.
MOST_MISSED = 0.1
# What is given away before the attempt spoils the question, and cannot be taken back.
MOST_LEAKED = 0

# Seconds of the median turn from which on it is said that the endpoint is slow: after an answer the candidate waits
# for two turns, the grade and the follow-up. It decides nothing, since the load of a machine is not the model's.
SLOW_TURN = 10.0


@dataclass(frozen=True)
class Criterion:
    """One condition: what was found, what is allowed, and whether it holds. Shares are from 0 to 1."""

    name: str
    found: float
    limit: float
    holds: bool


def limits() -> dict[str, int]:
    """The thresholds that are shares, in percent, for texts."""
    return {"own": round(100 * LEAST_OWN), "missed": round(100 * MOST_MISSED)}


def examine(conduct: "Conduct") -> list[Criterion]:
    """Every condition in turn; a model is fit to interview when all of them hold."""
    unfinished = conduct.ended.total() - conduct.ended["completed"]
    own = conduct.own.total() / conduct.due if conduct.due else 0.0
    graded, missed = conduct.grades
    share = missed / graded if graded else 0.0
    leaked = len(conduct.leaked)
    return [
        Criterion("unfinished", unfinished, MOST_UNFINISHED, unfinished <= MOST_UNFINISHED),
        Criterion("takeovers", conduct.takeovers, MOST_TAKEOVERS, conduct.takeovers <= MOST_TAKEOVERS),
        Criterion("own", round(own, 4), LEAST_OWN, own >= LEAST_OWN),
        Criterion("missed", round(share, 4), MOST_MISSED, share <= MOST_MISSED),
        Criterion("leaked", leaked, MOST_LEAKED, leaked <= MOST_LEAKED),
    ]
