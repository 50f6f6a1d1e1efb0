"""Fifty interviews in which the connection breaks at random moments: none crashes, none loses an answer."""

import random
from pathlib import Path

import pytest

from agent.models.failure import EndpointError
from tests.endpoint.holding import QUESTION, hold
from tests.endpoint.scripted import Json, Response, Script, error, obey

QUESTIONS = (QUESTION, "lora-fine-tuning")
ANSWERS = ("A pod is the smallest schedulable unit.", "The base weights are frozen, B A is the update.")


class Unreliable:
    """A server that does what is due, and breaks every so many responses in one of the ways servers break."""

    def __init__(self, seed: int, share: float) -> None:
        self.draw = random.Random(seed)
        self.share = share
        self.broken = 0

    def __call__(self, body: Json) -> Response:
        response = obey(body)
        if self.draw.random() >= self.share:
            return response
        self.broken += 1
        cut = self.draw.randrange(len(response.body))
        return self.draw.choice(
            [
                Response([response.body[:cut]], drop=True),
                Response([response.body[:cut]]),
                Response([b""], drop=True),
                error(503, {"error": {"message": "overloaded"}}),
                error(502, "<html>bad gateway</html>"),
            ]
        )


@pytest.mark.parametrize("seed", range(50))
def test_broken_connections_cost_no_answer(seed: int, tmp_path: Path) -> None:
    share = 0.1 + 0.8 * (seed % 10) / 9  # from now and then to nearly always
    breaking = Unreliable(seed, share)
    with Script(forever=breaking) as server:
        try:
            held = hold(server, tmp_path, ANSWERS, questions=QUESTIONS)
        except EndpointError:  # before the first question there is nothing to lose
            assert breaking.broken >= 2
            return
    assert held.reason == "completed"
    said = [getattr(e, "content", "") for e in held.events if e.type == "message" and getattr(e, "role", "") == "user"]
    assert said == list(ANSWERS)
    assert held.graded == 2
    assert held.differences() == []
