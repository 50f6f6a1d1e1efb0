"""`razbor doctor` as a person and as a program see it."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.endpoint.scripted import HTML, Json, Response, Script, error, obey, say


def able(body: Json) -> Response:
    """A model that does what is due, in native calls and in JSON actions."""
    if "tools" in body:
        return obey(body)
    asked = "fetch_question" in body["messages"][-1]["content"].rsplit("(You are", 1)[-1]
    action = {"action": "fetch_question", "arguments": {}} if asked else {"action": "say", "text": "Please go ahead."}
    return say(json.dumps(action))


def only_in_actions(body: Json) -> Response:
    """A server without tools."""
    return error(400, {"error": {"message": "this model does not support tools"}}) if "tools" in body else able(body)


def checks(output: str) -> dict[str, Json]:
    return {check["name"]: check for check in json.loads(output)["checks"]}


def test_an_able_endpoint_is_fit(razbor: Run) -> None:
    with Script(forever=able) as server:
        done = razbor("doctor", "--base-url", server.url, "-m", "scripted", "--json")
    assert done.returncode == 0
    found = checks(done.stdout)
    assert {found[name]["status"] for name in ("reachable", "model", "native", "schema", "streaming", "interview")} == {
        "ok"
    }
    assert json.loads(done.stdout)["fit_to_interview"] is True


def test_what_is_refused_is_said_and_the_rest_still_does(razbor: Run) -> None:
    with Script(forever=only_in_actions) as server:
        done = razbor("doctor", "--base-url", server.url, "-m", "scripted", "--json")
    found = checks(done.stdout)
    assert done.returncode == 0
    assert found["native"]["status"] == "bad"
    assert "does not support tools" in found["native"]["advice"]
    assert "schema" in found["interview"]["value"]


def test_a_model_that_only_babbles_is_unfit(razbor: Run) -> None:
    with Script(forever=say("Hello, how can I help you today?")) as server:
        done = razbor("doctor", "--base-url", server.url, "-m", "scripted")
    assert done.returncode == 3
    assert re.search(r"^! interview +not fit", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("forever", "fragment"),
    [
        (Response([b"<html>login</html>"], content_type=HTML), "not as an OpenAI-compatible API"),
        (error(401, {"error": {"message": "bad key"}}), "refuses the key"),
    ],
)
def test_an_endpoint_that_gives_no_turn_gets_a_remedy(razbor: Run, forever: Response, fragment: str) -> None:
    with Script(forever=forever) as server:
        done = razbor("doctor", "--base-url", server.url, "-m", "scripted")
    assert done.returncode == 3
    assert fragment in " ".join(done.stdout.split())
    assert "Traceback" not in done.stderr


def test_nothing_listening_and_nothing_configured(razbor: Run) -> None:
    with Script() as server:
        url = server.url
    done = razbor("doctor", "--base-url", url, "-m", "m", "--lang", "ru")
    assert done.returncode == 3
    assert "никто не отвечает" in " ".join(done.stdout.split())
    offline = razbor("doctor", "--json")
    assert offline.returncode == 0
    assert json.loads(offline.stdout)["checks"] == []


INTERRUPTIBLE = (  # a test run in the background of a shell passes on that SIGINT is ignored
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from agent.cli import main; sys.exit(main())"
)


def test_ctrl_c_ends_it(home: Path) -> None:
    slow = Response([1.5, *say("Hello").pieces])
    with Script(forever=slow) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "doctor", "--base-url", server.url, "-m", "scripted"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        while not server.bodies:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"interview" not in output
    assert not home.exists() or not list(home.rglob("*.jsonl"))
