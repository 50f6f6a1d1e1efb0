"""The labelled answers, the perturbed ones and the attacks that stand beside this file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GRADING = Path(__file__).parent


@dataclass(frozen=True)
class Perturbed:
    """A strong answer in which what carries one rubric line was negated, deleted or replaced by the mistake."""

    original: str
    question: str
    line: str
    how: str
    answer: str
    shared: tuple[str, ...]

    @property
    def deleted(self) -> bool:
        return self.how == "deleted"


def lines(name: str) -> list[dict[str, Any]]:
    """The objects of one of the .jsonl files."""
    return [json.loads(line) for line in (GRADING / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


labelled = lines


def perturbed() -> Iterator[Perturbed]:
    """Each perturbation of each strong answer: two per line, the second of them the deletion."""
    answers = {answer["id"]: answer for answer in lines("answers_dev")}
    for row in lines("perturbations"):
        answer = answers[row["answer"]]
        spans = _listed(row.get("span") or row.get("spans"))
        how = "negated" if row["line"].startswith("kp") else "mistake"
        for kind, texts in ((how, _listed(row[how])), ("deleted", [""] * len(spans))):
            text = answer["answer"]
            for span, replacement in zip(spans, texts, strict=True):
                text = text.replace(span, replacement, 1)
            yield Perturbed(answer["id"], answer["question"], row["line"], kind, text, tuple(row.get("shared", ())))


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
