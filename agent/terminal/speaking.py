"""A model's words on the screen, while they come: what was shown stays, only the rest is written."""

from collections.abc import Callable

from agent.terminal.card import Line
from agent.terminal.markdown import markdown

Write = Callable[..., None]  # write(lines, end="\n")
Shown = list[tuple[str, str]]  # each character with its style


class Speaking:
    """One turn after the other. `width` says how many columns there are when a turn begins."""

    def __init__(self, write: Write, width: Callable[[], int]) -> None:
        self._write = write
        self._measure = width
        self._width = 0
        self._shown: Shown = []
        self.allowed: Callable[[str], bool] = lambda _: False  # whether words that are still coming may be shown

    def so_far(self, words: str) -> None:
        """Show whole sentences of a turn that goes on; each time all of them."""
        if not self._shown:
            self._width = self._measure()
        self._go_on(markdown(words, self._width), {"end": ""})

    def say(self, words: str) -> None:
        """Show a whole turn, or what is left of it."""
        width = self._width if self._shown else self._measure()
        lines = markdown(words, width)
        if not self._go_on(lines, {}):
            self.break_off()
            self._write([[], *lines])
        self._shown = []

    def break_off(self) -> bool:
        """The turn is not taken any further. Returns whether something of it was shown."""
        shown, self._shown = bool(self._shown), []
        if shown:
            self._write([[]])
        return shown

    def _go_on(self, lines: list[Line], how: dict[str, str]) -> bool:
        """Write what comes after what is shown; False where these lines begin otherwise."""
        flat = _flat(lines)
        known = len(self._shown)
        if flat[:known] != self._shown:
            return False
        rest = _lines(flat[known:])
        self._write(rest if known else [[], *rest], **how)
        self._shown = flat
        return True


def _flat(lines: list[Line]) -> Shown:
    flat = [(style, char) for line in lines for style, text in [*line, ("", "\n")] for char in text]
    return flat[:-1]


def _lines(flat: Shown) -> list[Line]:
    lines: list[Line] = [[]]
    for style, char in flat:
        if char == "\n":
            lines.append([])
        else:
            lines[-1].append((style, char))
    return lines
