"""Old and new grades side by side, in at most 80 columns. Pure: no printing here."""

from itertools import groupby

from agent.printable import printable
from agent.terminal.card import Line, score_text, wrap
from agent.terminal.columns import wrapped
from prompts import say
from tools.change import MISTAKES, POINTS
from tools.interview import Interview
from transcripts.events import GradeEvent, Json
from transcripts.grade import GraderId

WIDTH = 80
CELL = 16  # columns of a table of verdicts
NAME = 36  # columns of a name
UNBROKEN = "\xa0"  # a space at which no line is broken


def side_by_side(report: Json, lang: str) -> str:
    """Each interview with its answers, then the figures over all of them."""
    blocks = [
        _interview(list(rows), path, report, lang) for path, rows in groupby(report["answers"], lambda r: r["copy"])
    ]
    return printable("\n\n".join([*blocks, _summary(report["summary"], lang)]))


def _interview(rows: list[Json], copy: str, report: Json, lang: str) -> str:
    scores = next(interview for interview in report["interviews"] if interview["copy"] == copy)
    name = _cut(str(scores["session"]), NAME + 2)
    if scores["n"]:
        means = _became(scores["mean_old"], scores["mean_new"], lang)
        name = f"{name:{NAME + 2}}  {say('regrade.mean', lang, means=means)}"
    return "\n".join([name, *(line for row in rows for line in _answer(row, lang))])


def _answer(row: Json, lang: str) -> list[str]:
    old = _scored(row["old"], lang)
    new = _scored(row["new"], lang) if row["new"] else say("regrade.none", lang)
    head = f"  {_cut(row['question'], NAME):{NAME}}  "
    changes = [f"{one['line']} {verdict(one['old'], lang)}→{verdict(one['new'], lang)}" for one in row["differ"]]
    together = ", ".join(change.replace(" ", UNBROKEN) for change in changes)
    lines = [*_wrapped(f"{printable(old)} → {printable(new)}", head), *_wrapped(together, "    ")]
    return [line.replace(UNBROKEN, " ") for line in lines]


def _wrapped(text: str, first: str) -> list[str]:
    """The text in lines of at most WIDTH columns, all of them as far in as the first."""
    width = WIDTH - len(first)
    parts = wrapped(text, width)
    return [(" " * len(first) if number else first) + part for number, part in enumerate(parts)]


def _scored(grade: Json | None, lang: str) -> str:
    """A score and who gave it."""
    if grade is None:
        return say("regrade.never", lang)
    score = score_text(grade["score"], lang) if grade["score"] is not None else say("regrade.none", lang)
    by = GraderId.model_validate(grade["grader"])
    return f"{score} ({' '.join(part for part in (by.name, by.version, by.model) if part)})"


def verdict(name: str, lang: str) -> str:
    """A verdict as people read it."""
    return say(f"report.{name}" if name in ("covered", "missing") else f"card.{name}", lang)


def _summary(summary: Json, lang: str) -> str:
    lines, score = summary["lines"], summary["score"]
    if not lines["n"] or not score["n"]:
        return say("regrade.nothing_to_compare", lang)
    share = f"{100 * lines['share']:.0f}"
    blocks = [_filled(say("regrade.lines", lang, agree=lines["agree"], n=lines["n"], share=share))]
    for title, part, verdicts in (
        ("regrade.key_points", "key_points", POINTS),
        ("regrade.mistakes", "mistakes", MISTAKES),
    ):
        if summary[part]["n"]:
            blocks.append(_table(title, summary[part], verdicts, lang))
    return "\n\n".join([*blocks, _scores(score, lang)])


def _table(title: str, part: Json, verdicts: tuple[str, ...], lang: str) -> str:
    kappa = "—" if part["kappa"] is None else _figure(part["kappa"], lang)
    rows = [say(title, lang, agree=part["agree"], n=part["n"], kappa=kappa)]
    rows.append(" " * CELL + "".join(f"{verdict(name, lang):>{CELL}}" for name in verdicts))
    for old, counts in part["table"].items():
        cells = "".join(f"{counts[new]:>{CELL}}" for new in verdicts)
        rows += [f"{verdict(old, lang):{CELL}}{cells}"]
    return "\n".join(rows)


def _scores(score: Json, lang: str) -> str:
    means = _became(score["mean_old"], score["mean_new"], lang)
    first = say("regrade.scores", lang, means=means, absolute=_figure(score["mean_absolute"], lang), n=score["n"])
    change = score["mean_change"]
    key = "regrade.up" if change > 0 else "regrade.down" if change < 0 else "regrade.level"
    second = say(
        key, lang, by=_figure(abs(change), lang), **{name: score[name] for name in ("higher", "lower", "same")}
    )
    return f"{_filled(first)}\n{_filled(second)}"


def _filled(text: str) -> str:
    return "\n".join(wrapped(text, WIDTH))


def _became(old: float, new: float, lang: str) -> str:
    return f"{_figure(old, lang)} → {_figure(new, lang)}"


def _figure(value: float, lang: str) -> str:
    return f"{value:.2f}".replace(".", "," if lang == "ru" else ".")


def _cut(text: str, columns: int) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= columns else text[: columns - 1] + "…"


def graded_again(interview: Interview, event: GradeEvent, width: int) -> list[Line]:
    """A line for a grade that was given again after an interview: the one that it had in it, and the new one."""
    lang = interview.session.lang
    attempts = [attempt for attempt in interview.attempts if attempt.question.id == event.question]
    grades = [grade for attempt in attempts for grade in attempt.grades if grade.regrade_of is None]
    old = _scored(grades[-1].model_dump() if grades else None, lang)
    new = _scored(event.model_dump(), lang)
    return wrap(f"{event.question}: {old} → {new}", width, indent="    ", first="  ")
