"""The committed transcripts: each is verified by today's code."""

from pathlib import Path

import pytest

from tests.conftest import Run

EXAMPLES = sorted((Path(__file__).parents[2] / "transcripts" / "examples").glob("*.jsonl"))


def test_there_is_an_example_in_each_language() -> None:
    assert {path.stem.split("-")[0] for path in EXAMPLES} >= {"en", "ru"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_verifies_and_plays(razbor: Run, path: Path) -> None:
    verified = razbor("replay", str(path), "--verify")
    assert verified.returncode == 0, verified.stdout
    assert "0 differences" in verified.stdout
    assert "regraded" not in verified.stdout
    played = razbor("replay", str(path))
    assert played.returncode == 0
    assert ("Итог" if path.stem.startswith("ru") else "Summary") in played.stdout
