"""A model's words, which may be Markdown, as styled lines. Pure: no printing here."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.printable import printable
from agent.terminal.card import Line, wrap
from agent.terminal.formula import readable_formulas

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_MARKUP = re.compile(r"[*_`#|~$\\<]|^\s*([-+>]|\d+[.)])\s", re.MULTILINE)  # without one of these it is plain text
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`+[^`]*`+)", re.DOTALL)
_LINE_BREAK = re.compile(r"(?<=[^\n])\n(?=[^\n])")


def markdown(text: str, width: int) -> list[Line]:
    """The text as lines of at most `width` columns. Rich, which lays it out, is imported for Markdown only."""
    if not _MARKUP.search(text):
        return wrap(text, width)
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=width, color_system=None, legacy_windows=False)
    laid_out = Markdown("", code_theme="ansi_dark", hyperlinks=False)
    laid_out.parsed = _parser().parse(_prepared(printable(text)))
    rows = console.render_lines(laid_out, pad=False)
    lines = [_stripped([(_style(part.style), part.text) for part in row if not part.control]) for row in rows]
    return [line for line, before in zip(lines, [[], *lines], strict=False) if line or before]  # one gap is enough


def _prepared(text: str) -> str:
    """Formulas made readable, and line breaks kept; code stays as it is."""
    parts = _CODE.split(text)
    parts[::2] = [_LINE_BREAK.sub("  \n", readable_formulas(part)) for part in parts[::2]]
    return "".join(parts)


@cache
def _parser() -> "MarkdownIt":
    """Markdown without what would swallow words: types in angle brackets, lines that define links."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt().enable(["strikethrough", "table"])
    parser.disable(["html_inline", "html_block", "reference", "autolink"])
    parser.inline.ruler.before("emphasis", "product", _product)
    return parser


def _product(state: Any, silent: bool) -> bool:  # noqa: ANN401 - a rule of markdown-it
    """Stars inside a word are no emphasis: 2*16*80, x**2."""
    begin, source = state.pos, state.src
    end = begin
    while end < state.posMax and source[end] == "*":
        end += 1
    if not (end > begin > 0 and end < state.posMax and source[begin - 1].isalnum() and source[end].isalnum()):
        return False
    if not silent:
        state.pending += source[begin:end]
    state.pos = end
    return True


def _style(style: object) -> str:
    """Rich's style in the words of prompt-toolkit; colours are left to the terminal."""
    names = ("bold", "italic", "underline", "strike")
    return " ".join(name for name in names if getattr(style, name, None))


def _stripped(line: Line) -> Line:
    """Without the spaces that fill a line up."""
    while line and not line[-1][1].strip():
        line.pop()
    return [*line[:-1], (line[-1][0], line[-1][1].rstrip())] if line else []
