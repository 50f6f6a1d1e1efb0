"""A real model as a judge: `python -m tests.benchmarks.judge URL MODEL [ANSWERS]` (16 by default).

Grades labelled answers with the judge and with the local grader and prints how often each is right, which of the
judge's verdicts were dropped and why, and for how many answers nothing usable was left, so that the local grader
graded. `auto` is whichever the entrance check chooses; it is printed too.
"""

import sys
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from os import environ
from statistics import median

from agent.config import resolve
from agent.endpoints import Endpoint
from agent.judge import AutoGrader, judge
from tests.grading.data import labelled
from tools.agreement import Labelled, agreement, quotes
from tools.bank import load
from tools.grade_answer import Grader
from tools.graders.local import LocalGrader


def chosen(count: int) -> list[dict[str, object]]:
    """Answers with substance, evenly over questions, languages and kinds."""
    rows = [row for row in labelled("answers_dev") if row["kind"] not in ("no-answer", "off-topic")]
    step = len(rows) / count
    return [rows[int(n * step)] for n in range(count)]


def graded(rows: Sequence[dict[str, object]], grader: Grader) -> tuple[list[Labelled], list[float]]:
    """The answers with their grades, and the seconds that each took."""
    bank, items, seconds = load(), [], []
    for row in rows:
        begin = time.monotonic()
        grade = grader.grade(bank.get(str(row["question"])), str(row["answer"]), "en")
        seconds.append(time.monotonic() - begin)
        items.append(
            Labelled(**{name: row[name] for name in Labelled.__dataclass_fields__ if name in row}, grade=grade)
        )
        print(
            f"  {row['id']}: {grade.grader.name} {grade.score}, label {row['score']}, {seconds[-1]:.0f} s", flush=True
        )
    return items, seconds


def show(name: str, items: Sequence[Labelled]) -> None:
    """One line of figures."""
    figures = agreement(items)
    score, points, mistakes = figures["score"], figures["key_points"], figures["mistakes"]
    print(f"{name:8} n {len(items)}: score pearson {score['pearson']} mae {score['mae']}; key points f1 {points['f1']} "
          f"accuracy {points['accuracy']}; mistakes macro f1 {mistakes['macro_f1']} accuracy {mistakes['accuracy']}; "
          f"quotes {quotes(items)}")  # fmt: skip


def main(url: str, model: str, count: int = 16) -> None:
    """Measure, and print."""
    environ["RAZBOR_HOME"] = tempfile.mkdtemp()
    settings, endpoint, rows = resolve(Namespace()), Endpoint(url, model), chosen(count)
    one = judge(endpoint, settings, lambda *_, **__: None, "en")
    print("judge")
    items, seconds = graded(rows, one)
    local = LocalGrader()
    print("local")
    by_local, _ = graded(rows, local)
    print("auto")
    by_auto, _ = graded(rows, AutoGrader(endpoint, settings, lambda *_, **__: None, "en"))
    stood = [item for item in items if item.grade.grader.name == "judge"]
    ids = {item.id for item in stood}
    show("judge", items)
    if stood:
        show("stood", stood)
        show("local", [item for item in by_local if item.id in ids])
    show("local", by_local)
    show("auto", by_auto)
    print(f"the judge's verdicts stood for {len(stood)} of {len(items)} answers; dropped: {dict(one.dropped)}; "
          f"auto graded by {dict(Counter(item.grade.grader.name for item in by_auto))}; "
          f"seconds per answer: median {median(seconds):.0f}, most {max(seconds):.0f}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
