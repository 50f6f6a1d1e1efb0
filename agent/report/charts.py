"""Pictures of scores, as SVG to stand inside a page. Colours and fonts come from the style sheet of the page.

Positions across are shares of the width and text has the size of the page's, so that a picture fits a phone.
"""

from html import escape
from itertools import pairwise

import svg

from agent.printable import printable
from agent.terminal.card import score_text
from prompts import say
from tools.interview import FULL_SCORE
from transcripts.events import Json

_ROW = 44  # heights in pixels
_TOP, _PLOT, _BELOW = 26, 150, 26
_FIRST, _LAST = 9.0, 97.0  # where the first and the last point stand, in % of the width; the scale is left of them
_FEW = 10  # points that have room for their scores


def topics(rows: list[Json], lang: str) -> str:
    """A bar for each topic, its mean score beside it."""
    texts = [_bar_text(row, lang) for row in rows]
    bars: list[svg.Element] = []
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        top, score = number * _ROW, score_text(row["mean"], lang)
        bars.append(svg.G(elements=[
            svg.Title(text=_inert(text)),
            _text(_topic(row, lang), 0, top + 16),
            _text(score, 100, top + 16, "value", anchor="end"),
            svg.Rect(class_=["track"], x=0, y=top + 24, rx=4, width=_share(100), height=8),
            svg.Rect(class_=["bar"], x=0, y=top + 24, rx=4, width=_share(_percent(row["mean"])), height=8),
        ]))  # fmt: skip
    return _picture(bars, len(rows) * _ROW, "; ".join(texts))


def over_time(rows: list[Json], lang: str) -> str:
    """A point for each interview that has a mean score, in the order of time."""
    scored = sorted((row for row in rows if row["mean"] is not None), key=lambda row: row["time"])
    texts = [say("report.point", lang, date=row["time"][:10], score=score_text(row["mean"], lang)) for row in scored]
    places = [(_across(number, len(scored)), _height(row["mean"])) for number, row in enumerate(scored)]
    parts: list[svg.Element] = [part for score in (0, 5, 10) for part in _grid(score)]
    for (x1, y1), (x2, y2) in pairwise(places):
        parts.append(svg.Line(class_=["path"], x1=_share(x1), y1=y1, x2=_share(x2), y2=y2))
    for (x, y), row, text in zip(places, scored, texts, strict=True):
        point = svg.Circle(class_=["point"], cx=_share(x), cy=y, r=5 if len(scored) <= _FEW else 3.5)
        parts.append(svg.G(elements=[svg.Title(text=_inert(text)), point]))
        if len(scored) <= _FEW:
            parts.append(_text(score_text(row["mean"], lang), x, y - 11, "value", anchor="middle"))
    dates = [row["time"][:10] for row in scored]
    return _picture([*parts, *_dates(dates)], _TOP + _PLOT + _BELOW, "; ".join(texts))


def _bar_text(row: Json, lang: str) -> str:
    return say("report.bar", lang, topic=_topic(row, lang), score=score_text(row["mean"], lang), count=row["questions"])


def _topic(row: Json, lang: str) -> str:
    """The name of a topic, as it stands at the head of a line."""
    name = say(f"topic.{row['topic']}", lang)
    return name[:1].upper() + name[1:]


def _grid(score: int) -> list[svg.Element]:
    y = _height(score)
    line = svg.Line(class_=["grid"], x1=0, y1=y, x2=_share(100), y2=y)
    return [line, _text(str(score), 0, y - 4, "scale")]


def _dates(dates: list[str]) -> list[svg.Element]:
    """The first and the last day under the points; one day stands in the middle."""
    y = _TOP + _PLOT + 20
    if len(set(dates)) < 2:  # noqa: PLR2004 - one day, or none
        return [_text(date, (_FIRST + _LAST) / 2, y, "scale", anchor="middle") for date in dates[:1]]
    return [_text(dates[0], _FIRST - 2, y, "scale"), _text(dates[-1], 100, y, "scale", anchor="end")]


def _across(number: int, of: int) -> float:
    return _FIRST + (_LAST - _FIRST) * (number / (of - 1) if of > 1 else 0.5)


def _height(score: float) -> float:
    return round(_TOP + _PLOT * (1 - _percent(score) / 100), 1)


def _percent(score: float) -> float:
    """A score as a share of the full one; a damaged record must not draw beyond the picture."""
    return min(max(100 * score / FULL_SCORE, 0), 100)


def _share(percent: float) -> svg.Length:
    return svg.Length(round(percent, 2), "%")


def _text(words: str, x: float, y: float, name: str = "name", anchor: str = "start") -> svg.Text:
    return svg.Text(text=_inert(words), class_=[name, anchor], x=_share(x), y=y)


def _picture(parts: list[svg.Element], height: int, told: str) -> str:
    """`told` is what the picture says, for who cannot see it."""
    extra = {"role": "img", "aria-label": _inert(told)}
    return str(svg.SVG(elements=parts, class_=["chart"], width=_share(100), height=height, extra=extra))


def _inert(text: str) -> str:
    return escape(printable(text))
