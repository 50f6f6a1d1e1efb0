"""The player: a recorded interview in a terminal, at reading speed, with keys."""

import asyncio
import os
import signal
import sys

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import create_output

from agent.player.controls import Controls
from agent.player.footer import footer
from agent.player.frames import frames
from agent.player.playhead import Playhead
from agent.player.stage import Stage
from transcripts.reader import Transcript

ESCAPE_WAIT = 0.1  # seconds after which a lone Esc is no longer the beginning of another key
ENDING = (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))  # Windows has no SIGHUP


def play_with_keys(transcript: Transcript, lang: str, *, speed: float, question: int, paused: bool) -> bool:
    """Play a recording on stdout with keys from stdin; whether it was played to its end.

    Raises KeyboardInterrupt on Ctrl-C. Whatever happens, the terminal is then as it was.
    """
    controls = Controls(Playhead(frames(transcript), speed=speed, question=question, paused=paused))
    player = Player(transcript, controls, lang, create_input(sys.stdin), Stage(create_output(sys.stdout)))
    asyncio.run(player.run())
    if player.signal:
        os.kill(os.getpid(), player.signal)
    if controls.interrupted:
        raise KeyboardInterrupt
    return not controls.left


class Player:
    """Draws what the controls say, and tells them keys and time."""

    def __init__(self, transcript: Transcript, controls: Controls, lang: str, source: Input, stage: Stage) -> None:
        self.signal = 0  # the one that ended it
        self._transcript = transcript
        self._controls = controls
        self._lang = lang
        self._source = source
        self._stage = stage
        self._keys: list[KeyPress] = []
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Play until the end, or until somebody leaves."""
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._end, number)
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        with self._source.raw_mode(), self._source.attach(self._read):
            self._stage.enter()
            try:
                await self._play(loop)
            finally:
                self._stage.leave()

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
        self._stage.leave()
        with self._source.cooked_mode():
            os.kill(os.getpid(), signal.SIGTSTP)
        self._stage.enter()
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
        rows, columns = self._stage.size
        anew, lines = self._controls.head.take(rows - 1)
        self._stage.show(lines, footer(self._controls, self._lang, columns - 1), anew=anew)
