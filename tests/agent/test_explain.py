"""What a score card explains: the answer with its quotes, what to say instead, who graded and what they add."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.terminal.score_card import LONG, score_card
from tests.conftest import Run
from tools.attempt import Attempt, Turn
from tools.bank import load
from tools.question import Lang, Question
from tools.rubric import say_instead
from transcripts.events import GradeEvent
from transcripts.grade import GraderId, KeyPointLine, MistakeLine

CONFUSED = (
    "pod = a VM inside the cluster, node = the bigger machine, physical or virtual, where the pods run. "
    "deployment = the moment you ship code to prod. service = stable name, picks pods by label and balances, "
    "so when pods are recreated with new IPs nobody notices"
)
Find = Callable[[], Path]


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", ("Graded by local 3", "Your answer, quotes marked", "! m2 made: Confuse deployment",
                "Say instead: A Deployment is a Kubernetes controller object", "How to say it - Answer with one")),
        ("ru", ("Оценщик: local 3", "Ваш ответ с отмеченными цитатами", "! m2 допущена: ",
                "Как правильно: Deployment — это объект", "Как сказать на собеседовании - ")),
    ],
)  # fmt: skip
def test_grade_explains_itself(razbor: Run, lang: str, expected: tuple[str, ...]) -> None:
    done = razbor("grade", "kubernetes-primitives", "--lang", lang, stdin=CONFUSED)
    assert done.returncode == 0
    shown = one_line(done.stdout)
    assert all(text in shown for text in expected), shown
    assert "[m2: deployment = the moment you ship code to prod]" in shown
    assert one_line(re.sub(r"\[(kp|m)\d[^:]*: |\]", "", shown)).count(CONFUSED) == 1
    assert "\x1b" not in done.stdout
    assert all(len(line) < 80 for line in done.stdout.splitlines())


def test_what_comes_with_an_answer_is_text(razbor: Run) -> None:
    done = razbor("grade", "kubernetes-primitives", stdin=f"\x1b]0;x\x07{CONFUSED}\x1b[2J\u202e")
    assert not set(done.stdout) & set("\x1b\x07\u202e")
    assert "nobody notices" in one_line(done.stdout)


def test_an_interview_and_its_replay_show_the_marked_answer(razbor: Run, transcript: Find) -> None:
    question = ("--question", "kubernetes-primitives", "--follow-ups", "0")
    shown = razbor(*question, stdin=f"{CONFUSED}\n").stdout
    played = razbor("replay", str(transcript()))
    for text in (shown, played.stdout):
        assert "[m2: deployment = the moment you ship code to prod]" in one_line(text)
        assert "Say instead: A Deployment" in text
        assert one_line(text).count("How to say it") == 1  # that of the breakdown
        assert "Graded by" not in text
    assert razbor("replay", str(transcript()), "--verify").returncode == 0


def question() -> Question:
    return load().get("kubernetes-primitives")


def card(answer: str, lang: Lang = "en", *, full: bool = False, **more: object) -> str:
    grade = GradeEvent.model_validate({
        "question": "kubernetes-primitives", "status": "graded", "score": 1.0, "answer_lang": "en",
        "key_points": [
            KeyPointLine(id="kp1", text="First.", verdict="covered", quote="node"),
            KeyPointLine(id="kp2", text="Second.", verdict="missing"),
        ],
        "mistakes": [MistakeLine(id="m1", text="Wrong.", verdict="committed", quote="pod = a VM")],
        "grader": GraderId(name="local", version="2"),
    } | more)  # fmt: skip
    attempt = Attempt(question(), [Turn("candidate", answer)], grades=[grade])
    return "\n".join("".join(text for _, text in line) for line in score_card(attempt, lang, 79, full=full))


def test_extras_of_a_grade_are_shown_and_explained_once() -> None:
    plain = card(CONFUSED)
    assert not any(text in plain for text in ("≠", "Graded by", "Measured"))
    judge = GraderId(name="judge", version="1", model="qwen3:8b")
    shown = card(
        CONFUSED, grader=judge, notes=["A note.\x1b[2J", "Another."], disagreed=["m1", "kp2", "kp9"],
        measured={"pearson": 0.9123, "answers": {"labelled": 24}},
    )  # fmt: skip
    assert "Graded by judge (qwen3:8b)" in shown
    assert [" kp2 ≠ Second." in shown, " m1 ≠ made: Wrong." in shown, " kp1 First." in shown] == [True] * 3
    assert shown.count("≠ Two graders disagree on this line.") == 1
    assert "Measured: pearson 0.912, answers labelled 24" in shown
    assert shown.endswith("A note.\nAnother.")
    russian = card(CONFUSED, "ru", grader=judge, disagreed=["m1"], measured={"pearson": 0.9123})
    assert all(text in russian for text in ("Оценщик: judge (qwen3:8b)", "≠ Два оценщика", "Измерено: pearson 0,912"))


@pytest.mark.parametrize("odd", [{"notes": "text"}, {"notes": [1]}, {"measured": []}, {"disagreed": 5}])
def test_extras_of_another_shape_change_nothing(odd: dict[str, object]) -> None:
    assert card(CONFUSED, full=True, **odd) == card(CONFUSED, full=True)


def test_a_quote_that_is_not_in_the_answer_stands_beside_its_line() -> None:
    assert "«node»" not in card(CONFUSED)
    assert "«node»" in card("something else")


def test_an_answer_of_which_nothing_is_quoted_is_shown_by_grade_alone() -> None:
    assert "Your answer\n  I do not know\nKey points" in card("I do not know\n", full=True)
    assert "Your answer" not in card("I do not know\n")


def test_a_long_answer_is_shown_around_its_quotes() -> None:
    long = f"{'and so on ' * (LONG // 10)}node"
    shown = card(long, full=True)
    assert "… on and so on and so on and so on [kp1: node]" in one_line(shown)
    assert len(shown.splitlines()) < 20


def test_instead_of_an_omission_say_what_it_left_out() -> None:
    grade = GradeEvent.model_validate({
        "question": "kubernetes-primitives", "status": "graded", "score": 1.0, "answer_lang": "en",
        "key_points": [KeyPointLine(id="kp7", text="x", verdict="covered")],
        "grader": GraderId(name="local", version="2"),
    })  # fmt: skip
    asked = question()
    assert say_instead(asked, grade, "m1", "en").startswith("A pod is a schedulable")
    assert say_instead(asked, grade, "m3", "en") == "A service selects its pods by labels."
    assert say_instead(asked, grade, "m3", "ru") == "Service выбирает свои поды по лейблам."
    assert say_instead(asked, grade.model_copy(update={"key_points": []}), "m3", "en").startswith("A service gives")
    assert say_instead(asked, grade, "m9", "en") == asked.tips[0]
