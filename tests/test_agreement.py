"""The figures of `razbor eval`: equal to those made the long way, and honest where there is nothing to measure."""

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.commands import evaluate
from agent.require import flat
from agent.terminal.figures import table
from tests.conftest import Run
from tools.agreement import Labelled, agreement, by
from tools.bank import load
from tools.baselines import Majority, Overlap, baselines, majority
from tools.bootstrap import MAIN, at, with_intervals
from tools.counts import CLASSES
from tools.question import Lang, Question
from tools.rubric import ungraded
from transcripts.grade import Grade, GraderId, KeyPointLine, MistakeLine

BANK = load()
ID = GraderId(name="test", version="1")
tenths = st.integers(0, 100).map(lambda n: n / 10)


def labelled(
    question: str,
    scores: tuple[float | None, float],
    mistakes: Sequence[tuple[str, Any]] = (),
    key_points: Sequence[tuple[bool, Any]] = (),
    lang: str = "en",
) -> Labelled:
    """An answer from pairs of (label, verdict) and a pair of (the grader's score, the human one)."""
    grade = Grade(
        question=question,
        status="ungraded" if scores[0] is None else "graded",
        score=scores[0],
        key_points=[KeyPointLine(id="kp", text="", verdict=verdict) for _, verdict in key_points],
        mistakes=[MistakeLine(id="m", text="", verdict=verdict) for _, verdict in mistakes],
        grader=ID,
        answer_lang=lang,
    )
    labels = ([label for label, _ in mistakes], [label for label, _ in key_points])
    return Labelled("x", question, lang, "partial", "", *labels, scores[1], grade)


items = st.lists(
    st.builds(
        labelled,
        question=st.sampled_from("abcdefgh"),
        scores=st.tuples(tenths, tenths),
        mistakes=st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from((*CLASSES, "unsure"))), max_size=4),
        key_points=st.lists(st.tuples(st.booleans(), st.sampled_from(("covered", "missing", "unsure"))), max_size=4),
    ),
    max_size=12,
)


def spread(questions: int, answers: int, seed: int = 0) -> list[Labelled]:
    """Answers graded nearly as they were labelled."""
    draw = random.Random(seed)
    made = []
    for question in range(questions):
        for _ in range(answers):
            gold = draw.randint(0, 10)
            noisy = min(max(gold + draw.randint(-2, 2), 0), 10)
            mistakes = [(label, label if draw.random() < 0.8 else "unsure") for label in draw.choices(CLASSES, k=3)]
            points = [(label, "covered" if label ^ (draw.random() < 0.1) else "missing")
                      for label in draw.choices((True, False), k=8)]  # fmt: skip
            made.append(labelled(f"q{question}", (noisy, gold), mistakes, points))
    return made


def kappa(xs: Sequence[int], ys: Sequence[int]) -> float | None:
    """Cohen's kappa the long way: over every cell of the table of weights."""
    n, left, right, both = len(xs), Counter(xs), Counter(ys), Counter(zip(xs, ys, strict=True))
    cells = [(a, b) for a in range(11) for b in range(11)]
    expected = sum((a - b) ** 2 * left[a] * right[b] for a, b in cells)
    return 1 - n * sum((a - b) ** 2 * both[a, b] for a, b in cells) / expected if expected else None


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, abs=6e-5)


@given(items)
def test_score_figures_equal_the_direct_ones(answers: list[Labelled]) -> None:
    ours, gold = [a.grade.score or 0 for a in answers], [a.score for a in answers]
    figures = agreement(answers)["score"]
    varied = len(set(ours)) > 1 and len(set(gold)) > 1
    assert figures["pearson"] == near(statistics.correlation(ours, gold) if varied else None)
    assert figures["qwk"] == near(kappa([round(x) for x in ours], [round(y) for y in gold]))
    errors = [abs(x - y) for x, y in zip(ours, gold, strict=True)]
    assert figures["mae"] == near(statistics.fmean(errors) if errors else None)


