"""Playing a recorded interview: with keys where there is a terminal, else everything at once."""

import os
import sys
from argparse import Namespace
from dataclasses import dataclass
from math import inf

from agent.record.retell import retell
from agent.terminal.screen import Screen, writer
from tools.interview import Interview
from transcripts.errors import InputError
from transcripts.events import QuestionEvent
from transcripts.reader import Transcript

SLOWEST, FASTEST = 0.1, 100


@dataclass(frozen=True)
class Asked:
    """How to play: at `speed` (1 is reading speed, `inf` is at once), from `question` on, or `step` by step."""

    speed: float
    question: str | None
    step: bool
    plain: bool


def as_asked(flags: Namespace) -> Asked:
    """The flags of the player; InputError when the speed is none."""
    return Asked(_speed(flags.speed or "1"), flags.question, flags.step, flags.plain)


def play(transcript: Transcript, asked: Asked, lang: str) -> bool:
    """Play one recording; whether it was played to its end. InputError when it lacks the question to begin at.

    Raises KeyboardInterrupt on Ctrl-C. `lang` is what the player speaks; the interview keeps its own language.
    """
    question = _number(asked.question, transcript)
    if not _takes_keys(asked) or (asked.speed == inf and not asked.step):
        show_at_once(transcript, plain=asked.plain, question=question)
        return True
    from agent.player.player import play_with_keys

    return play_with_keys(transcript, lang, speed=asked.speed, question=question, paused=asked.step)


def show_at_once(transcript: Transcript, *, plain: bool, question: int = 0) -> None:
    """Show a recorded interview as it was shown, from `question` on, without waiting."""
    interview, number = Interview(transcript.session), 0
    screen = Screen(interview, writer(plain), replaying=True)
    for event in retell(transcript, interview):
        number += isinstance(event, QuestionEvent)
        if number >= question:
            screen.show(event)


def _takes_keys(asked: Asked) -> bool:
    """Whether there is somebody at a terminal on which the cursor may move."""
    still = asked.plain or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return sys.stdin.isatty() and sys.stdout.isatty() and not still


def _speed(text: str) -> float:
    try:
        speed = inf if text == "max" else float(text)
    except ValueError:
        speed = -1.0
    if text == "max" or speed == 0:
        return inf
    if not SLOWEST <= speed <= FASTEST:  # nan is not, either
        raise InputError("player.bad_speed", value=text, least=SLOWEST, most=FASTEST)
    return speed


def _number(text: str | None, transcript: Transcript) -> int:
    """The question to begin at; 0 where none was named."""
    if text is None:
        return 0
    count = sum(isinstance(event, QuestionEvent) for event in transcript.events)
    if text.isascii() and text.isdigit() and len(text) <= len(str(count)) and 1 <= int(text) <= count:
        return int(text)
    key = "player.bad_question" if count else "player.none_asked"
    raise InputError(key, value=text, path=transcript.path, count=count)
