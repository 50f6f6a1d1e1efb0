"""What an attempt says about memory: a rating a question and one a typical mistake, made of verdicts, hints and time.

Ratings are those of FSRS: 1 again, 2 hard, 3 good, 4 easy. They never touch the score.
"""

from dataclasses import dataclass
from typing import Literal

from tools.attempt import Attempt
from transcripts.grade import MistakeVerdict

Rating = Literal[1, 2, 3, 4]
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4

HARD_FROM, GOOD_FROM, EASY_FROM = 4.0, 6.5, 9.0  # scores
CAP_BY_HINTS = (EASY, GOOD, HARD)  # the best rating with no, one and more hints
SLOW = 600.0  # seconds beyond which nobody has an answer at their fingertips


@dataclass(frozen=True)
class Recalled:
    """The ratings of one attempt; `question` is None where there is nothing to rate."""

    question: int | None
    mistakes: dict[str, int]


def recalled(attempt: Attempt) -> Recalled:
    """The ratings. A question given up for its breakdown is forgotten; one skipped, or not graded, says nothing.

    A mistake that was made is due again, one that was avoided is remembered; else there is nothing to say.
    """
    grade = attempt.grade
    if grade is None or grade.score is None:
        return Recalled(AGAIN if attempt.given_up and attempt.wants_breakdown else None, {})
    cap = CAP_BY_HINTS[min(attempt.hints, len(CAP_BY_HINTS) - 1)]
    if attempt.seconds > SLOW:
        cap = min(cap, GOOD)
    rated = {line.id: _of_mistake(line.verdict, cap) for line in grade.mistakes}
    mistakes = {line_id: rating for line_id, rating in rated.items() if rating is not None}
    return Recalled(min(_of_score(grade.score), cap), mistakes)


def _of_score(score: float) -> int:
    return AGAIN + sum(score >= least for least in (HARD_FROM, GOOD_FROM, EASY_FROM))


def _of_mistake(verdict: MistakeVerdict, cap: int) -> int | None:
    return {"committed": AGAIN, "avoided": min(GOOD, cap)}.get(verdict)