@given(items)
def test_verdict_figures_equal_the_direct_ones(answers: list[Labelled]) -> None:
    mistakes = [(y, line.verdict) for a in answers for y, line in zip(a.mistakes, a.grade.mistakes, strict=True)]
    points = [
        (y, line.verdict) for a in answers for y, line in zip(a.key_points or (), a.grade.key_points, strict=True)
    ]
    figures = agreement(answers)
    rate = statistics.fmean(y == verdict for y, verdict in mistakes) if mistakes else None
    assert figures["mistakes"]["accuracy"] == near(rate)
    assert figures["mistakes"]["unsure"] == sum(verdict == "unsure" for _, verdict in mistakes)
    f1s = [_f1([(y == name, verdict == name) for y, verdict in mistakes]) for name in CLASSES
           if any(y == name for y, _ in mistakes)]  # fmt: skip
    assert figures["mistakes"]["macro_f1"] == near(statistics.fmean(f1s) if f1s else None)
    covered = [(y, verdict == "covered") for y, verdict in points]
    assert figures["key_points"]["f1"] == near(_f1(covered) if any(y or said for y, said in covered) else None)


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    right, said, true = (sum(y and v for y, v in pairs), sum(v for _, v in pairs), sum(y for y, _ in pairs))
    precision, recall = right / said if said else 0, right / true if true else 0
    return 2 * precision * recall / (precision + recall) if right else 0


@given(items)
@settings(max_examples=25)
def test_whatever_there_is_it_is_printed_and_machine_readable(answers: list[Labelled]) -> None:
    figures = with_intervals(answers)
    json.dumps(figures, allow_nan=False)
    whole = {
        **figures, "questions": 1, "grader": ID.model_dump(), "quotes": {"given": 0, "verbatim": 0}, "baselines": {},
        "by_kind": {"partial": figures}, "by_lang": {"en": figures, "ru": figures},
    }  # fmt: skip
    for lang in ("en", "ru"):
        assert max(map(len, table(whole, lang).splitlines())) <= 80


@given(st.integers(4, 10), st.integers(3, 8), st.integers())
@settings(max_examples=15)
def test_an_interval_contains_its_figure(questions: int, answers: int, seed: int) -> None:
    figures = with_intervals(spread(questions, answers, seed))
    for path in (("score", "mae"), ("mistakes", "accuracy"), ("key_points", "f1")):
        low, high = at(figures["intervals"], path)
        assert low <= at(figures, path) <= high


def test_intervals_are_the_same_each_time_in_whatever_order_the_answers_come() -> None:
    answers = spread(8, 5)
    first = with_intervals(answers)
    assert first == with_intervals(answers)
    random.Random(1).shuffle(answers)
    assert first == with_intervals(answers)
    assert all(at(first["intervals"], path) for path in MAIN)


def test_intervals_are_over_questions_not_answers() -> None:
    alike = [labelled(question, (error, 0)) for question, error in zip("abcdefgh", range(8), strict=True)]
    assert with_intervals(alike)["intervals"] == with_intervals(alike * 20)["intervals"]


def test_one_question_has_figures_but_no_interval() -> None:
    figures = with_intervals(spread(1, 20))
    assert figures["score"]["pearson"] > 0.5
    assert [at(figures["intervals"], path) for path in MAIN] == [None] * len(MAIN)


@pytest.mark.parametrize("scores", [[], [(0.1, 3)], [(0.1, 3), (0.1, 4), (0.1, 7)], [(None, 5)]])
def test_what_is_undefined_is_null(scores: list[tuple[float | None, float]]) -> None:
    figures = with_intervals([labelled(f"q{n}", pair) for n, pair in enumerate(scores)])
    assert figures["score"]["pearson"] is None
    assert figures["intervals"]["score"]["pearson"] is None
    assert figures["key_points"]["f1"] is figures["mistakes"]["accuracy"] is None


@given(items)
@settings(max_examples=20)
def test_an_answer_without_a_grade_is_counted_and_changes_nothing_else(answers: list[Labelled]) -> None:
    failed = Labelled("x", "z", "en", "strong", "", ["committed"], [True], 10,
                      ungraded(BANK.get("lora-fine-tuning"), "timeout", ID, "en"))  # fmt: skip
    figures = with_intervals([failed, *answers])
    assert figures.pop("ungraded") == 1
    assert figures | {"n": len(answers), "ungraded": 0} == with_intervals(answers)


def test_500_answers_take_less_than_two_seconds() -> None:
    answers = spread(500, 1)
    began = time.process_time()
    with_intervals(answers)
    assert time.process_time() - began < 2


def test_the_names_for_require_are_the_numbers_and_nothing_but_them() -> None:
    answers = spread(3, 4)
    figures = {**with_intervals(answers), "by_lang": by(answers, lambda item: item.lang, with_intervals)}
    names = flat({**figures, "grader": ID.model_dump(), "items": []})
    committed = figures["mistakes"]["per_class"]["committed"]
    assert names["mistakes_per_class_committed_precision"] == committed["precision"]
    assert names["by_lang_en_score_pearson"] == names["score_pearson"] == figures["score"]["pearson"]
    assert not [name for name in names if "interval" in name or "grader" in name or "items" in name]


