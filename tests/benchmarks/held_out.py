"""Local graders that have not seen the question they grade: leave one question out."""

from functools import cache

from tests.benchmarks.fit_local import all_readers, without
from tools.graders.calibration import Kind
from tools.graders.features import Reader
from tools.graders.local import LocalGrader


@cache
def readers() -> dict[Kind, dict[str, Reader]]:
    """The readers of the built-in questions; each reads an answer once, however many folds ask for it."""
    found = all_readers()
    for by_question in found.values():
        for reader in by_question.values():
            reader.read = cache(reader.read)  # type: ignore[method-assign]
    return found


@cache
def graders() -> dict[str, LocalGrader]:
    """For each built-in question a grader whose weights were learned from the seven others."""
    return {question: LocalGrader(without(question, readers())) for question in readers()["phrases"]}
