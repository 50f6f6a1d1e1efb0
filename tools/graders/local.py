"""The grader without a model: compares what was said with what candidates say when they mean a rubric line.

The steps: phrases of the rubric and windows of the answer (phrases.py, windows.py), how far each line was said and
where (align.py), a few figures per line (features.py), what these are worth (calibration.py), all of it for one
answer (reading.py), and what follows from it (verdicts.py). None of that is imported before there is an answer.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from tools.question import Lang, Question
from tools.rubric import graded
from transcripts.grade import Grade, GraderId

if TYPE_CHECKING:
    from tools.graders.calibration import Weights
    from tools.graders.reading import Readers, Reading


class LocalGrader:
    """Grades with no model and no network; the same answer gets the same grade everywhere.

    `weights` are those that come with razbor, unless others are to be measured.
    """

    id = GraderId(name="local", version="3")

    def __init__(self, weights: "Weights | None" = None) -> None:
        self._weights = weights

    @cached_property
    def readers(self) -> "Readers":
        """What reads the answers."""
        from tools.graders.reading import Readers

        return Readers(self._weights)

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer against the question's rubric; texts of the rubric in `lang`."""
        return self.grade_reading(self.readers.read(question, answer, lang), question, answer, lang)

    def grade_reading(self, reading: "Reading", question: Question, answer: str, lang: Lang) -> Grade:
        """Grade an answer that was read already."""
        from tools.graders.verdicts import verdicts

        return graded(question, answer, lang, verdicts(reading, answer), self.id)
