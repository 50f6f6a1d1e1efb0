"""What Tab and the first "/" offer in an interview: the slash commands, and after /dispute the lines of the card."""

from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agent.candidate import COMMANDS, REFUSED_LIVE
from prompts import say
from tools.interview import Interview

DISPUTE = "/dispute "


class Commands(Completer):
    """Completes a line that begins with a slash."""

    def __init__(self, interview: Interview) -> None:
        self._interview = interview

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """What may stand at the cursor."""
        typed = document.text_before_cursor
        if typed.startswith(DISPUTE):
            word = typed.removeprefix(DISPUTE)
            offered: Iterable[tuple[str, str]] = self._disputable()
        else:
            word, offered = typed, self._commands()
        if typed.startswith("/") and not word.count(" "):
            yield from (
                Completion(name, -len(word), display_meta=meta) for name, meta in offered if name.startswith(word)
            )

    def _commands(self) -> Iterator[tuple[str, str]]:
        """The commands of this interview, each with its line of /help."""
        lines = dict(line.split(" ", 1) for line in say("command.help", self._interview.session.lang).split("\n"))
        names = [name for name in COMMANDS if not (self._interview.live and name in REFUSED_LIVE)]
        return ((name, lines.get(name, "")) for name in names)

    def _disputable(self) -> Iterator[tuple[str, str]]:
        """The lines of the last score card, each with its text."""
        attempt = next((one for one in reversed(self._interview.attempts) if one.disputable), None)
        lines = attempt.grade.lines if attempt and attempt.grade else []
        return ((line.id, line.text) for line in lines)
