"""The figures of `razbor eval` as a table of at most 80 columns."""

from agent.printable import printable
from prompts import say
from tools.bootstrap import MAIN, at
from transcripts.events import Json

# For each of MAIN: the width of its column, its heading there, its group, and its name within that.
_COLUMNS = (
    (8, "pearson", "score", "pearson"),
    (6, "mae", "score", "mae"),
    (6, "qwk", "score", "qwk"),
    (11, "f1", "key_points", "f1"),
    (5, "f1", "mistakes", "macro f1"),
    (6, "acc", "mistakes", "acc"),
    (7, "prec", "committed", "prec"),
    (7, "recall", "committed", "recall"),
)
_GROUPS = (("score", 42), ("key_points", 11), ("mistakes", 11), ("committed", 14))
_NAME = 16
_INTERVAL = 15
_LABEL = 18  # columns of the name of a figure
_ABREAST = 4  # intervals in one line


def table(figures: Json, lang: str) -> str:
    """What was graded, the figures of each group of answers, and the intervals of the main groups."""
    groups = {say("check.total", lang): figures, **figures["by_lang"]}
    names = list(groups)
    blocks = [_head(figures, lang), "\n".join([*_headings(lang), *_rows(groups, lang)])]
    blocks += ["\n".join(_rows(rows, lang)) for rows in (figures["baselines"], figures["by_kind"])]
    blocks.append(say("eval.baselines", lang))
    blocks.append(say("eval.intervals", lang, questions=figures["questions"]))
    for first in range(0, len(names), _ABREAST):
        blocks.append(_intervals({name: groups[name]["intervals"] for name in names[first : first + _ABREAST]}, lang))
    return printable("\n\n".join(blocks))


def _head(figures: Json, lang: str) -> str:
    grader, quotes = figures["grader"], figures["quotes"]
    return say(
        "eval.head",
        lang,
        n=figures["n"],
        grader=f"{grader['name']} {grader['version']}",
        ungraded=figures["ungraded"],
        verbatim=quotes["verbatim"],
        given=quotes["given"],
        key_points=figures["key_points"]["unsure"],
        mistakes=figures["mistakes"]["unsure"],
    )


def _headings(lang: str) -> list[str]:
    groups = "".join(f"{say(f'eval.{group}', lang):>{width}}" for group, width in _GROUPS)
    return [groups, f"{'':{_NAME}}{'n':>6}" + "".join(f"{heading:>{width}}" for width, heading, _, _ in _COLUMNS)]


def _rows(rows: Json, lang: str) -> list[str]:
    widths = [width for width, *_ in _COLUMNS]
    shown = []
    for name, row in rows.items():
        cells = (f"{_text(at(row, path), lang):>{width}}" for path, width in zip(MAIN, widths, strict=True))
        shown.append(f"{name:{_NAME}}{row['n']:>6}" + "".join(cells))
    return shown


def _intervals(groups: Json, lang: str) -> str:
    lines = [f"{'':{_LABEL}}" + "".join(f"{name:>{_INTERVAL}}" for name in groups)]
    for path, (_, _, group, name) in zip(MAIN, _COLUMNS, strict=True):
        cells = (f"{_between(at(tree, path), lang):>{_INTERVAL}}" for tree in groups.values())
        lines.append(f"{say(f'eval.{group}', lang)}: {name}".ljust(_LABEL) + "".join(cells))
    return "\n".join(lines)


def _text(value: float | None, lang: str) -> str:
    return "—" if value is None else format(value, ".2f").replace(".", "," if lang == "ru" else ".")


def _between(interval: list[float] | None, lang: str) -> str:
    return "—" if interval is None else " … ".join(_text(end, lang) for end in interval)
