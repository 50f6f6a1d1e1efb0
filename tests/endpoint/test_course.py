"""Holding the course: what a model may not do to an interview."""

import json
from pathlib import Path

import pytest

from agent.models.fit import Fits
from tests.conftest import Run
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, ID, INVITE, QUESTION, REVEAL, hold
from tests.endpoint.scripted import Json, Response, Script, Step, call, chunk, error, say, sse

PROSE = (
    'Sure, here is the call:\n```json\n{"name": "grade_answer", "arguments": %s}\n```',
    'I will call the tool. {"action": "grade_answer", "arguments": %s}',
    '```json\n{"action": "grade_answer", "arguments": %s}\n```\nThank you for the answer.',
)


@pytest.mark.parametrize("form", [*(text % ID for text in PROSE), f'grade_answer(question_id="{QUESTION}")'])
def test_an_action_with_words_around_it_is_an_action_where_actions_were_asked_for(form: str, tmp_path: Path) -> None:
    words = [json.dumps({"action": "fetch_question", "arguments": {}}), "Please go ahead.", form,
             json.dumps({"action": "reveal_breakdown", "arguments": json.loads(ID)}), "Goodbye."]  # fmt: skip
    with Script(*map(say, words)) as server:
        held = hold(server, tmp_path, dialect="prompted")
    assert held.by_model
    assert held.graded == 1
    assert "Sure, here is" not in held.shown
    assert held.differences() == []


def test_what_is_left_of_a_call_is_no_invitation(tmp_path: Path) -> None:
    attempt = say('Sure, here is the call:\n```json\n{"name": "fetch_question", "arguments": {}}\n```')
    with Script(FETCH, attempt, INVITE, GRADE, REVEAL, BYE) as server:
        held = hold(server, tmp_path)
    assert held.by_model
    assert "Sure" not in held.shown


@pytest.mark.parametrize(
    "words",
    ["Great! What about services?", "Correct. What else?", "Not quite. What is a node?", "You nailed it, what else?",
     "I would say 7 out of 10. What else?"],
)  # fmt: skip
def test_live_mode_shows_no_sign_of_quality_from_the_model(words: str, tmp_path: Path) -> None:
    steps: list[Step] = [FETCH, INVITE, GRADE, say(words), say("What else would you add?"), GRADE, BYE]
    with Script(*steps) as server:
        held = hold(server, tmp_path, (ANSWER, ANSWER), mode="live", follow_ups=1)
    assert held.by_model
    assert words.split(",", maxsplit=1)[0].split(".", maxsplit=1)[0] not in held.shown
    assert held.differences() == []


def test_an_early_goodbye_is_not_heard(tmp_path: Path) -> None:
    with Script(FETCH, say("That's all for today. Goodbye!"), INVITE, GRADE, REVEAL, BYE) as server:
        held = hold(server, tmp_path)
    assert held.by_model
    assert "for today" not in held.shown


def test_the_wrong_language_is_corrected_where_the_model_can_hear_it(tmp_path: Path) -> None:
    beside = call("fetch_question", {}, text="Welcome, let us begin the interview.")
    right = say("Пожалуйста, начинайте, когда будете готовы.")
    bye = say("That was the last question, thank you.")
    with Script(beside, INVITE, right, GRADE, REVEAL, bye, say("Спасибо, это был последний вопрос.")) as server:
        held = hold(server, tmp_path, lang="ru")
    assert held.by_model
    assert "Welcome" not in held.shown
    assert "Please go ahead." not in held.shown
    assert "the last question" not in held.shown, "corrected again, once the right language was heard"
    assert ("wrong_language", "not shown") in held.repairs


def counted(step: Response, tokens: int) -> Response:
    return Response([*step.pieces[:-1], *sse({"choices": [], "usage": {"prompt_tokens": tokens}}).pieces])


def test_a_change_of_dialect_is_no_truncation(tmp_path: Path) -> None:
    """Fewer tokens, because the tools went out of the request."""

    def picky(body: Json) -> Response:
        if "tools" in body and len(body["messages"]) > 4:
            return error(400, {"error": {"message": "tools are not supported here"}})
        grade, reveal = (
            json.dumps({"action": name, "arguments": json.loads(ID)}) for name in ("grade_answer", "reveal_breakdown")
        )
        asked = body["messages"][-1]["content"].rsplit("(You are", 1)[-1]
        turn = (
            FETCH
            if len(body["messages"]) == 2
            else INVITE
            if "tools" in body
            else next(
                (say(text) for name, text in (("grade_answer", grade), ("reveal_breakdown", reveal)) if name in asked),
                BYE,
            )
        )
        return counted(turn, 1_500 if "tools" in body else 500)  # fmt: skip

    with Script(forever=picky) as server:
        held = hold(server, tmp_path)
        fit = Fits(tmp_path / "endpoints.json").load(f"{server.url} scripted")
    assert held.by_model
    assert fit.dialect == "schema"
    assert fit.tokens == 3_400


def test_a_hung_model_is_given_up_after_two_tries(tmp_path: Path) -> None:
    stall = Response([*sse(chunk({"content": "I am"}), done=False).pieces, 1.5])
    with Script(FETCH, INVITE, stall, stall) as server:
        held = hold(server, tmp_path)
    assert held.takeovers == 1
    assert held.graded == 1


def test_doctor_without_a_model_is_not_fit(razbor: Run) -> None:
    with Script(models=["one", "two"]) as server:
        done = razbor("doctor", "--base-url", server.url, "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["fit_to_interview"] is False


@pytest.mark.parametrize(
    "text",
    ["profile = ['a']", "profile = {a = 1}", "profiles = 'x'", "[profiles]\nx = 5", "[profiles.x]\nbase_url = 5",
     "[profiles.x]\nnope = 'a'", "model = 5", "base_url = ''", "timeout = -1", "stream = 'no'"],
)  # fmt: skip
def test_a_config_file_of_another_shape_is_one_line(text: str, razbor: Run, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, "utf-8")
    for command in (("config",), ("doctor",)):
        done = razbor(*command)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("razbor: ")
        assert done.stderr.count("\n") == 1


def test_credentials_in_a_url_are_never_printed(razbor: Run) -> None:
    done = razbor("config", OPENAI_BASE_URL="http://u:secretpw@h/v1")
    assert "secretpw" not in done.stdout + done.stderr
    done = razbor("--base-url", "user:secretpw@host/v1", "-m", "m")
    assert done.returncode == 2
    assert "secretpw" not in done.stderr
