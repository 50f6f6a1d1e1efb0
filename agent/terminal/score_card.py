"""The score card: the answer with its quotes marked, a verdict per rubric line, and what to say instead. Pure."""

from agent.printable import printable
from agent.terminal.card import Line, mistake_label, rule, score_text, wrap
from agent.terminal.marked import MARKER, flow, is_marked, marked, shortened
from agent.terminal.provenance import DISAGREED, disagreed, graded_by, is_out_of_the_ordinary, remarks
from prompts import say
from tools.attempt import Attempt
from tools.question import Lang
from tools.rubric import say_instead
from transcripts.grade import Grade, KeyPointLine, MistakeLine

_MARKS = {
    "covered": ("good", "+"), "missing": ("bad", "-"), "unsure": ("dim", "?"),
    "avoided": ("good", "+"), "committed": ("bad", "!"), "not_addressed": ("dim", "."),
}  # fmt: skip
TIPS = 2
LONG = 4000  # characters of an answer that is not shown whole any more


def score_card(attempt: Attempt, lang: Lang, width: int, *, full: bool = False) -> list[Line]:
    """The grade of an answer line by line; nothing where there is no grade.

    `full`: the answer whole, who graded, and tips. Without it: a card short enough to stand before a breakdown.
    """
    grade = attempt.grade
    if grade is None:
        return []
    notes = [line for text in remarks(grade, lang) for line in wrap(text, width, style="dim")]
    if grade.status == "ungraded":
        key = "card.ungraded_skipped" if grade.reason == "skipped" else "card.ungraded_failed"
        return [rule(say(key, lang), width), *notes]
    lines = [rule(say("card.score", lang, score=score_text(grade.score, lang)), width)]
    if full or is_out_of_the_ordinary(grade):
        lines += wrap(graded_by(grade.grader, lang), width, style="dim")
    lines += _answer(attempt.answer, grade, lang, width, full=full)
    lines += _verdicts(attempt, grade, lang, width)
    return [*lines, *(_tips(attempt, grade, lang, width) if full else []), *notes]


def _answer(answer: str, grade: Grade, lang: Lang, width: int, *, full: bool) -> list[Line]:
    """The answer with its quotes marked; where it is not shown whole, the words around each quote."""
    parts = marked(answer, [(line.id, line.verdict, line.quote) for line in grade.lines])
    if not full or len(answer) > LONG:
        parts = shortened(parts)
    lines = flow(parts, width, "  ")
    while lines and not lines[-1]:
        lines.pop()
    heading = "card.answer_marked" if any(style == MARKER for style, _ in parts) else "card.answer"
    return [[("bold", say(heading, lang))], *lines] if lines else []


def _verdicts(attempt: Attempt, grade: Grade, lang: Lang, width: int) -> list[Line]:
    """Each rubric line with its verdict; under a mistake that was made, what to say instead."""
    text, doubtful = printable(attempt.answer), disagreed(grade)
    covered = sum(line.verdict == "covered" for line in grade.key_points)
    heading = say("card.key_points_marked", lang, covered=covered, total=len(grade.key_points))
    lines = wrap(heading, width, style="bold")
    for point in grade.key_points:
        lines += _verdict(point, text, "", width, doubtful=point.id in doubtful)
    lines.append([("bold", say("card.mistakes", lang))])
    for mistake in grade.mistakes:
        label = mistake_label(mistake.verdict, attempt.made_before(mistake.id), lang)
        lines += _verdict(mistake, text, label, width, doubtful=mistake.id in doubtful)
        if mistake.verdict == "committed":
            right = say("card.instead", lang, text=say_instead(attempt.question, grade, mistake.id, attempt.lang))
            lines += wrap(right, width, indent="      ", style="good", first="      ")
    return lines


def _verdict(line: KeyPointLine | MistakeLine, answer: str, label: str, width: int, *, doubtful: bool) -> list[Line]:
    """One line; with its quote where that calls for a second look, or is not marked in the answer."""
    style, mark = _MARKS[line.verdict]
    sign = f" {DISAGREED}" if doubtful else ""
    shown = f"{label}: {line.text}" if label else line.text
    lines = wrap(shown, width, indent="    ", style=style, first=f"  {mark} {line.id}{sign} ")
    if line.quote and (line.verdict in ("committed", "unsure") or not is_marked(answer, line.quote)):
        lines += wrap(f"«{' '.join(line.quote.split())}»", width, indent="      ", style="quote", first="      ")
    return lines


def _tips(attempt: Attempt, grade: Grade, lang: Lang, width: int) -> list[Line]:
    """Where something is missing, the first tips of the question."""
    if all(line.verdict == "covered" for line in grade.key_points):
        return []
    lines: list[Line] = [[("bold", say("card.tips", lang))]]
    for tip in attempt.question.wording(attempt.lang).tips[:TIPS]:
        lines += wrap(tip, width, indent="    ", first="  - ")
    return lines
