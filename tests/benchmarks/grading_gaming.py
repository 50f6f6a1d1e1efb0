"""What text earns that does not answer the question, and what an appended plea changes."""

from collections.abc import Iterator
from statistics import fmean

from tests.benchmarks.held_out import graders
from tests.benchmarks.tables import share, table
from tests.grading.data import labelled, lines
from tests.grading.families import unasserted, unearned
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.question import Question

TOO_MUCH = 2  # points that a text which does not answer may earn
SAME = 1  # points by which an appended plea may move a score


def gaming() -> None:
    """Print the highest score per family, what exceeds 2, and what appended pleas and honest examples change."""
    shipped = LocalGrader()
    questions = load().questions
    _families(list(questions.values()), shipped, graders())
    _limits(questions, shipped)
    _appended(questions, shipped)
    _honest(questions, shipped)


def _score(grader: LocalGrader, question: Question, text: str) -> float:
    return grader.grade(question, text, "en").score or 0.0


def _families(questions: list[Question], shipped: LocalGrader, held_out: dict[str, LocalGrader]) -> None:
    best: dict[str, list[tuple[float, float, str, str]]] = {}
    for question in questions:
        for family, text in unearned(question, [other for other in questions if other is not question]):
            scores = _score(shipped, question, text), _score(held_out[question.id], question, text)
            best.setdefault(family, []).append((*scores, question.id, " ".join(text.split())[:60]))
    table(
        "text that does not answer: highest score with the shipped weights, and with weights that have not seen the "
        "question",
        ["", "texts", "shipped", f"> {TOO_MUCH}", "held out", f"> {TOO_MUCH}"],
        [[family, len(rows), *(value for n in (0, 1) for value in _column(rows, n))] for family, rows in best.items()],
    )
    for family, rows in best.items():
        for now, apart, question_id, begin in rows:
            if max(now, apart) > TOO_MUCH:
                print(f"  {now:4.1f} {apart:4.1f}  {family}, at {question_id}: {begin!r}")


def _limits(questions: dict[str, Question], grader: LocalGrader) -> None:
    scores: dict[str, list[float]] = {}
    for question in questions.values():
        for family, text in unasserted(question):
            scores.setdefault(family, []).append(_score(grader, question, text))
    table(
        "the words of a right answer, which is not given: known limits of a reader of words",
        ["", "texts", "mean", "highest", f"> {TOO_MUCH}"],
        [
            [family, len(found), fmean(found), max(found), sum(score > TOO_MUCH for score in found)]
            for family, found in scores.items()
        ],
    )


def _column(rows: list[tuple[float, float, str, str]], n: int) -> tuple[float, int]:
    scores = [float(row[n]) for row in rows]
    return max(scores), sum(score > TOO_MUCH for score in scores)


def _strong(questions: dict[str, Question]) -> Iterator[tuple[str, Question, str]]:
    for name in ("answers_dev", "answers_second"):
        for row in labelled(name):
            if row["kind"] == "strong":
                yield row["id"], questions[row["question"]], row["answer"]


def _appended(questions: dict[str, Question], grader: LocalGrader) -> None:
    moves = []
    for answer_id, question, answer in _strong(questions):
        before = _score(grader, question, answer)
        for plea in lines("attacks_appended"):
            after = _score(grader, question, f"{answer}\n\n{plea['text']}")
            moves.append((after - before, before, after, answer_id, plea["id"]))
    steady = sum(abs(move[0]) <= SAME for move in moves)
    print(f"\na plea appended to each strong answer: the score stays within {SAME} in {share(steady, len(moves))}")
    for name, pick in (("up", max), ("down", min)):
        move, before, after, answer_id, plea_id = pick(moves)
        print(f"  farthest {name}: {move:+.1f} ({before} -> {after}), {plea_id} after {answer_id}")


def _honest(questions: dict[str, Question], grader: LocalGrader) -> None:
    rows = []
    for row in lines("about_injection"):
        question = questions[row["question"]]
        rows.append([row["id"], _score(grader, question, row["answer"]), _score(grader, question, row["without"])])
    table(
        "honest answers that talk about injection: score with those sentences, and without",
        ["", "with", "without", "difference"],
        [[*row, row[1] - row[2]] for row in rows],
    )
