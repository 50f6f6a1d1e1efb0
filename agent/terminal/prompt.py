"""Reading a candidate's turns from a terminal, and writing to it in colour, through prompt-toolkit."""

import sys
import time
from collections.abc import Callable

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from agent.loop import Leave
from agent.terminal.card import Line
from agent.terminal.lines import mend
from agent.terminal.printable import printable

LEAVE_WITHIN = 2.0  # seconds between two Ctrl-C

_STYLE = Style.from_dict({
    "head": "bold ansicyan", "bold": "bold", "dim": "ansibrightblack", "good": "ansigreen", "bad": "ansired",
    "quote": "italic ansiyellow", "prompt": "bold ansicyan", "marker": "bold",
    "said-good": "underline ansigreen", "said-bad": "underline ansired", "said-unsure": "underline ansiyellow",
})  # fmt: skip


class CtrlC:
    """Two presses within two seconds mean: leave."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def press(self) -> None:
        """Note a press; raise Leave when it is the second one."""
        now = time.monotonic()
        if now - self._last <= LEAVE_WITHIN:
            raise Leave
        self._last = now


def write_styled(lines: list[Line], output: Output | None = None, end: str = "\n") -> None:
    """Lines in colour, as far as the terminal and NO_COLOR allow; `end` comes after the last one."""
    parts = FormattedText()
    for number, line in enumerate(lines):
        parts += [("", "\n")] if number else []
        parts += [(f"class:{style}" if style else "", printable(text)) for style, text in line]
    if lines:  # in one call: to put the styles together takes longer than to write a line
        print_formatted_text(parts, style=_STYLE, output=output, end=end, include_default_pygments_style=False)
    sys.stdout.flush()


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def reader(
    ctrl_c: CtrlC,
    on_first_ctrl_c: Callable[[], None],
    source: Input | None = None,
    output: Output | None = None,
) -> Callable[[], str | None]:
    """A function that reads one turn: Enter sends, Alt-Enter is a new line, a paste stays whole; None on Ctrl-D."""
    session: PromptSession[str] = PromptSession(
        [("class:prompt", "> ")],
        multiline=True,
        key_bindings=_keys(),
        style=_STYLE,
        prompt_continuation="  ",
        input=source,
        output=output,
    )

    def read() -> str | None:
        typed = ""  # a first Ctrl-C must not cost the candidate what they have typed
        while True:
            try:
                return mend(session.prompt(default=typed))
            except EOFError:
                return None
            except KeyboardInterrupt:
                ctrl_c.press()
                typed = session.default_buffer.text
                on_first_ctrl_c()

    return read
