"""The grader's overlap figures on answers of strangers: `python -m tests.benchmarks.sci_ents PATH`.

SciEntsBank, 2-way: short answers of pupils to science questions, correct or incorrect; Dzikovska et al. 2013,
SemEval-2013 Task 7. PATH is a gzip JSON Lines file with split (train, test-UA: unseen answers, test-UQ: unseen
questions, test-UD: unseen domains), qid, question, references, answer and label2. It is a benchmark only: nothing that
razbor comes with is learned from it. Needs `pip install -e '.[fit]'`.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.graders import phrases
from tools.graders.overlap import overlap_features
from tools.graders.phrases import PhraseIndex
from tools.graders.text import tokens

TESTS = ("test-UA", "test-UQ", "test-UD")
FOLDS = 10
Row = Mapping[str, Any]


def read(path: Path) -> dict[str, list[Row]]:
    """The rows of the file by split."""
    splits: dict[str, list[Row]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            splits[row["split"]].append(row)
    return splits


class Features:
    """The four overlap figures of an answer, against the reference that it covers best."""

    def __init__(self, train: Iterable[Row]) -> None:
        self._others = {row["qid"]: row["references"] for row in train}
        self._index = cache(self._make_index)

    def _make_index(self, qid: str, question: str, references: tuple[str, ...]) -> PhraseIndex:
        """The references as a side, those of every other question as further ones: so that common words weigh less."""
        others = {f"q{n}": texts for n, (other, texts) in enumerate(self._others.items()) if other != qid}
        return PhraseIndex({"own": references, **others}, question)

    def of(self, row: Row) -> list[float]:
        """Recall, precision, new recall and new precision."""
        index = self._index(row["qid"], row["question"], tuple(row["references"]))
        said = {token.stem for token in index.translate(tokens(row["answer"])) if not token.stop}
        found = [
            overlap_features(statement, said, index.prompt, index.weigh)
            for statement, side in zip(index.phrases, index.side_of, strict=True)
            if side == 0
        ]
        best = max(found, key=lambda figures: figures["recall"] + figures["new_recall"])
        return list(best.values())

    def matrix(self, rows: Iterable[Row]) -> np.ndarray:
        """A line of figures per row."""
        return np.array([self.of(row) for row in rows])


def model() -> Pipeline:
    """Logistic regression on standardised figures; nothing is searched."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0))


def main(path: Path) -> None:
    """Print macro-F1 by cross validation on train, whole questions held out, and then on each test split."""
    phrases.words_of = cache(phrases.words_of)  # each reference is a side of every question's index
    splits = read(path)
    train = splits["train"]
    features = Features(train)
    x, y = features.matrix(train), [row["label2"] for row in train]
    guessed = cross_val_predict(model(), x, y, groups=[row["qid"] for row in train], cv=GroupKFold(FOLDS))
    print("SciEntsBank 2-way, macro-F1; a benchmark only, nothing in razbor is learned from it")
    print(f"  train, {FOLDS} folds of questions  {f1_score(y, guessed, average='macro'):.3f}  ({len(train)} answers)")
    fitted = model().fit(x, y)
    for name in TESTS:
        rows = splits[name]
        truth = [row["label2"] for row in rows]
        value = f1_score(truth, fitted.predict(features.matrix(rows)), average="macro")
        print(f"  {name:<26} {value:.3f}  ({len(rows)} answers)")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m tests.benchmarks.sci_ents PATH\n\n{__doc__}")
    main(Path(sys.argv[1]))
