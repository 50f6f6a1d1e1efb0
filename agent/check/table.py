"""What a model check found, as a table of 80 columns and an answer in words. Pure."""

from collections import Counter
from collections.abc import Sequence

from agent.check.conduct import Conduct
from agent.check.fitness import SLOW_TURN, Criterion
from agent.printable import printable
from agent.terminal.card import Line, wrap
from prompts import say
from tools.question import Lang

WIDTH = 80
_WIDTHS = (13, 8, 6, 5, 4, 6, 5, 7, 6, 5, 5, 5, 5)
_SHARES = ("own", "missed")  # criteria that are shown in percent
_LONG = 100.0  # seconds from which a tenth of one says nothing


def table(rows: Sequence[tuple[str, Conduct]], lang: Lang) -> list[Line]:
    """A row for each transcript, a total, and what the columns mean."""
    total = sum((conduct for _, conduct in rows), Conduct())
    named = [*rows, (say("check.total", lang), total)]
    lines = [_joined(say("check.columns", lang).split()), *(_joined(_cells(*row, lang)) for row in named)]
    return [*([("", line)] for line in lines), [], *wrap(say("check.legend", lang), WIDTH)]


def _joined(cells: Sequence[str]) -> str:
    first, *rest = zip(cells, _WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in rest)


def _cells(name: str, conduct: Conduct, lang: Lang) -> list[str]:
    figures = conduct.figures()
    graded, missed = conduct.grades
    seconds = figures["seconds"]
    return [
        _short(name),
        f"{conduct.own.total()}/{conduct.due}",
        *(str(conduct.calls[kind]) for kind in ("valid", "mended", "refused")),
        f"{conduct.leaks.total()}/{len(conduct.leaked)}",
        str(conduct.repeats.total()),
        f"{missed}/{graded}",
        str(conduct.rescues["rescues"]),
        str(conduct.takeovers),
        *(_seconds(seconds[which], lang) for which in ("all", "median", "slowest")),
    ]


def _short(name: str) -> str:
    name, most = " ".join(printable(name).split()), _WIDTHS[0] - 1
    return name if len(name) <= most else name[: most - 1] + "…"


def _seconds(value: float | None, lang: Lang) -> str:
    if value is None:
        return "—"
    return format(value, ".0f" if value >= _LONG else ".1f").replace(".", "," if lang == "ru" else ".")


def remarks(total: Conduct, lang: Lang) -> list[Line]:
    """Tokens, and what went wrong by its reasons."""
    figures = total.figures()
    tokens = figures["tokens"]
    texts = [say("check.tokens", lang, **tokens) if tokens["counted"] else say("check.untold", lang)]
    texts += [say("check.refused", lang, list=_list(total.refused, lang))] if total.refused else []
    texts += [say("check.stopped", lang, list=_list(total.leaks, lang))] if total.leaks else []
    texts += [say("check.shown", lang, words=" ".join(words.split())) for words in total.leaked]
    if total.transport:
        texts.append(say("check.transport", lang, count=total.transport.total()))
    turn = figures["seconds"]["median"]
    if turn and turn >= SLOW_TURN:
        texts.append(say("check.slow", lang, turn=f"{turn:.0f}", wait=f"{2 * turn:.0f}"))
    return [line for text in texts for line in wrap(text, WIDTH)]


def _list(counted: Counter[str], lang: Lang) -> str:
    return ", ".join(f"{say(f'check.{name}', lang)} {count}" for name, count in counted.most_common())


def verdict(criteria: Sequence[Criterion], lang: Lang) -> list[Line]:
    """Each condition with what was found, and the answer."""
    lines = [
        line
        for one in criteria
        for line in wrap(_say("", one, lang), WIDTH, indent="  ", first="+ " if one.holds else "! ")
    ]
    return [*lines, [], *wrap(answer(criteria, lang), WIDTH)]


def answer(criteria: Sequence[Criterion], lang: Lang) -> str:
    """Whether the model is fit to interview, and why."""
    reasons = [_say("not_", one, lang) for one in criteria if not one.holds]
    return say("check.unfit", lang, reasons="; ".join(reasons)) if reasons else say("check.fit", lang)


def _say(prefix: str, one: Criterion, lang: Lang) -> str:
    factor = 100 if one.name in _SHARES else 1
    return say(f"check.{prefix}{one.name}", lang, found=f"{factor * one.found:.0f}", limit=f"{factor * one.limit:.0f}")
