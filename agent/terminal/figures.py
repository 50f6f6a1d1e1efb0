"""The figures of `razbor eval` as a table of at most 80 columns."""

from agent.terminal.printable import printable
from prompts import say
from tools.bootstrap import MAIN, at
from transcripts.events import Json

# For each of MAIN: the width of its column, its heading there, and its name in the list of intervals.
_COLUMNS = (
    (8, "pearson", "score: pearson"),
    (6, "mae", "score: mae"),
    (6, "qwk", "score: qwk"),
    (11, "f1", "key points: f1"),
    (5, "f1", "mistakes: macro f1"),
    (6, "acc", "mistakes: acc"),
    (7, "prec", "committed: prec"),
    (7, "recall", "committed: recall"),
)
_GROUPS = f"{'score':>42}{'key points':>11}{'mistakes':>11}{'committed':>14}"
_NAME = 16
_INTERVAL = 15
_ABREAST = 4  # intervals in one line


def table(figures: Json, lang: str) -> str:
    """What was graded, the figures of each group of answers, and the intervals of the main groups."""
    groups = {"all": figures, **figures["by_lang"]}
    names = list(groups)
    blocks = [_head(figures, lang), "\n".join([_GROUPS, _headings(), *map(_row, groups, groups.values())])]
    blocks += ["\n".join(map(_row, rows, rows.values())) for rows in (figures["baselines"], figures["by_kind"])]
    blocks.append(say("eval.baselines", lang))
    blocks.append(say("eval.intervals", lang, questions=figures["questions"]))
    for first in range(0, len(names), _ABREAST):
        blocks.append(_intervals({name: groups[name]["intervals"] for name in names[first : first + _ABREAST]}))
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


def _headings() -> str:
    return f"{'':{_NAME}}{'n':>6}" + "".join(f"{heading:>{width}}" for width, heading, _ in _COLUMNS)


def _row(name: str, row: Json) -> str:
    cells = (f"{_text(at(row, path)):>{width}}" for path, (width, _, _) in zip(MAIN, _COLUMNS, strict=True))
    return f"{name:{_NAME}}{row['n']:>6}" + "".join(cells)


def _intervals(groups: Json) -> str:
    lines = [f"{'':18}" + "".join(f"{name:>{_INTERVAL}}" for name in groups)]
    for path, (_, _, label) in zip(MAIN, _COLUMNS, strict=True):
        lines.append(f"{label:18}" + "".join(f"{_between(at(tree, path)):>{_INTERVAL}}" for tree in groups.values()))
    return "\n".join(lines)


def _text(value: float | None) -> str:
    return "—" if value is None else format(value, ".2f")


def _between(interval: list[float] | None) -> str:
    return "—" if interval is None else " … ".join(map(_text, interval))
