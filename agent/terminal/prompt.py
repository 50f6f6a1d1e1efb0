"""Reading a candidate's turns from a terminal, and writing to it in colour, through prompt-toolkit."""

import sys
from collections.abc import Callable

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition, vi_navigation_mode
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from agent.printable import printable
from agent.terminal.card import Line
from agent.terminal.ctrl_c import CtrlC
from agent.terminal.lines import mend
from agent.terminal.paste import Paste

MENU = 6  # lines at most for what is offered to complete
ALT_WITHIN = 0.1  # seconds in which Esc and Enter are Alt-Enter; in vi mode Esc alone means something, too

_STYLE = Style.from_dict({
    "head": "bold ansicyan", "bold": "bold", "dim": "ansibrightblack", "good": "ansigreen", "bad": "ansired",
    "quote": "italic ansiyellow", "prompt": "bold ansicyan", "marker": "bold",
    "said-good": "underline ansigreen", "said-bad": "underline ansired", "said-unsure": "underline ansiyellow",
    "bottom-toolbar": "noreverse ansibrightblack",
})  # fmt: skip


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
    keys, paste = KeyBindings(), Paste()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        if paste.goes_on(event):
            event.current_buffer.insert_text("\n")
        else:
            event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("backspace", filter=~vi_navigation_mode)
    def _erase(event: KeyPressEvent) -> None:
        """Take a letter away, however many characters it is made of."""
        import wcwidth

        before = event.current_buffer.document.text_before_cursor
        event.current_buffer.delete_before_cursor(len(next(wcwidth.iter_graphemes_reverse(before), "")))

    return keys


@Condition
def _is_command() -> bool:
    return get_app().current_buffer.text.startswith("/")


def reader(
    ctrl_c: CtrlC,
    on_first_ctrl_c: Callable[[], None],
    *,
    completer: Completer | None = None,
    toolbar: Callable[[], str] | None = None,
    vi: bool = False,
) -> Callable[[], str | None]:
    """A function that reads one turn: Enter sends, Alt-Enter is a new line, a paste stays whole; None on Ctrl-D.

    `toolbar` makes the line below, anew each second.
    """
    session: PromptSession[str] = PromptSession(
        [("class:prompt", "> ")],
        multiline=True,
        key_bindings=_keys(),
        style=_STYLE,
        prompt_continuation="  ",
        completer=completer,
        complete_while_typing=_is_command,
        reserve_space_for_menu=MENU,
        bottom_toolbar=toolbar,
        refresh_interval=1.0 if toolbar else 0,
        vi_mode=vi,
        enable_open_in_editor=True,
        enable_suspend=True,
        tempfile_suffix=".md",
        include_default_pygments_style=False,
    )
    if vi:
        session.app.timeoutlen = session.app.ttimeoutlen = ALT_WITHIN

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
