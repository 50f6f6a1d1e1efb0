"""A recorded interview as frames: what each event puts on the screen, and how long it takes to read. Pure."""

from dataclasses import dataclass
from functools import cached_property

from agent.record.retell import retell
from agent.terminal.card import Line
from agent.terminal.screen import Screen
from tools.interview import Interview
from transcripts.events import CommandEvent, DisputeEvent, Event, MessageEvent, QuestionEvent
from transcripts.reader import Transcript

# Adults read about 985 letters a minute in English and in Russian alike: 230 English or 185 Russian words.
LETTERS = 16.4  # a second
LEAST = 0.6  # seconds that a frame stays, however short it is
LONGEST = 3.0  # seconds of a recorded pause that are kept


@dataclass(frozen=True)
class Beat:
    """Lines that appear together: how many of the frame's are then to be seen, and the seconds to read them."""

    lines: int
    seconds: float


@dataclass(frozen=True)
class Frame:
    """What one event shows. `question` counts the questions asked so far, `opens`: with this one."""

    lines: list[Line]
    question: int = 0
    opens: bool = False
    typed: bool = False  # by the candidate
    pause: float = 0.0  # seconds that the candidate took, as recorded

    @cached_property
    def beats(self) -> list[Beat]:
        """The frame line by line, as it is read; what the candidate typed appears as one block."""
        seconds = [letters(line) / LETTERS for line in self.lines]
        if self.typed:
            return [Beat(len(self.lines), max(sum(seconds), LEAST))]
        beats = [Beat(number, needed) for number, needed in enumerate(seconds, start=1) if needed]
        last = beats.pop().seconds if beats else 0.0
        return [*beats, Beat(len(self.lines), max(last, LEAST))]


def letters(line: Line) -> int:
    """What there is to read in a line; rules and marks are not read."""
    return sum(char.isalnum() for _, text in line for char in text)


def frames(transcript: Transcript) -> list[Frame]:
    """The frames, wrapped for the terminal as it is now; InputError when the interview cannot be told."""
    interview, lines, found = Interview(transcript.session), list[Line](), list[Frame]()
    screen = Screen(interview, lines.extend, replaying=True)
    question = 0
    for event in retell(transcript, interview):
        opens, typed = isinstance(event, QuestionEvent), _is_typed(event)
        question += opens
        screen.show(event)
        if lines:
            found.append(Frame(lines.copy(), question, opens, typed, interview.took if typed else 0.0))
            lines.clear()
    return found


def view(told: list[Frame], at: int, lines: int, rows: int) -> list[Line]:
    """What to see on a screen of `rows` when `lines` of frame `at` are shown, from its question on.

    More than fits only where the frame itself is longer: its beginning can then be scrolled back to.
    """
    start = at
    while start and not told[start].opens and told[start - 1].question == told[at].question:
        start -= 1
    seen = [line for frame in told[start:at] for line in frame.lines] + told[at].lines[:lines]
    return seen[-max(rows, lines) :]


def _is_typed(event: Event) -> bool:
    return isinstance(event, CommandEvent | DisputeEvent) or (isinstance(event, MessageEvent) and event.role == "user")
