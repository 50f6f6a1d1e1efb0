"""`razbor grade QUESTION [FILE]`: grade one answer."""

import sys
from argparse import Namespace
from pathlib import Path

from agent.candidate import MAX_ANSWER
from agent.config import resolve
from agent.exits import DONE
from agent.report.inert import to_json
from agent.resources import open_bank, open_grader
from agent.telling import remark
from agent.terminal.lines import decode
from agent.terminal.score_card import score_card
from agent.terminal.screen import terminal_width, writer
from agent.terminal.status import Status, can_go_back
from tools.attempt import Attempt, Turn
from tools.question import Lang
from transcripts.errors import InputError
from transcripts.events import GradeEvent


def run(flags: Namespace) -> int:
    """Print the score card of the answer in FILE or on stdin; with --json the Grade object."""
    settings = resolve(flags)
    lang: Lang = settings["lang"].value
    grader = open_grader(settings, Status(lang, live=can_go_back(flags.plain), quiet=flags.quiet).tell)
    question = open_bank(flags, lang).get(flags.question)
    if flags.file in (None, "-") and sys.stdin.isatty() and not flags.quiet:
        remark("command.type_answer", lang)
    answer = _answer(flags.file)
    asked_in: Lang = settings["question_lang"].value
    grade = grader.grade(question, answer, asked_in)
    if flags.json:
        print(to_json(grade.model_dump()))
        return DONE
    given = [Turn("candidate", answer)]
    attempt = Attempt(question, given, grades=[GradeEvent(**grade.model_dump())], lang=asked_in)
    writer(flags.plain)(score_card(attempt, lang, terminal_width(), full=True))
    return DONE


def _answer(file: str | None) -> str:
    name = file if file not in (None, "-") else None
    try:
        if name is None:
            data = sys.stdin.buffer.read(MAX_ANSWER + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(MAX_ANSWER + 1)
    except OSError as error:
        raise InputError("error.cannot_read", path=name, reason=error) from error
    where = name or "stdin"
    if len(data) > MAX_ANSWER:
        raise InputError("error.file_big", path=where, kilobytes=MAX_ANSWER // 1024)
    if b"\0" in data:
        raise InputError("error.file_binary", path=where)
    return decode(data.removeprefix(b"\xef\xbb\xbf"))
