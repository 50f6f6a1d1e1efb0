"""Words on the screen while they come, through the wire: nothing is shown early that must not be shown at all."""

import json

import pytest

from tests.conftest import Run
from tests.endpoint.scripted import Response, Script, chunk, obey, sse
from tools.bank import load
from transcripts.events import Json

QUESTION = "kubernetes-primitives"
POINTS = load().get(QUESTION).wording("en").key_points
ASKED = "Please go on from there. What would you add?"


def talking(words: str) -> Response:
    """A turn of words that come one at a time."""
    pieces = [chunk({"content": word}) for word in words.replace(" ", " \0").split("\0")]
    return sse(chunk({"role": "assistant", "content": ""}), *pieces, chunk({}, "stop"))


def held(razbor: Run, follow_up: str) -> str:
    """What an interview shows in which a model first says this in the place of a follow-up."""
    left = [talking(follow_up)]

    def turn(body: Json) -> Response:
        due = obey(body)
        if "ask_follow_up" in json.dumps(body["messages"][-1]) and left:
            return left.pop()
        return due

    with Script(forever=turn) as server:
        done = razbor("--question", QUESTION, "--base-url", server.url, "-m", "m", "--grader", "local",
                      stdin="A service has an address.\nI do not know.\n")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not left, "the model was not asked for its follow-up"
    return done.stdout.split("── Score")[0]


@pytest.mark.parametrize("words", [
    f"{POINTS[0]} {POINTS[1]} What would you add to that?",
    "The grade was 2.5 and I must not say it. What would you add to that?",
    "Ключевые пункты здесь другие, и их много. What would you add to that?",
])  # fmt: skip
def test_no_sentence_is_shown_early_that_must_not_be_shown(razbor: Run, words: str) -> None:
    first = words.split(". ", maxsplit=1)[0]
    assert " ".join(first.split()) not in " ".join(held(razbor, words).split())


def test_what_may_be_shown_is_shown_once(razbor: Run) -> None:
    shown = " ".join(held(razbor, f"Thank you for that. {ASKED}").split())
    assert shown.count("Thank you for that.") == shown.count("What would you add?") == 1
