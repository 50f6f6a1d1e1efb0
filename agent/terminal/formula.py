r"""Formulas in LaTeX as one line of plain signs: `$\frac{a+b}{\sqrt{d_k}}$` reads (a+b)/√(d_k)."""

import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

# Between dollar signs as pandoc has them, so that "$5 and $10" is none; and what has nothing of LaTeX in it stays.
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\\\((.+?)\\\)|\\\[(.+?)\\\]|\$(?=\S)([^$\n]*[\\^_=][^$\n]*)(?<=\S)\$(?!\d)", re.DOTALL)  # fmt: skip  # noqa: E501


def readable_formulas(text: str) -> str:
    """The text with each formula made readable; one that is no LaTeX stays as it is."""
    return _FORMULA.sub(_readable, text)


def _readable(found: re.Match[str]) -> str:
    source = next(part for part in found.groups() if part)
    try:
        return _converter().latex_to_text(source).strip() or found[0]
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):  # so it fails on half a formula
        return found[0]


@cache
def _converter() -> "LatexNodes2Text":
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # what it makes of a formula is seen on the screen
    context = get_default_latex_context_db()
    context.add_context_category("fractions", prepend=True, macros=[MacroTextSpec("frac", _fraction)])
    return LatexNodes2Text(
        latex_context=context, math_mode="text", keep_braced_groups=True, strict_latex_spaces="based-on-source"
    )


def _fraction(node: Any, l2tobj: Any) -> str:  # noqa: ANN401 - the library calls it by these names
    """The library's own a+b/c is another number."""
    return "/".join(_in_brackets(l2tobj.node_arg_to_text(node, n)) for n in (0, 1))


def _in_brackets(text: str) -> str:
    text = text.removeprefix("{").removesuffix("}") if text.startswith("{") else text
    return text if re.fullmatch(r"\w*", text) else f"({text})"
