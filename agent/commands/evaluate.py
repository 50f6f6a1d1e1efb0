"""`razbor eval LABELLED.jsonl`: grade labelled answers, print how far the grades agree with the labels."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from agent.config import resolve
from agent.report.inert import to_json
from agent.require import check, read_required
from agent.resources import open_bank, open_grader
from agent.terminal.counting import Counting
from agent.terminal.figures import table
from tools.agreement import Labelled, by, quotes
from tools.bank import Bank
from tools.baselines import baselines
from tools.bootstrap import with_intervals
from tools.grade_answer import Grader
from tools.labels import Label
from tools.text_file import read_text
from transcripts.errors import InputError, Problem, invalid
from transcripts.events import Json

MAX_BYTES = 64 * 1024 * 1024


def run(flags: Namespace) -> int:
    """Print the figures; exit 3 when one that --require names is too low."""
    settings = resolve(flags)
    lang = settings["lang"].value
    counting = Counting(lang, flags)
    grader = open_grader(settings, counting.tell)
    bank = open_bank(flags, lang)
    required = read_required(flags.require)
    labels = read_labels(Path(flags.file), bank)
    figures = _figures([_graded(label, bank, grader) for label in counting.over(labels)], grader, bank)
    print(to_json(figures, indent=1, allow_nan=False) if flags.json else table(figures, lang))
    return check(required, figures, lang)


def read_labels(path: Path, bank: Bank) -> list[Label]:
    """Read a labelled file, all of it before anything is graded; InputError names the line that is not one."""
    labels = []
    for number, line in enumerate(read_text(path, MAX_BYTES).split("\n"), start=1):
        if line.strip():
            try:
                labels.append(_fitting(Label.model_validate_json(line), bank, path, number))
            except ValidationError as error:
                place, problem = invalid(error)
                field = ".".join(map(str, place)) or "JSON"
                raise InputError("error.labels_line", path=path, line=number, field=field, problem=problem) from error
    if not labels:
        raise InputError("error.labels_none", path=path)
    return labels


def _fitting(label: Label, bank: Bank, path: Path, line: int) -> Label:
    """The label, if the bank has its question with as many lines. InputError otherwise."""
    question = bank.questions.get(label.question)
    if question is None:
        raise InputError("error.labels_question", path=path, line=line, id=label.question)
    wanted = {"mistakes": len(question.mistakes), "key_points": len(question.rubric_points())}
    for name, want in wanted.items():
        have = getattr(label, name)
        if have is not None and len(have) != want:
            problem = Problem("field", code="lengths", values={"have": len(have), "want": want})
            raise InputError("error.labels_line", path=path, line=line, field=name, problem=problem)
    return label


def _graded(label: Label, bank: Bank, grader: Grader) -> Labelled:
    return Labelled(**label.model_dump(), grade=grader.grade(bank.get(label.question), label.answer, "en"))


def _figures(items: Sequence[Labelled], grader: Grader, bank: Bank) -> Json:
    return {
        **with_intervals(items),
        "questions": len({item.question for item in items}),
        "grader": grader.id.model_dump(),
        "quotes": quotes(items),
        "by_lang": by(items, lambda item: item.lang, with_intervals),
        "by_kind": by(items, lambda item: item.kind),
        "baselines": baselines(items, bank),
        "items": [
            {
                "id": item.id,
                "score": item.grade.score,
                "mistakes": [line.verdict for line in item.grade.mistakes],
                "key_points": [line.verdict for line in item.grade.key_points],
            }
            for item in items
        ],
    }
