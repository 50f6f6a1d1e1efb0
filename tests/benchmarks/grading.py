"""What the local grader is worth: `python -m tests.benchmarks.grading [agreement|perturb|gaming|speed ...]`.

agreement: with human labels, each built-in question graded with weights that have not seen it (leave one question
out), and on questions that were never trained on. perturb: whether a verdict turns when the statement does. gaming:
what text earns that does not answer. speed: time and memory. Needs `pip install -e '.[fit]'`, but for speed.
"""

import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from tests.benchmarks.grading_gaming import gaming
from tests.benchmarks.grading_perturb import perturb
from tests.benchmarks.grading_speed import speed
from tests.benchmarks.held_out import graders
from tests.benchmarks.tables import share, table
from tests.grading.data import GRADING, labelled
from tools.agreement import Labelled
from tools.bank import load
from tools.bootstrap import at, with_intervals
from tools.graders.local import LocalGrader
from tools.plain_text import parse
from tools.question import Question
from transcripts.events import Json

FIGURES = {
    "score pearson": ("score", "pearson"),
    "score mae": ("score", "mae"),
    "score qwk": ("score", "qwk"),
    "key points f1": ("key_points", "f1"),
    "mistakes macro f1": ("mistakes", "macro_f1"),
    "committed precision": ("mistakes", "per_class", "committed", "precision"),
    "committed recall": ("mistakes", "per_class", "committed", "recall"),
}


def agreement() -> None:
    """Figures of tools.agreement with 95 % intervals of tools.bootstrap, per set and language."""
    held_out, questions = graders(), load().questions
    for name in ("answers_dev", "answers_second"):
        items = [graded(row, held_out[row["question"]], questions[row["question"]]) for row in labelled(name)]
        show(f"{name}: leave one question out", items)
        rejecting = [item for item in items if item.kind == "rejects-mistake"]
        verdicts = list(chain.from_iterable(item.grade.mistakes for item in rejecting))
        accused = sum(line.verdict == "committed" for line in verdicts)
        print(f"  answers that reject a mistake: called committed in {share(accused, len(verdicts))} lines")
        for item in rejecting:
            for line, label in zip(item.grade.mistakes, item.mistakes, strict=True):
                if line.verdict == "committed":
                    print(f"    {item.id} {line.id} ({label}): {(line.quote or '')[:80]!r}")
    imported = new_questions()
    bare = LocalGrader()
    show(
        "answers_new: imported questions, weights of the built-in ones",
        [graded(row, bare, imported[row["question"]]) for row in labelled("answers_new")],
    )


def new_questions() -> dict[str, Question]:
    """The questions of answers_new, through the importer, as a user would import them."""
    return {question.id: question for question in parse(GRADING / "questions_new.txt")}


def graded(row: dict[str, Any], grader: LocalGrader, question: Question) -> Labelled:
    """A labelled answer with its grade."""
    fields = {
        name: row[name] for name in ("id", "question", "lang", "kind", "answer", "mistakes", "key_points", "score")
    }
    return Labelled(**fields, grade=grader.grade(question, row["answer"], "en"))


def show(title: str, items: Sequence[Labelled]) -> None:
    """One table: a row per figure, a column for all answers and for each language."""
    groups = {"all": list(items)} | {
        lang: [item for item in items if item.lang == lang] for lang in sorted({item.lang for item in items})
    }
    found = {name: with_intervals(group) for name, group in groups.items()}
    rows = [[figure, *(_with_interval(tree, path) for tree in found.values())] for figure, path in FIGURES.items()]
    table(title, ["", *(f"{name} ({len(group)})" for name, group in groups.items())], rows)


def _with_interval(tree: Json, path: Sequence[str]) -> str:
    value, interval = at(tree, path), at(tree["intervals"], path)
    between = " [{:.3f}, {:.3f}]".format(*interval) if interval else ""
    return "undefined" if value is None else f"{value:.3f}{between}"


PARTS = {"agreement": agreement, "perturb": perturb, "gaming": gaming, "speed": speed}


def main(names: Iterable[str]) -> None:
    """Run the named parts, or all."""
    chosen = list(names) or list(PARTS)
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        sys.exit(f"{unknown[0]}: not one of {', '.join(PARTS)}")
    for name in chosen:
        print(f"\n== {name}")
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
