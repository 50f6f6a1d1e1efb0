"""A terminal with a line at the bottom that goes away.

What is shown comes below what the terminal shows already, as in an interview, so that all of it can be scrolled
back to. Only where something is to be shown anew is the screen cleared.
"""

from prompt_toolkit.output import Output

from agent.terminal.card import Line
from agent.terminal.prompt import write_styled


class Stage:
    """Between `enter` and `leave` there is no cursor to be seen."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._foot = 0  # lines at the bottom that go away
        self._cleared = False

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        size = self._output.get_size()
        return size.rows, size.columns

    def enter(self) -> None:
        """Hide the cursor."""
        self._output.hide_cursor()

    def leave(self) -> None:
        """Take the bottom away and give the cursor back."""
        self._erase()
        self._output.show_cursor()
        self._output.flush()

    def show(self, lines: list[Line], foot: list[Line], *, anew: bool) -> None:
        """Write lines; `anew`: on an empty screen. Below them stands `foot`, or as much of its end as there is room."""
        rows = self.size[0]
        self._erase()
        if anew:
            self._clear(rows)
        write_styled(lines, self._output)
        foot = foot[-max(rows - 1, 1) :]
        write_styled(foot, self._output, end="")
        self._foot = len(foot)
        self._output.flush()

    def _erase(self) -> None:
        if self._foot:
            self._output.write_raw("\r")
            self._output.cursor_up(self._foot - 1)
            self._output.erase_down()
        self._foot = 0

    def _clear(self, rows: int) -> None:
        """Empty the screen. What stood there before the first time is scrolled away, not lost."""
        if not self._cleared:
            self._output.write_raw("\r\n" * rows)
        self._cleared = True
        self._output.cursor_goto(1, 1)
        self._output.erase_down()
