"""The player: a recorded interview in a terminal, at reading speed, with keys.

It writes below what the terminal shows already, as the interview did, so that all of it can be scrolled back to.
Only going back, jumping and a new size of the window make it clear the screen.
"""

import asyncio
import os
import signal
import sys

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import Output, create_output

from agent.terminal.controls import Controls, footer
from agent.terminal.frames import frames
from agent.terminal.playhead import Playhead
from agent.terminal.prompt import write_styled
from transcripts.reader import Transcript

ESCAPE_WAIT = 0.1  # seconds after which a lone Esc is no longer the beginning of another key
ENDING = (signal.SIGTERM, signal.SIGHUP)


def play_with_keys(transcript: Transcript, lang: str, *, speed: float, question: int, paused: bool) -> bool:
    """Play a recording on stdout with keys from stdin; whether it was played to its end.

    Raises KeyboardInterrupt on Ctrl-C. Whatever happens, the terminal is then as it was.
    """
    controls = Controls(Playhead(frames(transcript), speed=speed, question=question, paused=paused))
    source, output = create_input(sys.stdin), create_output(sys.stdout)
    player = Player(transcript, controls, lang, source, output)
    asyncio.run(player.run())
    if player.signal:
        os.kill(os.getpid(), player.signal)
    if controls.interrupted:
        raise KeyboardInterrupt
    return not controls.left


class Player:
    """Draws what the controls say, and tells them keys and time."""

    def __init__(self, transcript: Transcript, controls: Controls, lang: str, source: Input, output: Output) -> None:
        self.signal = 0  # the one that ended it
        self._transcript = transcript
        self._controls = controls
        self._lang = lang
        self._source = source
        self._output = output
        self._keys: list[KeyPress] = []
        self._woken = asyncio.Event()
        self._foot = 0  # lines at the bottom that go away
        self._cleared = False

    async def run(self) -> None:
        """Play until the end, or until somebody leaves."""
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._end, number)
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        with self._source.raw_mode(), self._source.attach(self._read):
            self._output.hide_cursor()
            try:
                await self._play(loop)
            finally:
                self._leave_screen()

    async def _play(self, loop: asyncio.AbstractEventLoop) -> None:
        self._draw()
        since = loop.time()
        while not self._controls.over:
            before = self._controls.state
            await self._something(since)
            self._draw()
            if self._controls.state != before:
                since = loop.time()

    async def _something(self, since: float) -> None:
        """Wait for a key or a signal, or until what is shown since `since` had its time."""
        wait = self._controls.wait
        if wait is not None:
            wait = max(since + wait - asyncio.get_running_loop().time(), 0.0)
        try:
            await asyncio.wait_for(self._woken.wait(), wait)
        except TimeoutError:
            self._controls.tick()
        self._woken.clear()
        keys, self._keys = self._keys, []
        for key in keys:
            if key.key == "c-z":
                self._suspend()
            else:
                self._controls.press(key.key)

    def _suspend(self) -> None:
        """Give the terminal back to the shell until it says `fg`."""
        self._leave_screen()
        with self._source.cooked_mode():
            os.kill(os.getpid(), signal.SIGTSTP)
        self._output.hide_cursor()
        self._controls.head.redraw()

    def _read(self) -> None:
        if not self._take(self._source.read_keys()):
            asyncio.get_running_loop().call_later(ESCAPE_WAIT, lambda: self._take(self._source.flush_keys()))
            if self._source.closed or not os.isatty(self._source.fileno()):  # the terminal was closed
                self._end(0)

    def _take(self, keys: list[KeyPress]) -> bool:
        self._keys += keys
        if keys:
            self._woken.set()
        return bool(keys)

    def _end(self, number: int) -> None:
        self.signal, self._controls.left = number, True
        self._woken.set()

    def _resized(self) -> None:
        self._controls.head.rewrap(frames(self._transcript))
        self._woken.set()

    def _draw(self) -> None:
        size = self._output.get_size()
        anew, lines = self._controls.head.take(size.rows - 1)
        self._erase()
        if anew:
            self._clear(size.rows)
        write_styled(lines, self._output)
        foot = footer(self._controls, self._lang, size.columns - 1)[-max(size.rows - 1, 1) :]
        write_styled(foot, self._output, end="")
        self._foot = len(foot)
        self._output.flush()

    def _erase(self) -> None:
        if self._foot:
            self._output.write_raw("\r")
            self._output.cursor_up(self._foot - 1)
            self._output.erase_down()
        self._foot = 0

    def _leave_screen(self) -> None:
        self._erase()
        self._output.show_cursor()
        self._output.flush()

    def _clear(self, rows: int) -> None:
        """An empty screen. What stood there before the player began is scrolled away, not lost."""
        if not self._cleared:
            self._output.write_raw("\r\n" * rows)
        self._cleared = True
        self._output.cursor_goto(1, 1)
        self._output.erase_down()
