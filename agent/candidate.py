"""The candidate's side: lines become answers or commands, on record before anything is done with them."""

from collections.abc import Callable

from prompts import to_model
from tools.bank import nearest
from tools.interview import Interview
from tools.rubric import ungraded
from transcripts.events import CommandEvent, Event, GradeEvent, MessageEvent
from transcripts.grade import GraderId

COMMANDS = ("/help", "/skip", "/reveal", "/repeat", "/score", "/quit")
REFUSED_LIVE = ("/reveal", "/score")

Notice = Callable[..., None]  # notice(key, **values): something to tell the candidate


class TypingCandidate:
    """Reads lines with `read` (None: no more) and puts them on record with `emit`."""

    def __init__(
        self,
        read: Callable[[], str | None],
        interview: Interview,
        emit: Callable[[Event], None],
        notice: Notice,
        grader: GraderId,
    ) -> None:
        self._read = read
        self._interview = interview
        self._emit = emit
        self._notice = notice
        self._grader = grader

    def listen(self) -> bool:
        """Take one turn: an answer, or a command that moves the interview on. False at the end of input."""
        while (line := self._read()) is not None:
            text = line.strip()
            if not text:
                if self._interview.interrupted:
                    self._emit(CommandEvent(name="continue"))
                    return True
            elif text.startswith("/") and not text.startswith("//"):
                if self._command(text):
                    return True
            else:
                self._emit(MessageEvent(role="user", content=text[1:] if text.startswith("//") else text))
                return True
        return False

    def _command(self, text: str) -> bool:
        """Do a slash command; whether it was a turn, that is, whether the interview moves on."""
        name, _, argument = text.partition(" ")
        if name not in COMMANDS:
            self._notice("command.unknown", name=name, nearest=nearest(name, COMMANDS))
            return False
        if self._interview.live and name in REFUSED_LIVE:
            self._notice("command.refused_live", name=name)
            return False
        self._emit(CommandEvent(name=name, argument=argument))
        if name in ("/skip", "/reveal"):
            self._give_up(name)
        return name in ("/skip", "/reveal", "/quit")

    def _give_up(self, name: str) -> None:
        attempt = self._interview.current
        if attempt is None:
            return
        lang = self._interview.session.lang
        if not attempt.grades and not attempt.words:  # an answer that was graded keeps its grade
            self._emit(GradeEvent(**ungraded(attempt.question, "skipped", self._grader, lang).model_dump()))
        told = to_model("turn.skipped" if name == "/skip" else "turn.gave_up")
        self._emit(MessageEvent(role="system", content=f"{told} next: {self._interview.step().value}"))
