"""Whether a verdict turns when the statement it stands on is negated, deleted or replaced by the mistake."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.benchmarks.held_out import graders
from tests.benchmarks.tables import share, table
from tests.grading.data import Perturbed, labelled, perturbed
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.question import Question
from transcripts.grade import Grade

KINDS = {
    "negated": "key point negated",
    "deleted": "key point deleted",
    "mistake": "right statement became the mistake",
}


def verdicts(grade: Grade) -> dict[str, str]:
    """Line -> verdict."""
    return {line.id: line.verdict for line in (*grade.key_points, *grade.mistakes)}


@dataclass(frozen=True)
class Outcome:
    """What became of a perturbation: the verdict on its line before and after, and how many other lines changed."""

    item: Perturbed
    before: str
    after: str
    moved: int
    others: int

    @property
    def found(self) -> bool:
        """Whether the grader had found the statement in the original, so that there was something to lose."""
        return self.before in ("covered", "avoided")


def outcomes(grader_of: Callable[[Question], LocalGrader], items: Iterable[Perturbed]) -> Iterator[Outcome]:
    """What became of each, but of mistakes only the replacement: what is deleted may well be said elsewhere too."""
    questions = load().questions
    answers = {row["id"]: row["answer"] for row in labelled("answers_dev")}
    known: dict[str, dict[str, str]] = {}
    for item in items:
        if item.deleted and not item.line.startswith("kp"):
            continue
        question = questions[item.question]
        grader = grader_of(question)
        if item.original not in known:
            known[item.original] = verdicts(grader.grade(question, answers[item.original], "en"))
        before = known[item.original]
        after = verdicts(grader.grade(question, item.answer, "en"))
        others = [line for line in before if line != item.line and line not in item.shared]
        moved = sum(before[line] != after[line] for line in others)
        yield Outcome(item, before[item.line], after[item.line], moved, len(others))


def perturb() -> None:
    """Print the shares by kind and language."""
    held_out = graders()
    languages = {row["id"]: row["lang"] for row in labelled("answers_dev")}
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes(lambda question: held_out[question.id], perturbed()):
        kind = KINDS[outcome.item.how]
        for name in (f"{kind}, {languages[outcome.item.original]}", f"{kind}, all", "all"):
            groups[name].append(outcome)
    table(
        "perturbed strong answers: leave one question out",
        ["", "verdict turned", "into missing or committed", "not found before", "other lines turned"],
        [[name, *_shares(groups[name])] for name in sorted(groups)],
    )


def _shares(group: list[Outcome]) -> list[object]:
    found = [outcome for outcome in group if outcome.found]
    turned = sum(outcome.before != outcome.after for outcome in found)
    right = sum(outcome.after in ("missing", "committed") for outcome in found)
    moved, others = (sum(getattr(outcome, name) for outcome in group) for name in ("moved", "others"))
    return [share(turned, len(found)), share(right, len(found)), len(group) - len(found), share(moved, others)]
