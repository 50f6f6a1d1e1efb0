"""Which follow-up to ask: the bank's for the most valuable point that was not said, else one of no particular aim."""

import random
from collections.abc import Sequence

from prompts import variants
from tools.interview import Interview
from tools.question import Lang, Question
from tools.rubric import score
from transcripts.grade import Grade


def follow_up(interview: Interview, lang: Lang) -> str:
    """The follow-up to the last grade of the open question; there must be one.

    In live mode the quality of the answer has no say in it.
    """
    attempt = interview.attempts[-1]
    aim = None if interview.live else aimed_at(attempt.question, attempt.grades)
    if aim:
        return attempt.question.wording(lang).follow_ups[_own(attempt.question).index(aim)]
    draw = random.Random(f"{interview.session.seed}/{attempt.question.id}/{len(attempt.grades)}")
    return draw.choice(variants("follow_up", lang))


def aimed_at(question: Question, grades: Sequence[Grade]) -> str | None:
    """The key point that the follow-up to the last of the grades asks for; None where the question has no such.

    What an earlier grade was followed up with is not asked again.
    """
    asked, own = list[str](), _own(question)  # a record may name other points
    for grade in grades if question.follow_ups else ():
        said = {line.id for line in grade.key_points if line.verdict == "covered"}
        open_points = [point for point in own if point not in said and point not in asked]
        if not open_points:
            return None
        asked.append(max(open_points, key=lambda point: _worth(question, grade, point)))  # of equals the first
    return asked[-1] if asked else None


def _own(question: Question) -> list[str]:
    return [f"kp{n}" for n in range(1, len(question.rubric_points()) + 1)]


def _worth(question: Question, grade: Grade, point: str) -> tuple[float, bool]:
    """What saying the point adds to the score; of equals the half-said one is nearer."""
    named = {f"m{n}" for n, mistake in enumerate(question.mistakes, start=1) if point in mistake.key_points}
    points = [line.model_copy(update={"verdict": "covered"}) if line.id == point else line for line in grade.key_points]
    mistakes = [line.model_copy(update={"verdict": "avoided"}) if line.id in named else line for line in grade.mistakes]
    half_said = any(line.id == point and line.verdict == "unsure" for line in grade.key_points)
    return score(points, mistakes), half_said
