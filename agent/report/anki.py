"""Missed points and mistakes as the text file that Anki imports: docs.ankiweb.net/importing/text-files.html."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from html import escape
from io import StringIO
from typing import NamedTuple

from agent.printable import printable
from agent.report.facts import attempts
from prompts import say
from tools.attempt import Attempt
from tools.question import Lang
from tools.rubric import line_texts, say_instead
from transcripts.grade import Grade, KeyPointLine, MistakeLine
from transcripts.reader import Transcript

# The fields come first: an Anki in another language knows no Front and Back, and then goes by their order.
_HEAD = """\
#separator:tab
#html:true
#notetype:Basic
#deck:razbor
#columns:Front\tBack\tTags\tGUID
#tags column:3
#guid column:4
"""
_PARAGRAPH = "<br><br>"


class Note(NamedTuple):
    """A row of the file: two fields of HTML, tags with spaces between, and the id by which Anki finds it again."""

    front: str
    back: str
    tags: str
    guid: str


class Deck:
    """A note for each line that the grade of the last interview with it calls missing or committed."""

    def __init__(self, lang: Lang, question_lang: Lang) -> None:
        self._lang, self._question_lang = lang, question_lang
        self._last: dict[str, tuple[str, Note | None]] = {}  # with the time of its interview

    def add(self, transcript: Transcript) -> None:
        """Take one interview in; InputError where an event is damaged."""
        time = transcript.session.time
        for attempt in attempts(transcript):
            if attempt.grade and attempt.grade.status == "graded":
                translated = replace(attempt, lang=self._question_lang)  # a note is the same however it was asked
                for line, note in _lines(translated, attempt.grade, self._lang):
                    if self._last.get(line, ("",))[0] <= time:
                        self._last[line] = time, note

    @property
    def notes(self) -> list[Note]:
        """The notes of all that was added."""
        return [note for _, note in self._last.values() if note]


def to_text(rows: Iterable[Note]) -> str:
    """The file. Every field is quoted, for a line that begins with # would be a comment."""
    file = StringIO()
    csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return _HEAD + file.getvalue()


def html(text: str) -> str:
    """A text as HTML that shows it: no markup, no sound or LaTeX of Anki ([sound:…], [$]), no formula of MathJax."""
    safe = escape(printable(text).strip(), quote=False).replace("\t", " ").replace("\n", "<br>")
    # MathJax reads what is shown, whatever stands for it, but not across an element.
    return re.sub(r"\\(?=[(\[])", r"\\<span></span>", safe).replace("[", "&#91;")


def _lines(attempt: Attempt, grade: Grade, lang: Lang) -> Iterator[tuple[str, Note | None]]:
    """Each line of a grade by its id in Anki, and the note it makes: none where there is nothing to learn."""
    for number, point in enumerate(grade.key_points, start=1):
        cue = _covered(attempt, grade, lang) + say("anki.point", lang, number=number, total=len(grade.key_points))
        back = [f"<b>{_text(attempt, point)}</b>", _short_answer(attempt, lang)]
        yield _line(attempt, point, "missed", (cue, back))
    for number, mistake in enumerate(grade.mistakes, start=1):
        cue = say("anki.mistake", lang, number=number, total=len(grade.mistakes))
        yield _line(attempt, mistake, "mistake", (cue, _mistake(attempt, grade, mistake, lang)))


def _line(
    attempt: Attempt, line: KeyPointLine | MistakeLine, kind: str, sides: tuple[str, list[str]]
) -> tuple[str, Note | None]:
    question, (cue, back) = attempt.question, sides
    guid = sha256(f"razbor\n{question.id}\n{attempt.lang}\n{line.id}".encode("utf-8", "replace")).hexdigest()[:20]
    if line.verdict not in ("missing", "committed"):
        return guid, None
    front = [html(question.wording(attempt.lang).prompt), cue]
    disputed = ["disputed"] if any(dispute.line == line.id for dispute in attempt.disputes) else []
    tags = " ".join(["razbor", question.topic, kind, *disputed])
    return guid, Note(_PARAGRAPH.join(front), _PARAGRAPH.join(back), tags, guid)


def _text(attempt: Attempt, line: KeyPointLine | MistakeLine) -> str:
    return html(line_texts(attempt.question, attempt.lang).get(line.id, line.text))


def _covered(attempt: Attempt, grade: Grade, lang: Lang) -> str:
    """What the answer had: without it nobody can tell which of many points a card asks for."""
    had = [_text(attempt, point) for point in grade.key_points if point.verdict == "covered"]
    # The spaces part the items in Anki's list of notes, which leaves the markup out.
    items = " ".join(f"<li>{text}</li>" for text in had)
    return f'{say("anki.covered", lang)} <ul style="text-align: left">{items}</ul> ' if had else ""


def _short_answer(attempt: Attempt, lang: Lang) -> str:
    short = html(attempt.question.wording(attempt.lang).short_answer)
    return f"{say('card.short_answer', lang)}:<br>{short}"


def _mistake(attempt: Attempt, grade: Grade, mistake: MistakeLine, lang: Lang) -> list[str]:
    """What was said, why it is wrong, and what to say; an omission has no quote."""
    said = [say("anki.said", lang, quote=html(mistake.quote))] if mistake.quote else []
    instead = html(say_instead(attempt.question, grade, mistake.id, attempt.lang))
    text = _text(attempt, mistake)
    return [*said, say("anki.made", lang, text=text), f"<b>{say('card.instead', lang, text=instead)}</b>"]
