"""`razbor grade` and `razbor eval`: the objects that they print."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run

ANSWER = "Node это рабочая машина с kubelet. Под это минимальная единица, внутри контейнеры с общей сетью."
GRADE_KEYS = {"question", "status", "score", "key_points", "mistakes", "tips", "grader", "answer_lang"}


def test_grade_json_has_the_fields_of_a_grade(razbor: Run) -> None:
    grade = json.loads(razbor("grade", "kubernetes-primitives", "--json", stdin=ANSWER).stdout)
    assert set(grade) >= GRADE_KEYS
    assert grade["status"] == "graded"
    assert grade["answer_lang"] == "ru"
    assert grade["score"] > 0
    assert [point["id"] for point in grade["key_points"]] == [f"kp{n}" for n in range(1, 9)]
    for line in (*grade["key_points"], *grade["mistakes"]):
        assert line["quote"] is None or line["quote"] in ANSWER


def test_grade_reads_a_file_and_prints_a_card(razbor: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ANSWER, "utf-8")
    done = razbor("grade", "kubernetes-primitives", "a.txt", "--lang", "ru")
    assert "── Оценка" in done.stdout
    assert "Node это рабочая машина" in done.stdout


@pytest.mark.slow
def test_the_same_answer_gets_the_same_grade_in_every_locale(razbor: Run) -> None:
    command = ("grade", "kubernetes-primitives", "--json", "--lang", "en")
    environments = [{"LC_ALL": locale, "PYTHONHASHSEED": seed} for locale in ("C", "ru_RU.UTF-8") for seed in "12"]
    prints = {razbor(*command, stdin=ANSWER, **environment).stdout for environment in environments}
    assert len(prints) == 1


def labelled(**changes: object) -> str:
    line: dict[str, object] = {
        "id": "x", "question": "kubernetes-primitives", "lang": "ru", "kind": "partial", "answer": ANSWER,
        "mistakes": ["avoided", "not_addressed", "not_addressed"], "score": 3.0,
    }  # fmt: skip
    return json.dumps(line | changes) + "\n"


def test_eval_json_and_require(razbor: Run, tmp_path: Path) -> None:
    kubernetes = [True, True, True, False, False, False, False, False]
    text = labelled(key_points=kubernetes) + labelled(id="y", answer="не знаю", lang="en", score=0)
    (tmp_path / "l.jsonl").write_text(text, "utf-8")
    done = razbor("eval", "l.jsonl", "--json")
    figures = json.loads(done.stdout)
    assert done.returncode == 0
    assert figures["n"] == 2
    assert set(figures) >= {"grader", "mistakes", "key_points", "score", "quotes", "by_lang", "by_kind", "items"}
    assert set(figures["mistakes"]) >= {"accuracy", "macro_f1", "per_class"}
    assert figures["quotes"]["given"] == figures["quotes"]["verbatim"] > 0
    assert razbor("eval", "l.jsonl", "--require", "score_pearson=0.5").returncode == 0
    assert razbor("eval", "l.jsonl", "--require", "n=3").returncode == 3
    assert razbor("eval", "l.jsonl", "--require", "score_parson=0.5").returncode == 2
    assert razbor("eval", "l.jsonl", "--require", "score_pearson").returncode == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "nope"},
        {"mistakes": ["avoided"]},
        {"score": 11},
        {"mistakes": ["x", "y", "z"]},
        {"key_points": [True]},
    ],
)
def test_a_wrong_label_is_named_by_its_line(razbor: Run, tmp_path: Path, changes: dict[str, object]) -> None:
    (tmp_path / "l.jsonl").write_text(labelled() + labelled(**changes), "utf-8")
    done = razbor("eval", "l.jsonl")
    assert done.returncode == 2
    assert "l.jsonl:2:" in done.stderr


def test_the_dev_answers_meet_the_targets(razbor: Run) -> None:
    path = Path(__file__).parents[3] / "shared" / "grading" / "answers_dev.jsonl"
    if not path.exists():
        pytest.skip("the dev answers are not part of the project")
    done = razbor("eval", str(path), "--json", "--require", "score_pearson=0.8")
    assert done.returncode == 0
    figures = json.loads(done.stdout)
    assert figures["quotes"]["given"] == figures["quotes"]["verbatim"]
    kinds = [json.loads(line)["kind"] for line in path.read_text("utf-8").splitlines()]
    highest = {
        kind: max(i["score"] for i, k in zip(figures["items"], kinds, strict=True) if k == kind) for kind in kinds
    }
    assert highest["no-answer"] <= 2
    assert highest["off-topic"] <= 2
    assert highest["injection"] <= 3


def test_an_argument_may_stand_behind_a_flag(razbor: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("A pod is the smallest unit.", "utf-8")
    done = razbor("grade", "kubernetes-primitives", "--json", "answer.txt")
    assert json.loads(done.stdout)["status"] == "graded", done.stderr
    assert razbor("bank", "-q", "show", "--lang", "en", "kubernetes-primitives").stdout.startswith("id: ")