def test_majority_gives_the_most_frequent_labels_and_breaks_ties_the_same_way() -> None:
    answers = [labelled("a", (0, 0), [("avoided", "avoided"), ("not_addressed", "avoided")], [(True, "missing")])]
    assert (majority(answers).mistake, majority(answers).covered) == ("avoided", True)
    assert majority([]).covered is False
    grade = Majority("committed", covered=True).grade(BANK.get("lora-fine-tuning"), "whatever", "en")
    assert grade.score == 10 * 0.3
    assert {line.verdict for line in grade.mistakes} == {"committed"}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_overlap_takes_the_rubric_itself_for_a_perfect_answer(lang: Any) -> None:
    for question in BANK.questions.values():
        wording = question.wording(lang)
        right = Overlap().grade(question, " ".join([*wording.key_points, *wording.contraries.values()]), "en")
        assert all(line.verdict == "covered" for line in right.key_points)
        assert Overlap().grade(question, "", "en").score == 0
        wrong = Overlap().grade(question, " ".join(wording.mistakes), "en")
        assert {line.verdict for line in wrong.mistakes} == {"committed"}


def test_baselines_are_measured_on_the_answers_that_were_graded() -> None:
    points, mistakes = [(True, "covered")] * 8, [("avoided", "avoided")] * 3
    question = "lora-fine-tuning"
    failed = labelled(question, (None, 5))
    figures = baselines([labelled(question, (10, 10), mistakes, points), failed], BANK)
    assert set(figures) == {"majority", "overlap"}
    assert figures["majority"]["n"] == 1
    assert figures["majority"]["mistakes"]["accuracy"] == figures["majority"]["key_points"]["f1"] == 1


class Failing:
    """A grader that fails at every answer but those that say "fine"."""

    id = ID

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        if answer == "fine":
            return Majority("avoided", covered=True).grade(question, answer, lang)
        return ungraded(question, "timeout", ID, lang)


def test_eval_goes_on_when_the_grader_fails(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text(line() + line(answer="fine", score=10) + line(), "utf-8")
    labels = evaluate.read_labels(tmp_path / "l.jsonl", BANK)
    answers = [evaluate._graded(label, BANK, Failing()) for label in labels]
    figures = evaluate._figures(answers, Failing(), BANK)
    assert (figures["n"], figures["ungraded"], figures["baselines"]["overlap"]["n"]) == (3, 2, 1)
    assert (figures["score"]["mae"], figures["mistakes"]["accuracy"]) == (0, 1)
    assert figures["items"][0] == {"id": "x", "score": None, "mistakes": [], "key_points": []}
    assert "not graded: 2" in table(figures, "en")


def line(**changes: object) -> str:
    whole: dict[str, object] = {
        "id": "x", "question": "kubernetes-primitives", "lang": "en", "kind": "partial", "score": 3.0,
        "answer": "A pod is the smallest unit,\u2028its containers share a network.", "mistakes": ["avoided"] * 3,
    }  # fmt: skip
    return json.dumps(whole | changes, ensure_ascii=False) + "\n"


def test_eval_prints_intervals_and_baselines(razbor: Run, tmp_path: Path) -> None:
    points = [True] + [False] * 7
    text = line(key_points=points) + line(question="lora-fine-tuning", answer="no idea", score=0, lang="ru")
    (tmp_path / "l.jsonl").write_text(text, "utf-8")
    done = razbor("eval", "l.jsonl", "--json")
    figures = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (figures["n"], figures["questions"], figures["ungraded"]) == (2, 2, 0)
    assert set(figures["baselines"]) == {"majority", "overlap"}
    low, high = figures["intervals"]["score"]["mae"]
    assert low <= figures["score"]["mae"] <= high
    assert figures["by_lang"]["ru"]["intervals"]["score"]["mae"] is None
    shown = razbor("eval", "l.jsonl").stdout
    assert "overlap" in shown
    assert "majority" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("required", "status"),
    [
        ("mistakes_accuracy=0", 0),
        ("mistakes_per_class_avoided_recall=0,baselines_overlap_n=1", 0),
        ("score_pearson=0", 3),  # one answer: there is none
        ("mistakes_per_class_committed_precision=0.5", 3),
        ("intervals_score_mae=0", 2),
        ("intervals_score_pearson=0", 2),
        ("grader_model=0", 2),
        ("score_mae=nan", 2),
    ],
)
def test_require_takes_every_number_and_only_numbers(razbor: Run, tmp_path: Path, required: str, status: int) -> None:
    (tmp_path / "l.jsonl").write_text(line(), "utf-8")
    done = razbor("eval", "l.jsonl", "--require", required)
    assert done.returncode == status, done.stderr
    assert bool(done.stderr) == (status != 0)
