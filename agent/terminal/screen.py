"""The screen: shows events as they are written, and recorded ones in the same way."""

import shutil
import sys

from agent.models.embedded import NAME as EMBEDDED
from agent.printable import printable
from agent.terminal.card import Line, breakdown, rule, score_text, summary, wrap
from agent.terminal.marked import flow
from agent.terminal.pace import pace, total
from agent.terminal.regraded import graded_again
from agent.terminal.score_card import score_card
from agent.terminal.speaking import Speaking, Write
from agent.terminal.status import is_plain
from prompts import say
from tools.attempt import Attempt
from tools.interview import Interview, Step
from tools.question import Lang
from transcripts.events import (
    LEFT,
    CommandEvent,
    DisputeEvent,
    EndEvent,
    ErrorEvent,
    Event,
    GradeEvent,
    Json,
    MessageEvent,
    QuestionEvent,
    ResumeEvent,
    SessionEvent,
    ToolResultEvent,
)

MIN_WIDTH, MAX_WIDTH = 20, 100
USED = {"requests": 0, "prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0, "takeovers": 0}


def terminal_width() -> int:
    """The columns to use: those of the terminal, within what reads well."""
    return max(min(shutil.get_terminal_size((80, 24)).columns - 1, MAX_WIDTH), MIN_WIDTH)


def _commands(text: str, width: int) -> list[Line]:
    """The list of commands, what they do in a column of its own; what follows them as it is."""
    lines: list[Line] = []
    for row in text.split("\n"):
        name, _, what = row.partition(" ")
        command = name.startswith("/")
        lines += wrap(what, width, indent=" " * 9, first=f"{name:<8} ") if command else wrap(row, width)
    return lines


def _one_line(name: str) -> str:
    return " ".join(printable(name).split())


def write_plain(lines: list[Line], end: str = "\n") -> None:
    """Lines without colour, for a pipe, a dumb terminal or a screen reader; `end` comes after the last one."""
    text = "\n".join(printable("".join(text for _, text in line)).rstrip() for line in lines)
    print(text, end=end if lines else "", flush=True)


def writer(plain: bool) -> Write:
    """How to write lines on stdout: in colour on a terminal, unless nothing but lines is wanted."""
    if is_plain(plain) or not sys.stdout.isatty():
        return write_plain
    from agent.terminal.prompt import write_styled

    return write_styled


class Screen:
    """Shows one interview. `interview` must have taken an event in before it is shown here."""

    def __init__(
        self, interview: Interview, write: Write, *, replaying: bool = False, names_report: bool = False,
        keys: str = "first.keys",
    ) -> None:  # fmt: skip
        self._interview = interview
        self._write = write
        self.speaking = Speaking(write, terminal_width)
        self.replaying = replaying
        self._lang: Lang = interview.session.lang
        self._names_report = names_report
        self._keys = keys  # the text that says which keys there are
        self._again = False  # a grade of after the interview was shown

    @property
    def session(self) -> SessionEvent:
        """What the interview began with."""
        return self._interview.session

    def show(self, event: Event) -> None:  # noqa: C901 - one case an event
        """Show an event, if there is something in it for the candidate."""
        width = terminal_width()
        match event:
            case SessionEvent():
                self._write(self._first_screen(event, width))
            case MessageEvent(role="assistant"):
                self.speaking.say(event.content)
            case MessageEvent(role="system") if self.speaking.break_off():
                self.notice("speech.again")
            case MessageEvent(role="user"):
                self._echo(event.content, width)
            case QuestionEvent():
                self._write(self._question(event, width))
            case GradeEvent():
                self._graded(event, width)
            case ToolResultEvent(name=Step.REVEAL, ok=True):
                self._write(self._opened(width))
            case CommandEvent():
                self._command(event, width)
            case DisputeEvent():
                self._echo(f"/dispute {event.line} {event.reason}", width)
                self.notice("dispute.recorded", line=event.line)
            case ResumeEvent():
                told = say("resume.resumed", self._lang, date=event.time[:10], model=self._model(event))
                self._write([[], rule(told, width)])
            case ErrorEvent():
                self._write([[], *wrap(event.message, width, style="bad")])
            case EndEvent():
                self._write(self._end(event, width))

    def _graded(self, event: GradeEvent, width: int) -> None:
        if event.regrade_of is not None:
            self._write([*self._heading_again(width), *graded_again(self._interview, event, width)])
        elif event.reason == "skipped":
            self.notice("card.skipped")
        elif not self._interview.live and self._interview.step() is Step.FOLLOW_UP:
            self.notice("card.follow_up")

    def notice(self, key: str, /, **values: object) -> None:
        """Tell the candidate something that is not part of the interview."""
        self._write(wrap(say(key, self._lang, **values), terminal_width(), style="dim"))

    def _echo(self, typed: str, width: int) -> None:
        if self.replaying:
            self._write([[], *wrap(typed, width, indent="  ", style="quote", first="> ")])

    def _model(self, event: SessionEvent | ResumeEvent) -> str:
        """Who interviews."""
        return say("first.embedded", self._lang) if event.model == EMBEDDED else event.model

    def _first_screen(self, session: SessionEvent, width: int) -> list[Line]:
        lines = flow([("head", f"razbor {session.razbor}"), ("", f" · {_one_line(self._model(session))}")], width)
        if session.base_url:
            lines += wrap(say("first.endpoint", self._lang, url=session.base_url), width, style="dim")
        mode = say(f"first.{session.mode}", self._lang)
        lines += wrap(say(f"first.plan_{session.mode}", self._lang, questions=session.questions, mode=mode), width)
        if session.minutes:
            lines += wrap(say("first.time", self._lang, minutes=session.minutes), width)
        if session.due and not session.fixed:
            lines += wrap(say("first.due", self._lang, count=len(session.due)), width)
        lines += wrap(say(self._keys, self._lang), width, style="dim")
        return lines

    def _question(self, event: QuestionEvent, width: int) -> list[Line]:
        attempt = self._interview.current
        prompt = attempt.question.wording(attempt.lang).prompt if attempt else ""
        title = say("question.title", self._lang, number=event.number, total=event.total)
        topic = say(f"topic.{attempt.question.topic}", self._lang) if attempt else ""
        hint = wrap(say("question.hint", self._lang), width, style="dim")
        if self._interview.session.minutes and event.number > 1:
            hint += wrap(pace(self._interview), width, style="dim")
        return [[], rule(f"{title} · {topic}", width), *wrap(prompt, width, style="bold"), [], *hint]

    def _opened(self, width: int) -> list[Line]:
        attempt = self._interview.current
        if attempt is None:
            return []
        lines = [[], *score_card(attempt, self._lang, width), [], *breakdown(attempt, self._lang, width)]
        if attempt.grade and attempt.grade.score is not None:  # the card has scrolled away
            score = score_text(attempt.grade.score, self._lang)
            lines += [[], *wrap(say("card.score_above", self._lang, score=score), width, style="bold")]
        return lines

    def _command(self, event: CommandEvent, width: int) -> None:
        self.speaking.break_off()
        if event.name == "interrupt" and event.argument == LEFT:  # what becomes of it is told by who leaves
            return
        self._echo(event.name, width)
        attempt = self._interview.current
        if event.name == "/help":
            self._write(_commands(say("command.help", self._lang), width))
        elif event.name == "/score":
            self._write(self._summary(width))
        elif event.name == "/hint" and attempt:
            self._write(self._hint(attempt, width))
        elif event.name == "/time":
            self._write(wrap(pace(self._interview), width))
        elif event.name == "/repeat" and attempt:
            self._write(wrap(attempt.question.wording(attempt.lang).prompt, width, style="bold"))
        elif event.name == "interrupt" and not self._interview.leaving:
            self.notice("command.stopped" if attempt else "command.stopped_early")

    def _hint(self, attempt: Attempt, width: int) -> list[Line]:
        """The hint that was just taken."""
        hints = attempt.question.wording(attempt.lang).hints
        number = min(attempt.hints, len(hints))
        return wrap(say("hint.text", self._lang, number=number, total=len(hints), text=hints[number - 1]), width)

    def _heading_again(self, width: int) -> list[Line]:
        """Once, above what was graded again."""
        again, self._again = self._again, True
        return [] if again else [[], rule(say("regrade.again", self._lang), width)]

    def _summary(self, width: int) -> list[Line]:
        return [[], *summary(self._interview.attempts, self._lang, width)]

    def _end(self, event: EndEvent, width: int) -> list[Line]:
        """The summary; in live mode with all that was kept back till now, and not where the interview can go on."""
        if self._interview.live and event.reason == "interrupted":
            return []
        lines: list[Line] = []
        for attempt in self._interview.attempts if self._interview.live else ():
            if attempt.grade:
                lines += [[], *wrap(attempt.question.wording(attempt.lang).prompt, width, style="bold")]
                lines += score_card(attempt, self._lang, width)
                lines += breakdown(attempt, self._lang, width)
        lines += self._summary(width)
        if told := total(self._interview):
            lines += wrap(told, width)
        if self._names_report and any(attempt.answer for attempt in self._interview.attempts):
            lines += wrap(say("summary.report", self._lang), width)
        return [*lines, *self._used(event.usage or {}, width)]

    def _used(self, usage: Json, width: int) -> list[Line]:
        if not usage:
            return []
        key = "summary.usage" if usage.get("counted") else "summary.usage_untold"
        return wrap(say(key, self._lang, **USED | usage), width, style="dim")
