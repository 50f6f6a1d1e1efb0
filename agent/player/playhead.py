"""Where a recorded interview stands while it is played: what is shown, how long it stays, what comes next. Pure."""

from agent.player.frames import LONGEST, Beat, Frame, view
from agent.terminal.card import Line

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)


class Playhead:
    """A place in at least one frame. `speed` 1 is reading speed; while `paused` frames appear whole, one a step."""

    def __init__(self, frames: list[Frame], *, speed: float = 1.0, question: int = 0, paused: bool = False) -> None:
        self.frames = frames
        self.speed = speed
        self.paused = paused
        self.over = False
        self._anew = False  # the screen no longer shows what came before
        self._shown = self._read = 0  # beats of this frame
        self.at = self._opening(question)
        self._written = (self.at, 0)  # the frame and the lines of it that the screen shows
        self._go(self.at, whole=paused)

    @property
    def questions(self) -> int:
        """How many questions were asked."""
        return self.frames[-1].question

    @property
    def question(self) -> int:
        """The how-manieth of them is on the screen; 0 before the first."""
        return self.frames[self.at].question

    @property
    def place(self) -> tuple[int, int, int]:
        """The frame, and how much of it is shown and read."""
        return self.at, self._shown, self._read

    @property
    def at_end(self) -> bool:
        """Whether all is shown."""
        return self.at == len(self.frames) - 1 and self._whole

    @property
    def hold(self) -> float | None:
        """Seconds that what is shown stays from the moment it appeared; None: until a key is pressed."""
        if self.paused:
            return None
        if self.at_end:
            return 0.0
        seconds = sum(beat.seconds for beat in self._beats[self._read : self._shown])
        if self._whole:
            seconds = max(seconds, min(self.frames[self.at + 1].pause, LONGEST))
        return seconds / self.speed

    def tick(self) -> None:
        """Its time is up: the next line, or the next frame, or the end."""
        if self._whole:
            self._next_frame(whole=self.paused)
        else:
            self._read, self._shown = self._shown, self._shown + 1

    def step(self) -> None:
        """The rest of this frame at once; where there is none the next frame, whole."""
        if self._whole:
            self._next_frame(whole=True)
        else:
            self._shown = len(self._beats)

    def back(self) -> None:
        """To the frame before this one, whole."""
        self._go(max(self.at - 1, 0), whole=True)
        self._anew = True

    def jump(self, question: int) -> bool:
        """To the beginning of a question, the first being 1; False when there is none of that number."""
        if not 1 <= question <= self.questions:
            return False
        self._go(self._opening(question), whole=self.paused)
        self._anew = True
        return True

    def change_speed(self, *, faster: bool) -> None:
        """To the next speed of SPEEDS, if there is one."""
        if faster:
            self.speed = min((speed for speed in SPEEDS if speed > self.speed), default=self.speed)
        else:
            self.speed = max((speed for speed in SPEEDS if speed < self.speed), default=self.speed)

    def rewrap(self, frames: list[Frame]) -> None:
        """Take the same frames for a terminal of another width; about as much of this one stays to be seen."""
        whole, before = self._whole, len(self._beats)
        self.frames = frames
        after = len(self._beats)
        self._shown = after if whole else max(self._shown * after // before, 1)
        self._read = min(self._read, self._shown - 1)
        self._anew = True

    def redraw(self) -> None:
        """The next `take` gives the whole screen."""
        self._anew = True

    def take(self, rows: int) -> tuple[bool, list[Line]]:
        """What to write on a screen of `rows` so that it shows this place; and whether to clear it before."""
        anew, (at, lines) = self._anew, self._written
        now = self._beats[self._shown - 1].lines
        self._anew, self._written = False, (self.at, now)
        if anew:
            return True, view(self.frames, self.at, now, rows)
        between = [line for frame in self.frames[at : self.at] for line in frame.lines]
        return False, (between + self.frames[self.at].lines[:now])[lines:]

    @property
    def _beats(self) -> list[Beat]:
        return self.frames[self.at].beats

    @property
    def _whole(self) -> bool:
        return self._shown == len(self._beats)

    def _opening(self, question: int) -> int:
        return next((at for at, frame in enumerate(self.frames) if frame.opens and frame.question == question), 0)

    def _next_frame(self, *, whole: bool) -> None:
        if self.at_end:
            self.over = True
        else:
            self._go(self.at + 1, whole=whole)

    def _go(self, at: int, *, whole: bool) -> None:
        self.at, self._read = at, 0
        self._shown = len(self._beats) if whole else 1
