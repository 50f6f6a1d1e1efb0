"""A verdict turns when the statement under it does, with the weights that razbor comes with; on a third of them."""

import pytest

from tests.benchmarks.grading_perturb import Outcome, outcomes
from tests.grading.data import perturbed
from tools.graders.local import LocalGrader

GRADER = LocalGrader()


@pytest.fixture(scope="module")
def measured() -> list[Outcome]:
    return list(outcomes(lambda _: GRADER, list(perturbed())[::3]))


@pytest.mark.parametrize(("how", "least"), [("negated", 0.48), ("deleted", 0.6), ("mistake", 0.5)])
def test_the_verdict_turns_with_the_statement(measured: list[Outcome], how: str, least: float) -> None:
    mine = [outcome for outcome in measured if outcome.item.how == how and outcome.found]
    assert len(mine) > 20
    assert sum(outcome.before != outcome.after for outcome in mine) >= least * len(mine)


def test_other_verdicts_stay(measured: list[Outcome]) -> None:
    assert sum(outcome.moved for outcome in measured) <= 0.05 * sum(outcome.others for outcome in measured)
