"""The rubric of a question, and how verdicts become a score."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.graders.text import is_russian
from tools.question import Lang, Phrases, Question
from transcripts.grade import Grade, GraderId, KeyPointLine, MistakeLine

MISTAKE_FACTORS = (1.0, 0.8, 0.5, 0.3)


@dataclass(frozen=True)
class RubricLine:
    """A key point (kp1 …) or a typical mistake (m1 …), as it is shown and as candidates say it.

    `said` and `contrary` hold the rubric's own words first, in every language there is, then the phrases.
    """

    id: str
    text: str
    said: tuple[str, ...]
    contrary: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    kind: str | None = None
    key_points: tuple[str, ...] = ()


def key_point_lines(question: Question, lang: Lang) -> list[RubricLine]:
    """The key points of a question, texts in `lang`."""
    shown, russian = question.wording(lang).key_points, question.wording("ru").key_points
    lines = []
    for n, source in enumerate(question.rubric_points()):
        phrases = question.phrases.get(f"kp{n + 1}", Phrases())
        said = dict.fromkeys((source, russian[n], *phrases.said))
        lines.append(RubricLine(f"kp{n + 1}", shown[n], tuple(said), tuple(phrases.contrary)))
    return lines


def mistake_lines(question: Question, lang: Lang) -> list[RubricLine]:
    """The typical mistakes of a question, texts in `lang`. A key point that it does not have is not named."""
    shown, russian = question.wording(lang).mistakes, question.wording("ru")
    known = {f"kp{n}" for n in range(1, len(question.rubric_points()) + 1)}
    lines = []
    for n, mistake in enumerate(question.mistakes):
        line_id = f"m{n + 1}"
        phrases = question.phrases.get(line_id, Phrases())
        right = [text for text in (mistake.contrary, russian.contraries.get(line_id)) if text]
        lines.append(
            RubricLine(
                line_id,
                shown[n],
                said=tuple(dict.fromkeys((mistake.text, russian.mistakes[n], *phrases.said))),
                contrary=tuple(dict.fromkeys((*right, *phrases.contrary))),
                area=tuple(phrases.area),
                kind=mistake.kind,
                key_points=tuple(point for point in mistake.key_points if point in known),
            )
        )
    return lines


def score(key_points: Sequence[KeyPointLine], mistakes: Sequence[MistakeLine]) -> float:
    """10 × covered / all key points × f(committed), f(0, 1, 2, 3 or more) = 1, 0.8, 0.5, 0.3; one decimal.

    `unsure` counts as neither covered nor committed.
    """
    covered = sum(line.verdict == "covered" for line in key_points)
    committed = sum(line.verdict == "committed" for line in mistakes)
    factor = MISTAKE_FACTORS[min(committed, len(MISTAKE_FACTORS) - 1)]
    return round(10 * covered / max(len(key_points), 1) * factor, 1)


def graded(
    question: Question, answer: str, lang: Lang, verdicts: tuple[list[KeyPointLine], list[MistakeLine]], by: GraderId
) -> Grade:
    """The grade that verdicts make; the score follows from them."""
    points, mistakes = verdicts
    return Grade(
        question=question.id,
        status="graded",
        score=score(points, mistakes),
        key_points=points,
        mistakes=mistakes,
        tips=question.wording(lang).tips,
        grader=by,
        answer_lang="ru" if is_russian(answer) else "en",
    )


def ungraded(question: Question, reason: str, grader: GraderId, lang: Lang) -> Grade:
    """The record of an attempt that has no grade: given up, or the grader failed. Never part of an average."""
    return Grade(question=question.id, status="ungraded", score=None, grader=grader, answer_lang=lang, reason=reason)


def line_texts(question: Question, lang: Lang) -> dict[str, str]:
    """The rubric lines of a question by their ids in order, kp1 first, the mistakes last."""
    wording = question.wording(lang)
    points = {f"kp{n}": text for n, text in enumerate(wording.key_points, start=1)}
    return points | {f"m{n}": text for n, text in enumerate(wording.mistakes, start=1)}


def say_instead(question: Question, grade: Grade, mistake_id: str, lang: Lang) -> str:
    """What to say where a mistake was made: the right statement; of an omission, the key points that it left out.

    A question that has neither has tips.
    """
    wording = question.wording(lang)
    if contrary := wording.contraries.get(mistake_id):
        return contrary
    texts = line_texts(question, lang)
    omitted = {f"m{n}": mistake.key_points for n, mistake in enumerate(question.mistakes, start=1)}
    points = [point for point in omitted.get(mistake_id, ()) if point in texts]
    covered = {point.id for point in grade.key_points if point.verdict == "covered"}
    left_out = [point for point in points if point not in covered] or points
    return " ".join(texts[point] for point in left_out) or wording.tips[0]
