"""The bank: the import of the seed's format, what loads, what the lint finds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bank import load
from tools.graders.local import LocalGrader
from tools.lint import check
from tools.plain_text import make_id, parse, to_yaml
from tools.question import derive_key_points
from transcripts.errors import InputError

SEED = Path(__file__).parents[2] / "shared" / "seed"
IDS = [
    "llm-tool-calling", "llm-72b-a100-memory", "lora-fine-tuning", "marketplace-reranker", "ml-model-rollout",
    "safe-schema-migration", "kubernetes-primitives", "rag-end-to-end",
]  # fmt: skip

DUPLICATE = "  - The base model weights are frozen."
PLAIN = """Вопрос
What is overfitting?
Answer in two lines.
Сначала проговорите ответ вслух или тезисами.
Формулы, план решения, риски и примеры.
Откройте разбор только после своей попытки.
Показать разбор
Короткий ответ
The model memorises noise of the training set. It does worse on new data than on training data.
Подробный разбор
Training error keeps falling while validation error rises.
Regularisation, more data and early stopping help against it.
Типичные ошибки
- Confuse overfitting with a bug in the data loader.
- Forget the validation set,
  which shows it.
Как сказать на собеседовании
- Draw the two curves.
id: what-is-leakage
Другой вопрос
What is leakage?
Сначала проговорите ответ вслух или тезисами.
Короткий ответ
Information from the future is in the features.
Подробный разбор
Split by time to avoid it in most of the practical cases.
Типичные ошибки
* Shuffle a time series.
Как сказать на собеседовании
* Give an example from your own work.
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.txt"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n\r\n", 3).encode())
    return path


def test_the_plain_text_format_is_read(plain: Path) -> None:
    first, second = parse(plain)
    assert first.prompt == "What is overfitting?\nAnswer in two lines."
    assert first.breakdown.count("\n") == 1
    assert first.mistakes[1].text == "Forget the validation set, which shows it."
    assert first.id == make_id(first.prompt)
    assert (second.id, second.heading, second.tips) == (
        "what-is-leakage", "Другой вопрос", ["Give an example from your own work."],
    )  # fmt: skip


def test_an_imported_question_can_be_asked_and_graded_without_a_rubric(plain: Path) -> None:
    question = parse(plain)[0]
    answer = (
        "The training error keeps falling while the validation error rises, so it memorises noise of the train set."
    )
    grade = LocalGrader().grade(question, answer, "ru")
    assert len(grade.key_points) == len(question.rubric_points()) == 4
    assert grade.score
    assert LocalGrader().grade(question, "I like trains and cats", "en").score == 0


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("Короткий ответ", "Короткий", "import_missing"),
        ("What is overfitting?\nAnswer in two lines.\n", "", "import_head"),
        ("Сначала проговорите ответ вслух или тезисами.", "", "import_no_question"),
        ("Подробный разбор\n", "Подробный разбор\nКороткий ответ\n", "import_twice"),
    ],
)
def test_a_broken_plain_text_file_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "plain.txt"
    path.write_text(PLAIN.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=key):
        parse(path)


def test_the_seed_gives_the_built_in_questions() -> None:
    if not SEED.exists():
        pytest.skip("the seed is not part of the project")
    builtin = load().questions
    (path,) = SEED.glob("*.txt")
    imported = parse(path, builtin.values())
    assert [question.id for question in imported] == IDS
    for question in imported:
        ours = builtin[question.id]
        assert question.content_sha256 == ours.content_sha256
        for name in ("heading", "prompt", "short_answer", "breakdown", "tips"):
            assert getattr(question, name) == getattr(ours, name)
        assert [mistake.text for mistake in question.mistakes] == [mistake.text for mistake in ours.mistakes]


def test_the_built_in_bank_is_whole_in_both_languages() -> None:
    bank = load()
    assert set(IDS) < set(bank.questions)
    assert len(bank.questions) == 24
    assert len({question.topic for question in bank.questions.values()}) == 9
    for question in bank.questions.values():
        assert 6 <= len(question.key_points) <= 8
        assert len(question.mistakes) >= 3
        for own in (question, question.ru):
            assert len(own.key_points) == len(own.follow_ups) == len(question.key_points)
            assert len(own.mistakes) == len(question.mistakes)
            assert all([own.prompt, own.short_answer, *own.mistakes, *own.tips])
            assert len(own.hints) == 2
            assert len(own.breakdown.splitlines()) >= 3
        commissions = [f"m{n}" for n, mistake in enumerate(question.mistakes, 1) if mistake.kind == "commission"]
        assert sorted(question.ru.contraries) == commissions
        assert question.wording("ru").prompt != question.wording("en").prompt
        assert not any("а" <= char <= "я" for char in question.wording("en").prompt.lower())


def test_a_question_survives_yaml(tmp_path: Path) -> None:
    for question in load().questions.values():
        (tmp_path / f"{question.id}.yaml").write_text(to_yaml(question), "utf-8")
    count, findings = check([tmp_path])
    assert (count, findings) == (24, [])
    assert load([tmp_path], builtin=False).questions == load().questions


def test_the_same_id_for_another_text_is_refused(tmp_path: Path) -> None:
    text = to_yaml(load().get("lora-fine-tuning")).replace("LoRA freezes", "LoRA melts")
    (tmp_path / "q.yaml").write_text(text, "utf-8")
    assert [error.key for error in load([tmp_path]).problems] == ["error.duplicate_id"]
    with pytest.raises(InputError, match="duplicate_id"):
        load([tmp_path / "q.yaml"])


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("contrary: LoRA", "xx: LoRA", "question_field"),
        ("topic: fine-tuning", "topic: cooking", "question_field"),
        ("level: middle", "level: guru", "question_field"),
        ("short_answer: LoRA freezes", "short_answer: ''\nxx: LoRA", "question_field"),
        ("      - kp1", "      - kp9", "unknown_line"),
        ("prompt: Explain how", "prompt: Use the formula Delta W = B A to make the answer concrete. How", "leak"),
        ("  - The rank r is much smaller than the dimensions of the original layer.", DUPLICATE, "same_text"),
    ],
)  # fmt: skip
def test_the_lint_finds_it_and_says_where(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = to_yaml(load().get("lora-fine-tuning"))
    assert old in text
    (tmp_path / "q.yaml").write_text(text.replace(old, new, 1), "utf-8")
    _, findings = check([tmp_path])
    assert key in " ".join(finding.key for finding in findings)
    assert all(int(str(finding.values["line"])) >= 1 for finding in findings)


def test_a_commission_needs_its_contrary(tmp_path: Path) -> None:
    question = load().get("lora-fine-tuning")
    bare = question.mistakes[0].model_copy(update={"contrary": None})
    broken = question.model_copy(update={"mistakes": [bare, *question.mistakes[1:]]})
    (tmp_path / "a.yaml").write_text(to_yaml(broken), "utf-8")
    (tmp_path / "b.yaml").write_text(to_yaml(broken), "utf-8")
    _, findings = check([tmp_path])
    assert [finding.key for finding in findings] == ["lint.no_contrary", "lint.no_contrary", "lint.same_id"]


@given(st.text(min_size=1))
def test_an_id_made_from_any_content_is_an_id(prompt: str) -> None:
    made = make_id(prompt)
    assert made == make_id(prompt)
    assert 0 < len(made) <= 80
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(), st.text())
def test_derived_key_points_are_few_and_different(short: str, long: str) -> None:
    points = derive_key_points(short, long)
    assert len(points) <= 8
    assert len(points) == len(set(points))
