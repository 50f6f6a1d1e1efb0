"""A model's words, which may be Markdown, as styled lines. Pure: no printing here."""

import re

from agent.printable import printable
from agent.terminal.card import Line, wrap
from agent.terminal.formula import readable_formulas

_MARKUP = re.compile(r"[*_`#|~$\\<]|^\s*([-+>]|\d+[.)])\s", re.MULTILINE)  # without one of these it is plain text
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_NO_MARKUP = re.compile(r"(?<=\w)[*_](?=\w)|<")  # in a product, a name, a type: 2*16*80, max_tokens, list<int>


def markdown(text: str, width: int) -> list[Line]:
    """The text as lines of at most `width` columns. Rich, which lays it out, is imported for Markdown only."""
    if not _MARKUP.search(text):
        return wrap(text, width)
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=width, color_system=None, legacy_windows=False)
    laid_out = Markdown(_prepared(printable(text)), code_theme="ansi_dark", hyperlinks=False)
    rows = console.render_lines(laid_out, pad=False)
    lines = [_stripped([(_style(part.style), part.text) for part in row if not part.control]) for row in rows]
    return [line for line, before in zip(lines, [[], *lines], strict=False) if line or before]  # one gap is enough


def _prepared(text: str) -> str:
    """Formulas made readable, and what only looks like markup left alone; code stays as it is."""
    parts = _CODE.split(text)
    parts[::2] = [_NO_MARKUP.sub(r"\\\g<0>", readable_formulas(part)) for part in parts[::2]]
    return "".join(parts)


def _style(style: object) -> str:
    """Rich's style in the words of prompt-toolkit; colours are left to the terminal."""
    names = ("bold", "italic", "underline", "strike")
    return " ".join(name for name in names if getattr(style, name, None))


def _stripped(line: Line) -> Line:
    """Without the spaces that fill a line up."""
    while line and not line[-1][1].strip():
        line.pop()
    return [*line[:-1], (line[-1][0], line[-1][1].rstrip())] if line else []
