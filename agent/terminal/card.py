"""The breakdown, the summary, and what they and the score card are made of. Pure: no printing here."""

from collections.abc import Sequence

from agent.printable import printable
from agent.terminal.columns import columns, wrapped
from prompts import counted, say
from tools.attempt import Attempt
from tools.question import Lang
from transcripts.grade import Grade, mean_score

Line = list[tuple[str, str]]  # (style, text) parts, as prompt-toolkit has them


def wrap(text: str, width: int, indent: str = "", style: str = "", first: str | None = None) -> list[Line]:
    """Text of others as lines of at most `width` columns; its own line breaks stay."""
    lines: list[Line] = []
    for number, paragraph in enumerate(printable(text).expandtabs(4).split("\n")):
        head = first if first is not None and number == 0 else indent
        lines += [[(style, part)] for part in wrapped(paragraph, width, head, indent) or [""]]
    return lines


def shortened(text: str, width: int) -> str:
    """The beginning of a text of others, in one line of at most `width` columns."""
    head, *rest = wrapped(" ".join(printable(text).split()), width - 1) or [""]
    return f"{head}…" if rest else head


def rule(title: str, width: int) -> Line:
    """A heading that spans the screen."""
    title = shortened(title, width - 4)
    return [("head", f"── {title} " + "─" * max(width - columns(title) - 4, 0))]


def score_text(score: float | None, lang: str) -> str:
    """A score as people write it: 6.5, in Russian 6,5."""
    if score is None:
        return "—"
    return f"{score:g}".replace(".", "," if lang == "ru" else ".")


def mistake_label(verdict: str, before: int, lang: str) -> str:
    """The verdict on a mistake in a word; of one that was made `before` so many times, for which time."""
    if verdict != "committed" or not before:
        return say(f"card.{verdict}", lang)
    return say("card.committed_again", lang, nth=counted("nth", before + 1, lang))


def breakdown(attempt: Attempt, lang: Lang, width: int) -> list[Line]:
    """Short answer, breakdown, tips of a question, and its mistakes where no card has them; headings in `lang`."""
    wording = attempt.question.wording(attempt.lang)
    lines = [rule(say("card.breakdown", lang), width), [("bold", say("card.short_answer", lang))]]
    lines += wrap(wording.short_answer, width, indent="  ", first="  ")
    lines.append([("bold", say("card.details", lang))])
    for paragraph in wording.breakdown.split("\n"):
        lines += wrap(paragraph, width, indent="  ", first="  ")
    on_card = attempt.grade is not None and attempt.grade.status == "graded"  # there each has its verdict
    for heading, items in (("card.mistakes", [] if on_card else wording.mistakes), ("card.tips", wording.tips)):
        if not items:
            continue
        lines.append([("bold", say(heading, lang))])
        for item in items:
            lines += wrap(item, width, indent="    ", first="  - ")
    return lines


def summary(attempts: Sequence[Attempt], lang: Lang, width: int) -> list[Line]:
    """What was asked, each with its score, and the mean of what was graded."""
    lines = [rule(say("summary.title", lang), width)]
    scores = []
    for number, attempt in enumerate(attempts, start=1):
        grade, wording = attempt.grade, attempt.question.wording(attempt.lang)
        score = grade.score if grade else None
        if score is not None:
            scores.append(score)
        shown = say("summary.score", lang, score=score_text(score, lang)) if score is not None else _why(grade, lang)
        prompt = shortened(wording.prompt, max(width - 30, 20))
        lines.append([("", f"  {number}. {shown:<16}  {prompt}")])
    if scores:
        mean = score_text(mean_score(scores), lang)
        told = say("summary.mean", lang, mean=mean, graded=len(scores), asked=len(attempts))
        lines += wrap(told, width, style="bold")
    else:
        lines.append([("bold", say("summary.nothing", lang))])
    return lines


def _why(grade: Grade | None, lang: Lang) -> str:
    return say("summary.skipped" if grade and grade.reason == "skipped" else "summary.unanswered", lang)
