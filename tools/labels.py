"""Answers with human labels, as `razbor eval` reads them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Label(BaseModel):
    """One line of a labelled file; the labels in the bank's order."""

    id: str
    question: str
    lang: str
    kind: str
    answer: str
    mistakes: list[Literal["committed", "avoided", "not_addressed"]]
    key_points: list[bool] | None = None
    score: Annotated[float, Field(ge=0, le=10)]
