"""The terminal, or the pipe, that an interview is held at."""

import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import FrameType

from agent.loop import Leave
from agent.terminal.ctrl_c import CtrlC
from agent.terminal.screen import writer
from agent.terminal.speaking import Write
from agent.terminal.status import is_plain
from prompts import say
from tools.interview import Interview
from transcripts.signals import hold_back_ctrl_c, interruptible

Read = Callable[[], str | None]


@dataclass(frozen=True)
class Terminal:
    """How to read turns and write lines here.

    `ready` is there on a pipe: whether there is more to read already. `edit` is there at a terminal: an answer from
    the candidate's editor.
    """

    read: Read
    write: Write
    ready: Callable[[], bool] | None = None
    edit: Read | None = None
    keys: str = "first.keys"  # what the first screen says of them
    quiet: Callable[[], AbstractContextManager[None]] = nullcontext  # within, what nobody asked for is not echoed

    def expects_more(self) -> bool:
        """Whether something may still be said after the last question: at a terminal the program ends there."""
        return self.ready is not None and self.ready()


def terminal(interview: Interview, toolbar: Callable[[], str], *, plain: bool, vi: bool) -> Terminal:
    """The terminal or the pipe. prompt-toolkit costs 70 ms to import, so a pipe does without it.

    From now on Ctrl-C takes effect only where the candidate or an endpoint is waited for: then the record tells where
    that was, and running it again stops in the same place.
    """
    hold_back_ctrl_c()
    plain = is_plain(plain)
    write = writer(plain)
    if not sys.stdin.isatty():
        from agent.terminal.lines import PipedLines

        signal.signal(signal.SIGINT, _leave)
        lines = PipedLines(sys.stdin.buffer)
        return Terminal(_interruptible(lines.read), write, lines.ready)
    from agent.terminal.editor import edited
    from agent.terminal.lines import echoing

    for name in ("SIGTERM", "SIGHUP"):  # by default the terminal would be left as the prompt has it
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    ctrl_c = CtrlC()
    _on_ctrl_c(ctrl_c.press)
    if plain:
        return Terminal(_interruptible(_plain_reader(interview)), write, edit=edited, keys="first.keys_plain")
    read = _reader(interview, ctrl_c, toolbar, vi=vi)
    return Terminal(_interruptible(read), write, edit=edited, quiet=partial(echoing, sys.stdin.fileno(), on=False))


def _reader(interview: Interview, ctrl_c: CtrlC, toolbar: Callable[[], str], *, vi: bool) -> Read:
    from agent.terminal.completing import Commands
    from agent.terminal.prompt import reader

    lang = interview.session.lang
    return reader(ctrl_c, lambda: print(say("command.leave_hint", lang)), toolbar=toolbar,
                  completer=Commands(interview), vi=vi)  # fmt: skip


def _plain_reader(interview: Interview) -> Read:
    """What is typed stands as the terminal shows it; what was typed when Ctrl-C came is lost with the line."""
    from agent.terminal.lines import TypedLines

    lang = interview.session.lang
    lines = TypedLines(sys.stdin.buffer, lambda: print(say("command.cut", lang)))

    def read() -> str | None:
        while True:
            try:
                return lines.read()
            except KeyboardInterrupt:  # the handler has noted the press
                print("\n" + say("command.leave_hint", lang))

    return read


def _on_ctrl_c(press: Callable[[], None]) -> None:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        press()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)


def _interruptible(read: Read) -> Read:
    def wait() -> str | None:
        with interruptible():
            return read()

    return wait


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave
