"""Takes the picture of the README: `python -m tests.terminal.picture` drives razbor at a terminal and draws it.

Nothing in it is made up: the lines and colours are those that the emulator has after the keys were pressed.
"""

import os
import tempfile
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.terminal.driving import Terminal, razbor

PICTURE = Path(__file__).parent / "razbor.svg"
COLUMNS, LINES = 92, 60
ANSWER = (
    "A node is a VM or a physical machine. A pod wraps one or more containers that share the network. "
    "Deployment means that we release the code to production. "
    "A service is a stable address in front of pods, chosen by labels."
)


def main() -> None:
    """Hold the beginning of an interview, and draw it."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["RAZBOR_HOME"] = home
        terminal = Terminal(
            razbor("--question", "kubernetes-primitives", "--seed", "1", "--follow-ups", "0"),
            columns=COLUMNS, lines=LINES, LANG="en_US.UTF-8",
        )  # fmt: skip
        terminal.wait_for_prompt()
        terminal.type(ANSWER + "\r")
        terminal.wait_for("Breakdown")
        terminal.settle()
        rows = [*_scrolled(terminal), *(terminal.screen.buffer[y] for y in range(LINES))]
        terminal.close()
    lines = [_line(row) for row in rows]
    begin = next(n for n, line in enumerate(lines) if line.plain.startswith("── Question"))
    end = next(n for n, line in enumerate(lines) if line.plain.startswith("── Breakdown"))
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    for line in lines[begin : end + 1]:
        console.print(line)
    PICTURE.write_text(console.export_svg(title="razbor", unique_id="razbor"), "utf-8")


def _scrolled(terminal: Terminal) -> list[Any]:
    return list(terminal.screen.history.top)


def _line(row: Any) -> Text:
    """One row of the emulator with its styles."""
    text = Text()
    cells = [row[x] for x in range(COLUMNS)]
    for style, run in groupby(cells, key=_style):
        text.append("".join(cell.data for cell in run), style)
    text.rstrip()
    return text


def _style(cell: Any) -> Style:
    colours = {"brown": "yellow", "default": "default"}
    colour = colours.get(cell.fg, cell.fg.replace("brightblack", "bright_black"))
    return Style(color=colour, bold=cell.bold, italic=cell.italics, underline=cell.underscore)


if __name__ == "__main__":
    main()
