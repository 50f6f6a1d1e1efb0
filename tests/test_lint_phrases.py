"""The lint of phrases: what `razbor bank check` says of a question that has any."""

from collections.abc import Callable
from pathlib import Path

import pytest

from prompts import LANGUAGES, say
from tests.conftest import Run
from tools.bank import load
from tools.lint import check
from tools.plain_text import to_yaml
from tools.question import Phrases, Question

LORA = load().get("lora-fine-tuning")  # m1 is a commission, m2 an omission
RUSSIAN = [text for text in LORA.phrases["kp1"].said if any("а" <= char <= "я" for char in text)]
Change = Callable[[Phrases], dict[str, list[str]]]


def changed(line_id: str, change: Change) -> Question:
    """The question with the phrases of one line changed."""
    phrases = LORA.phrases[line_id]
    return LORA.model_copy(update={"phrases": {**LORA.phrases, line_id: phrases.model_copy(update=change(phrases))}})


def findings(question: Question, folder: Path) -> list[tuple[str, str]]:
    """(key, the source line that is pointed at)."""
    path = folder / "q.yaml"
    path.write_text(to_yaml(question), "utf-8")
    source = path.read_text("utf-8").splitlines()
    _, found = check([path])
    for error in found:
        assert all(say(error.key, lang, **error.values) for lang in LANGUAGES)
    return [(error.key.removeprefix("lint."), source[int(str(error.values["line"])) - 1].strip()) for error in found]


@pytest.mark.parametrize(
    ("line_id", "change", "expected"),
    [
        ("kp1", lambda _: {"said": RUSSIAN}, "no_phrases"),
        ("kp1", lambda p: {"said": [t for t in p.said if t not in RUSSIAN[2:]]}, "few_phrases"),
        ("kp1", lambda p: {"contrary": p.contrary[:3]}, "few_phrases"),
        ("m1", lambda _: {"contrary": []}, "no_contrary_phrases"),
        ("m2", lambda _: {"area": []}, "no_area_phrases"),
        ("kp1", lambda p: {"said": [*p.said, " ".join(["word"] * 41)]}, "long_phrase"),
        ("kp1", lambda p: {"said": [*p.said, "How LoRA fine-tuning works"]}, "phrase_is_prompt"),
        ("kp1", lambda p: {"said": [*p.said, f"{p.contrary[1].replace('step', 'steps')}!"]}, "same_phrase"),
        ("kp2", lambda p: {"said": [*p.said, f"{RUSSIAN[0]}…"]}, "same_phrase"),
    ],
)
def test_phrases_of_no_use_are_named(line_id: str, change: Change, expected: str, tmp_path: Path) -> None:
    assert [key for key, _ in findings(changed(line_id, change), tmp_path)] == [expected]


def test_a_line_without_phrases_is_named_in_both_languages(tmp_path: Path) -> None:
    phrases = {line_id: phrases for line_id, phrases in LORA.phrases.items() if line_id != "kp3"}
    question = LORA.model_copy(update={"phrases": phrases})
    assert findings(question, tmp_path) == [("no_phrases", "kp1:"), ("no_phrases", "kp1:")]


def test_the_place_is_that_of_the_phrase(tmp_path: Path) -> None:
    question = changed("kp1", lambda p: {"said": [*p.said, " ".join(["word"] * 41)]})
    ((_, line),) = findings(question, tmp_path)
    assert line.startswith("- word word")


def test_a_negated_phrase_is_another_phrase(tmp_path: Path) -> None:
    said = {"said": ["The base is frozen here", *LORA.phrases["kp1"].said]}
    contrary = {"contrary": ["The base is not frozen here", *LORA.phrases["kp1"].contrary]}
    assert findings(changed("kp1", lambda _: said | contrary), tmp_path) == []


def test_a_question_without_phrases_needs_none(tmp_path: Path) -> None:
    assert findings(LORA.model_copy(update={"phrases": {}}), tmp_path) == []


def test_the_command_names_file_line_and_remedy(razbor: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_text(to_yaml(changed("m1", lambda _: {"contrary": []})), "utf-8")
    done = razbor("bank", "check", str(path))
    assert done.returncode != 0
    assert "m1 is a commission without contrary phrases" in done.stdout + done.stderr


def test_the_built_in_questions_are_clean(razbor: Run) -> None:
    done = razbor("bank", "check")
    assert done.returncode == 0, done.stdout + done.stderr
