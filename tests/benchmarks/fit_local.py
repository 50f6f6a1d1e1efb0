"""Fits the weights of the local grader: `python -m tests.benchmarks.fit_local` (needs `pip install -e '.[fit]'`).

All it learns from stands in tests/grading: two sets of labelled answers by different authors, and strong answers in
which one statement was negated, deleted or replaced by the mistake (they teach what a denial looks like; they count
less, or they would outnumber what people really say). Logistic regression; every choice is a constant below, nothing
is searched. There is no random part.

`without(question)` is the same with one question left out: what tests/benchmarks/grading.py measures with.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.grading.data import Perturbed, labelled, perturbed
from tools.bank import load
from tools.graders.align import Alignment
from tools.graders.calibration import Kind, Weights, covered_probability
from tools.graders.features import Features, Reader
from tools.question import Question
from tools.rubric import RubricLine, key_point_lines, mistake_lines

WEIGHTS = Path(__file__).parents[2] / "tools" / "graders" / "weights.json"
ANSWERS = ("answers_dev", "answers_second")
TOPIC_C, KEY_POINT_C, MISTAKE_C = 1.0, 1.0, 0.3  # inverse strength of the L2 penalty, on standardised features
PERTURBED_KEY_POINT, PERTURBED_MISTAKE = 0.45, 0.2  # what a perturbed answer counts
SUBSTANTIAL = {"strong", "partial", "mistake", "two-mistakes", "rejects-mistake"}
Row = tuple[Features, str, float]  # features, label, weight


def key_point_rows(reader: Reader, answers: Iterable[dict[str, Any]], changed: Iterable[Perturbed]) -> Iterator[Row]:
    """A row per key point of each answer, and one for the changed line of each perturbed answer."""
    for answer in answers:
        found = reader.read(answer["answer"])
        for line, label in zip(reader.key_points, answer["key_points"], strict=True):
            yield reader.key_point(found, line), "covered" if label else "missing", 1.0
    for item in changed:
        if item.line.startswith("kp"):
            line = reader.key_points[int(item.line[2:]) - 1]
            yield reader.key_point(reader.read(item.answer), line), "missing", PERTURBED_KEY_POINT


def mistake_rows(
    reader: Reader, weights: Weights, kind: Kind, answers: Iterable[dict[str, Any]], changed: Iterable[Perturbed]
) -> Iterator[Row]:
    """A row per mistake of each answer, and one for each answer whose right statement became the mistake."""

    def covered(found: Alignment) -> dict[str, float]:
        return {p.id: covered_probability(weights, kind, reader.key_point(found, p)) for p in reader.key_points}

    for answer in answers:
        found = reader.read(answer["answer"])
        for line, label in zip(reader.mistakes, answer["mistakes"], strict=True):
            yield reader.mistake(found, line, covered(found)), label, 1.0
    for item in changed:
        if item.line.startswith("m") and not item.deleted:
            found, line = reader.read(item.answer), reader.mistakes[int(item.line[1:]) - 1]
            yield reader.mistake(found, line, covered(found)), "committed", PERTURBED_MISTAKE


def topic_rows(readers: dict[str, Reader], answers: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Each answer with substance, read as an answer to its own question and to every other one."""
    for answer in answers:
        if answer["kind"] in SUBSTANTIAL:
            for question, reader in readers.items():
                own = question == answer["question"]
                yield reader.topic(reader.read(answer["answer"])), "answers" if own else "other", 1.0


def fit(rows: Sequence[Row], strength: float) -> dict[str, dict[str, float]]:
    """Logistic regression on standardised features; the weights are given back for the features as they are."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = list(rows[0][0])
    x = np.array([[features[name] for name in names] for features, _, _ in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1
    model = LogisticRegression(C=strength, max_iter=5000, tol=1e-8)
    model.fit((x - mean) / scale, [label for _, label, _ in rows], sample_weight=[weight for _, _, weight in rows])
    two = len(model.classes_) == 2  # then there is one row of weights, for the second class
    signed = [(model.classes_[0], -1, 0)] if two else [(name, 1, n) for n, name in enumerate(model.classes_)]
    result = {}
    for name, sign, row in signed:
        weights = sign * model.coef_[row] / scale
        intercept = sign * model.intercept_[row] - (weights * mean).sum()
        named = {"intercept": intercept, **dict(zip(names, weights, strict=True))}
        result[str(name)] = {key: round(float(value), 3) for key, value in named.items()}
    return result


def readers_of(questions: Iterable[Question], kind: Kind) -> dict[str, Reader]:
    """A reader per question; "bare" ones know a line by its own text alone."""
    readers = {}
    for question in questions:
        points, mistakes = key_point_lines(question, "en"), mistake_lines(question, "en")
        if kind == "bare":
            points = [RubricLine(p.id, p.text, (p.said[0],)) for p in points]
            mistakes = [RubricLine(m.id, m.text, (m.said[0],)) for m in mistakes]
        readers[question.id] = Reader(points, mistakes, f"{question.prompt} {question.en.prompt} {question.ru.prompt}")
    return readers


def fitted(readers: dict[str, Reader], kind: Kind) -> dict[str, Any]:
    """The weights of one kind, learned from the questions that have a reader."""
    rows = [answer for name in ANSWERS for answer in labelled(name)]
    changed = list(perturbed()) if kind == "phrases" else []
    mine = {q: [a for a in rows if a["question"] == q] for q in readers}
    theirs = {q: [item for item in changed if item.question == q] for q in readers}
    points = [row for q, reader in readers.items() for row in key_point_rows(reader, mine[q], theirs[q])]
    weights: dict[str, Any] = {"key_point": fit(points, KEY_POINT_C)}
    known: Weights = {kind: weights}
    mistakes = [row for q, reader in readers.items() for row in mistake_rows(reader, known, kind, mine[q], theirs[q])]
    topic = fit(list(topic_rows(readers, [a for a in rows if a["question"] in readers])), TOPIC_C)
    return {"topic": topic, **weights, "mistake": fit(mistakes, MISTAKE_C)}


def without(held_out: str | None, readers: dict[Kind, dict[str, Reader]]) -> Weights:
    """Both kinds of weights, learned from every question but one."""
    return {
        kind: fitted({q: reader for q, reader in by_question.items() if q != held_out}, kind)
        for kind, by_question in readers.items()
    }


def all_readers() -> dict[Kind, dict[str, Reader]]:
    """The readers of the built-in questions, of both kinds."""
    questions = load().questions.values()
    return {"phrases": readers_of(questions, "phrases"), "bare": readers_of(questions, "bare")}


if __name__ == "__main__":
    WEIGHTS.write_text(json.dumps(without(None, all_readers()), indent=1) + "\n", "utf-8")
    print(f"written: {WEIGHTS}")
