"""The candidate's side: lines become answers or commands, on record before anything is done with them."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from prompts import to_model
from tools.interview import Interview
from tools.nearest import nearest
from tools.rubric import ungraded
from transcripts.events import CommandEvent, DisputeEvent, Event, GradeEvent, MessageEvent
from transcripts.grade import GraderId

COMMANDS = ("/help", "/hint", "/skip", "/reveal", "/repeat", "/score", "/time", "/edit", "/dispute", "/quit")
MAX_ANSWER = 1024 * 1024  # bytes of one turn
MAX_ESCAPED = 3 * MAX_ANSWER  # characters of it as JSON in ASCII, so that its line in the transcript can be read back
BARE = {"exit": "/quit"} | {name.removeprefix("/"): name for name in COMMANDS}  # a command without its slash
TURNS = ("/skip", "/reveal", "/quit")  # these move the interview on
REFUSED_LIVE = ("/hint", "/reveal", "/score", "/dispute")
_LOOKALIKES = str.maketrans("кпм", "kpm")  # an id typed on a Russian keyboard

Notice = Callable[..., None]  # notice(key, **values): something to tell the candidate


@dataclass
class TypingCandidate:
    """Reads lines with `read` (None: no more) and puts them on record with `emit`.

    `expects_more` says, after the last question, whether to read another line. `edit` gives an answer from the
    candidate's editor, None where that failed; it is there at a terminal only.
    """

    read: Callable[[], str | None]
    interview: Interview
    emit: Callable[[Event], None]
    notice: Notice
    grader: GraderId
    expects_more: Callable[[], bool] = lambda: True
    edit: Callable[[], str | None] | None = None
    _bare: str = ""  # what was typed last

    def listen(self) -> bool:
        """Take one turn: an answer, or a command that moves the interview on. False at the end of input."""
        while (line := self._line()) is not None:
            text = line.strip()
            if not text:
                if self.interview.interrupted:
                    self.emit(CommandEvent(name="continue"))
                    return True
            elif _is_command(text):
                if self._command(text):
                    return True
            elif self._is_slip(text):
                self.notice("command.bare", word=text, name=BARE[text.lower()])
            else:
                self.emit(MessageEvent(role="user", content=text[1:] if text.startswith("//") else text))
                return True
        return False

    def _is_slip(self, text: str) -> bool:
        """Whether a slash was forgotten: at a terminal, a word that is a command's; said again it is an answer."""
        again, self._bare = text == self._bare, text
        return self.edit is not None and text.lower() in BARE and not again

    def last_words(self) -> None:
        """After the last score card, which no question follows: take disputes, up to a line that is no command."""
        attempt = self.interview.current
        if attempt is None or not attempt.disputable:
            return
        while self.expects_more() and (line := self._line()) is not None:
            text = line.strip()
            if not _is_command(text) or text.split()[0] in TURNS:
                return
            self._command(text)

    def _line(self) -> str | None:
        """The next line, typed or from the editor; one too long to be recorded is refused, and the next one read."""
        while (line := self.read()) is not None:
            if line.strip() == "/edit":
                line = self._edited()
            if not is_too_long(line):
                break
            self.notice("command.too_long", kilobytes=MAX_ANSWER // 1024)
        return line

    def _edited(self) -> str:
        """What was written in the editor: always an answer, also where it looks like a command."""
        text = self.edit() if self.edit else None
        if text is None:
            self.notice("command.edit_failed" if self.edit else "command.edit_needs_terminal")
        elif text:
            self.notice("command.edited", text=text)
        return f"/{text}" if text and text.startswith("/") else text or ""

    def _command(self, text: str) -> bool:
        """Do a slash command; whether it was a turn, that is, whether the interview moves on."""
        name, *rest = text.split(maxsplit=1)
        argument = rest[0] if rest else ""
        if name not in COMMANDS:
            self.notice("command.unknown", name=name, nearest=nearest(name, COMMANDS))
            return False
        if self.interview.live and name in REFUSED_LIVE:
            self.notice("command.refused_live", name=name)
            return False
        if name == "/dispute":
            self._dispute(argument)
            return False
        if name == "/hint" and (refusal := self._no_hint()):
            self.notice(refusal)
            return False
        self.emit(CommandEvent(name=name, argument=argument))
        if name in ("/skip", "/reveal"):
            self._give_up(name)
        return name in TURNS

    def _no_hint(self) -> str:
        """Why there is no hint now; "" where there is one."""
        attempt = self.interview.current
        if attempt is None or attempt.revealed or attempt.given_up:
            return "hint.no_question"
        hints = len(attempt.question.hints)
        return "" if attempt.hints < hints else "hint.no_more" if hints else "hint.none"

    def _dispute(self, argument: str) -> None:
        """Put on record that a verdict of the last score card is disputed, or say what is wrong with the command."""
        attempt = next((a for a in reversed(self.interview.attempts) if a.disputable), None)
        if attempt is None or attempt.grade is None:
            self.notice("dispute.no_card")
            return
        verdicts = {line.id: line.verdict for line in attempt.grade.lines}
        typed, *rest = argument.split(maxsplit=1) or [""]
        line, known = typed.rstrip(":,.").lower().translate(_LOOKALIKES), ", ".join(verdicts)
        if line in verdicts and rest:
            self.emit(
                DisputeEvent(question=attempt.question.id, line=line, verdict=verdicts[line], reason=rest[0].strip())
            )
        elif not typed:
            self.notice("dispute.usage", known=known)
        elif line in verdicts:
            self.notice("dispute.no_reason", line=line)
        else:
            self.notice("dispute.no_line", line=typed, known=known)

    def _give_up(self, name: str) -> None:
        attempt = self.interview.current
        if attempt is None:
            return
        lang = self.interview.session.held_in
        if not attempt.grades and not attempt.words:  # an answer that was graded keeps its grade
            self.emit(GradeEvent(**ungraded(attempt.question, "skipped", self.grader, lang).model_dump()))
        told = to_model("turn.skipped" if name == "/skip" else "turn.gave_up")
        self.emit(MessageEvent(role="system", content=f"{told} next: {self.interview.step().value}"))


def is_too_long(text: str) -> bool:
    """Whether a turn is too long to be recorded. A short text, which is nearly every one, is not looked at."""
    if 6 * len(text) <= MAX_ANSWER:
        return False
    return len(text.encode(errors="surrogatepass")) > MAX_ANSWER or len(json.dumps(text)) > MAX_ESCAPED


def _is_command(text: str) -> bool:
    return text.startswith("/") and not text.startswith("//")
