"""The Grade: a verdict per rubric line with a quote as evidence. A record: never changed once written."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

KeyPointVerdict = Literal["covered", "missing", "unsure"]
MistakeVerdict = Literal["committed", "avoided", "not_addressed", "unsure"]


class KeyPointLine(BaseModel):
    """One key point of a question: was it in the answer? `quote` is a verbatim part of the answer or None."""

    id: str
    text: str
    verdict: KeyPointVerdict
    quote: str | None = None


class MistakeLine(BaseModel):
    """One typical mistake: was it made? `quote` is a verbatim part of the answer or None."""

    id: str
    text: str
    verdict: MistakeVerdict
    quote: str | None = None


class GraderId(BaseModel):
    """Who graded. `model` and `prompt_sha256` are None for a grader that asks no model."""

    name: str
    version: str
    model: str | None = None
    prompt_sha256: str | None = None


class Grade(BaseModel):
    """What an answer is worth. `score` is 0 to 10 with one decimal, or None when `status` is "ungraded"."""

    model_config = ConfigDict(extra="allow")

    question: str
    status: Literal["graded", "ungraded"]
    score: float | None
    key_points: list[KeyPointLine] = []
    mistakes: list[MistakeLine] = []
    tips: list[str] = []
    grader: GraderId
    answer_lang: str
    reason: str | None = None

    @property
    def lines(self) -> list[KeyPointLine | MistakeLine]:
        """Every line with a verdict, the key points first."""
        return [*self.key_points, *self.mistakes]
