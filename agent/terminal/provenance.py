"""Where a grade comes from: who graded, what was measured, and on which lines two graders disagree."""

from prompts import say
from tools.question import Lang
from transcripts.events import Json
from transcripts.grade import Grade, GraderId

DISAGREED = "≠"  # the sign of a line on which two graders disagree
_TOLD = {"notes", "measured", "disagreed"}  # what a grader may add to a grade


def graded_by(grader: GraderId, lang: Lang) -> str:
    """Who graded: judge (MODEL), or local 3."""
    name = f"{grader.name} ({grader.model})" if grader.model else f"{grader.name} {grader.version}"
    return say("card.graded_by", lang, grader=name)


def is_out_of_the_ordinary(grade: Grade) -> bool:
    """Whether something other than the local grader, all by itself, has made this grade."""
    return grade.grader.name != "local" or bool(grade.grader.model or _TOLD & {*_extra(grade)})


def disagreed(grade: Grade) -> set[str]:
    """The ids of the lines on which two graders disagree."""
    ids = _extra(grade).get("disagreed")
    return {line.id for line in grade.lines if line.id in ids} if isinstance(ids, list) else set()


def remarks(grade: Grade, lang: Lang) -> list[str]:
    """What stands under the card: the sign explained, the figures that were measured, the grader's notes."""
    texts = [say("card.disagreed", lang, sign=DISAGREED)] if disagreed(grade) else []
    measured, notes = (_extra(grade).get(name) for name in ("measured", "notes"))
    if isinstance(measured, dict) and measured:
        texts.append(say("card.measured", lang, figures=", ".join(_figures(measured, lang))))
    return texts + ([note for note in notes if isinstance(note, str)] if isinstance(notes, list) else [])


def _figures(measured: Json, lang: Lang) -> list[str]:
    """Each figure with its name; those of an object within stand one by one."""
    shown = []
    for name, value in measured.items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, figure in inner.items():
            if isinstance(figure, float | int | str):
                number = f"{figure:.3g}" if isinstance(figure, float) else f"{figure}"
                number = number.replace(".", ",") if lang == "ru" and isinstance(figure, float) else number
                shown.append(f"{f'{name} {key}'.strip().replace('_', ' ')} {number}")
    return shown


def _extra(grade: Grade) -> Json:
    return grade.model_extra or {}
