"""An answer with the quotes of its grade marked in place, as styled text. Pure; what goes in is made printable first.

The markers are text, so nobody needs colour to read them: `A pod is [kp3: the smallest unit] of Kubernetes.`
Where quotes overlap, stretches of one kind run together and name every line that quotes them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from agent.printable import printable
from agent.terminal.card import Line
from agent.terminal.columns import wrapped

Quote = tuple[str, str, str | None]  # id and verdict of a rubric line, and the words it quotes

MARKER = "marker"  # the style of what is not the candidate's own
_STYLES = {"avoided": "said-good", "covered": "said-good", "unsure": "said-unsure", "committed": "said-bad"}
_WEIGHT = ("said-good", "said-unsure", "said-bad")  # where quotes overlap, the last of these is shown
_CONTEXT = 36  # characters kept on each side of a quote, where an answer is shortened
_HALF_QUOTE = 150  # and on each side of a gap in a long quote


@dataclass(frozen=True)
class Stretch:
    """Characters `start` to `end` of an answer, quoted by the lines `ids`; `style` is said-good, -unsure or -bad."""

    start: int
    end: int
    style: str
    ids: tuple[str, ...]


def marked(answer: str, quotes: Iterable[Quote]) -> Line:
    """The whole answer; without the parts of style MARKER it is the answer as it can be printed."""
    text, at, parts = printable(answer), 0, Line()
    for stretch in stretches(text, quotes):
        words = text[stretch.start : stretch.end]
        parts += [("", text[at : stretch.start]), (MARKER, f"[{', '.join(map(printable, stretch.ids))}: ")]
        parts += [(stretch.style, words), (MARKER, "]")]
        at = stretch.end
    return [part for part in (*parts, ("", text[at:])) if part[1]]


def is_marked(text: str, quote: str) -> bool:
    """Whether `marked` shows where these words stand in an answer, given as it can be printed."""
    words = printable(quote)
    return bool(re.search(r"\w", words)) and words in text


def stretches(text: str, quotes: Iterable[Quote]) -> list[Stretch]:
    """What is quoted of a printable answer, in order and without overlaps; white space at the edges stays outside."""
    spans, found = list(quotes), []
    for stretch in _merged(text, spans):
        words = text[stretch.start : stretch.end].strip()
        start = text.index(words, stretch.start)
        ids = dict.fromkeys(line_id for line_id, _, _ in spans if line_id in stretch.ids)
        found.append(replace(stretch, start=start, end=start + len(words), ids=tuple(ids)))
    return found


def _merged(text: str, quotes: list[Quote]) -> list[Stretch]:
    """Of words that occur twice, the first occurrence is meant."""
    spans = []
    for line_id, verdict, quote in quotes:
        words = printable(quote or "")
        if verdict in _STYLES and words and (start := text.find(words)) >= 0:
            spans.append(Stretch(start, start + len(words), _STYLES[verdict], (line_id,)))
    found: list[Stretch] = []
    for start, end in pairwise(sorted({edge for span in spans for edge in (span.start, span.end)})):
        here = [span for span in spans if span.start <= start and end <= span.end]
        if not here or not re.search(r"\w", text[start:end]):
            continue
        style = max((span.style for span in here), key=_WEIGHT.index)
        piece = Stretch(start, end, style, tuple(line_id for span in here for line_id in span.ids))
        last = found[-1] if found else piece
        if last.style == style and {*last.ids} & {*piece.ids} and not re.search(r"\w", text[last.end : start]):
            piece = replace(piece, start=last.start, ids=last.ids + piece.ids)
            found = found[:-1]
        found.append(piece)
    return found


def shortened(parts: Line) -> Line:
    """The parts with a few words left around each quote; nothing where there is no quote."""
    if all(style != MARKER for style, _ in parts):
        return []
    shown, last = Line(), len(parts) - 1
    for number, (style, text) in enumerate(parts):
        if style == MARKER:
            shown.append((style, text))
        elif style:
            shown.append((style, _cut(text, _HALF_QUOTE, _HALF_QUOTE)))
        else:
            shown.append((style, _cut(text, _CONTEXT if number else 0, _CONTEXT if number < last else 0)))
    return shown


def _cut(text: str, before: int, after: int) -> str:
    """The first and the last words of a text, within so many characters, around a sign for what is left out."""
    if len(text) <= before + after + _CONTEXT:
        return re.sub(r"\n\s*\n", "\n", text)
    head = re.sub(r"\s+\S*$", "", text[:before])
    tail = re.sub(r"^\S*\s+", "", text[len(text) - after :])
    return f"{head}{' ' if before else ''}…{' ' if after else ''}{tail}"


def flow(parts: Line, width: int, indent: str = "") -> list[Line]:
    """Styled text as lines of at most `width` columns; its own line breaks stay."""
    parts = [(style, printable(text).replace("\t", "    ")) for style, text in parts]
    styles = [style for style, text in parts for _ in text]
    text = "".join(text for _, text in parts)
    lines, at, room = [], 0, max(width - len(indent), 1)
    for row in (row for paragraph in text.split("\n") for row in wrapped(paragraph, room) or [""]):
        at = text.index(row, at)
        runs = groupby(range(at, at + len(row)), key=styles.__getitem__)
        styled = [(style, "".join(text[n] for n in run)) for style, run in runs]
        lines.append([("", indent), *styled] if styled else [])
        at += len(row)
    return lines
