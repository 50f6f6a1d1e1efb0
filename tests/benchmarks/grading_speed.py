"""Time and memory of the local grader."""

import resource
import statistics
import sys
import time
from pathlib import Path

from tests.benchmarks.tables import table
from tests.grading.data import labelled
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.question import Question

LENGTHS = (250, 500, 1000, 2000)
REPEATS = 5
GRADINGS = 10_000


def speed() -> None:
    """Print milliseconds per answer, by length, and memory before and after many gradings."""
    questions, grader = load().questions, LocalGrader()
    begun = time.perf_counter()
    for question in questions.values():
        grader.grade(question, "x", "en")
    print(f"  first grade of a question (its rubric is read): {(time.perf_counter() - begun) * 125:.0f} ms")
    rows = [row for name in ("answers_dev", "answers_second") for row in labelled(name)]
    answers = [(questions[row["question"]], row["answer"]) for row in rows]
    spent = sorted(_ms(grader, question, answer) for _ in range(3) for question, answer in answers)
    print(f"  per labelled answer: median {statistics.median(spent):.1f} ms, 95 % below {_p95(spent):.1f} ms")
    _by_length(grader, answers)
    _memory(grader, answers)


def _ms(grader: LocalGrader, question: Question, answer: str) -> float:
    begun = time.perf_counter()
    grader.grade(question, answer, "en")
    return 1000 * (time.perf_counter() - begun)


def _p95(ordered: list[float]) -> float:
    return ordered[int(0.95 * (len(ordered) - 1))]


def _by_length(grader: LocalGrader, answers: list[tuple[Question, str]]) -> None:
    question = answers[0][0]
    words = " ".join(answer for asked, answer in answers if asked is question).split(" ")
    words *= 1 + LENGTHS[-1] // len(words)
    rows = []
    for length in LENGTHS:
        text = " ".join(words[:length])
        spent = statistics.median(_ms(grader, question, text) for _ in range(REPEATS))
        rows.append([f"{length} words", f"{spent:.1f}", f"{1000 * spent / length:.1f}"])
    table("by length (linear where the last column is constant)", ["", "ms", "µs a word"], rows)


def _memory(grader: LocalGrader, answers: list[tuple[Question, str]]) -> None:
    """Each answer with a word that no answer had before, so that what is kept by word is seen to grow or not."""
    before = resident()
    for n in range(GRADINGS):
        question, answer = answers[n % len(answers)]
        grader.grade(question, f"{answer} {_new_word(n)}", "en")
        if n + 1 == GRADINGS // 10:
            print(f"\n  resident memory: {before:.1f} MB before, {resident():.1f} MB after {n + 1} gradings", end="")
    print(f", {resident():.1f} MB after {GRADINGS}")


def _new_word(n: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{n:06}") + "zz"


def resident() -> float:
    """Memory of this process in MB: what it holds now on Linux, its peak elsewhere."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text("ascii").split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
