"""The weights that razbor comes with are those that the labelled answers yield."""

import pytest

from tools.graders.calibration import fitted_weights


@pytest.mark.slow
def test_the_weights_are_what_the_labelled_answers_yield() -> None:
    pytest.importorskip("sklearn", reason="pip install -e '.[fit]'")
    from tests.benchmarks.fit_local import without
    from tests.benchmarks.held_out import readers

    yielded = without(None, readers())
    assert yielded.keys() == fitted_weights().keys()
    for kind, parts in fitted_weights().items():
        for part, classes in parts.items():
            for name, weights in classes.items():  # the third digit is left to the solver of this machine
                found = yielded[kind][part][name]
                assert found == pytest.approx(weights, abs=0.002), (
                    f"{kind} {part} {name}: run tests.benchmarks.fit_local"
                )
