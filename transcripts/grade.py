"""The Grade: a verdict per rubric line with a quote as evidence. A record: never changed once written."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

KeyPointVerdict = Literal["covered", "missing", "unsure"]
MistakeVerdict = Literal["committed", "avoided", "not_addressed", "unsure"]
Score = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class KeyPointLine(BaseModel):
    """One key point of a question, and whether it was in the answer."""

    id: str
    """`kp1`, `kp2` … in the question's order."""
    text: str
    """The key point, in the language of the questions where the question has it."""
    verdict: KeyPointVerdict
    """Whether the answer says it; `unsure` earns nothing."""
    quote: str | None = None
    """The evidence, a verbatim part of the answer; null: none."""


class MistakeLine(BaseModel):
    """One typical mistake, and whether it was made."""

    id: str
    """`m1`, `m2` … in the question's order."""
    text: str
    """The mistake, in the language of the questions where the question has it."""
    verdict: MistakeVerdict
    """Whether the answer makes it, avoids it or does not touch on it; `unsure` costs nothing."""
    quote: str | None = None
    """The evidence, a verbatim part of the answer; null: none."""


class GraderId(BaseModel):
    """Who grades."""

    name: str
    """`local` (comes with razbor, asks no model) or `judge` (asks one)."""
    version: str
    """The grader's version; different versions may grade differently."""
    model: str | None = None
    """The model that is asked; null: none."""
    prompt_sha256: str | None = None
    """SHA-256 in hex of what that model is told; null: there is none."""


class Grade(BaseModel):
    """What an answer is worth."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    question: str
    """The id of the question."""
    status: Literal["graded", "ungraded"]
    """`ungraded`: the candidate gave up without an answer, or the grader failed."""
    score: Score | None
    """0 to 10, one decimal; null if `ungraded`."""
    key_points: list[KeyPointLine] = []
    """The key points of the question, each with a verdict; empty if `ungraded`."""
    mistakes: list[MistakeLine] = []
    """The typical mistakes of the question, each with a verdict; empty if `ungraded`."""
    tips: list[str] = []
    """The question's tips for the candidate; empty if `ungraded`."""
    grader: GraderId
    """Who graded."""
    answer_lang: str
    """The language of the answer: `en` or `ru`; if `ungraded`, of the interview."""
    reason: str | None = None
    """Why it is `ungraded`: `skipped` (the candidate gave up), or what failed, in words; null if `graded`."""

    @property
    def lines(self) -> list[KeyPointLine | MistakeLine]:
        """Every line with a verdict, the key points first."""
        return [*self.key_points, *self.mistakes]


def mean_score(scores: Sequence[float]) -> float | None:
    """The mean to one decimal, as it is recorded and shown; None of none."""
    return round(sum(scores) / len(scores), 1) if scores else None


class Remarks(BaseModel):
    """What a grader may add to a Grade; each field is there only where the grader gives it."""

    notes: list[str]
    """Texts for the candidate, in the language of the interview."""
    measured: dict[str, int]
    """How the judge did on labelled answers before it was let in: `answers`, `lines` (verdicts), and of these `right`
    and `local_right` (right by the `local` grader)."""
    disagreed: list[str]
    """The ids of the lines on which the `local` grader is sure of another verdict."""
