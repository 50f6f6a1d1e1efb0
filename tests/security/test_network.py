"""What leaves the machine: nothing without a model; with one, to the named endpoints only, and the answers as told."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.endpoints import Endpoint
from agent.models.clock import Limits
from agent.models.failure import EndpointError
from agent.models.wire import Wire
from tests.endpoint.scripted import JSON, Response, Script, Seen, obey
from tests.security import poisoned
from tests.security.together import together
from tests.warm import Warm

WORDS = "Zanzibar quokkas replicate pods"  # the candidate's
GUARD = """
import sys
def refuse(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        print(f"NETWORK {event} {arguments}", file=sys.stderr)
        raise SystemExit(99)
sys.addaudithook(refuse)
"""
EXAMPLE = str(poisoned.EXAMPLE)
OFFLINE = (
    ("interview", "--questions", "2"), ("resume",), ("sessions",), ("sessions", "show", "latest"), ("report",),
    ("report", "all", "--format", "html"), ("plan",), ("memory", "rebuild"), ("config",), ("bank", "list"),
    ("grade", "kubernetes-primitives", "README.md"), ("replay", EXAMPLE),
    ("replay", EXAMPLE, "--verify"), ("replay", EXAMPLE, "--regrade"), ("--help",),
)  # fmt: skip


def test_without_a_model_nothing_leaves(home: Path, tmp_path: Path) -> None:
    """No name is looked up, no connection made, no packet sent, whatever is asked for."""
    online = ("doctor", "--base-url", "http://127.0.0.1:9/v1", "-m", "m")  # is seen, or the guard proves nothing
    commands = (*OFFLINE, ("eval", str(poisoned.labelled(tmp_path / "labelled.jsonl", ""))), online)
    said = together(home, GUARD, commands, [WORDS, WORDS])
    told = [line.split()[:2] for line in said if line.startswith(("NETWORK", "STATUS"))]
    fine = [["STATUS", "0"], ["STATUS", "2"], *[["STATUS", "0"]] * (len(commands) - 3)]  # there is nothing to resume
    assert told[: len(fine)] == fine, said
    assert told[len(fine)][0] == "NETWORK"


def test_the_doctor_looks_no_further_than_this_machine(home: Path) -> None:
    """Without an endpoint it asks where model servers usually listen, at their loopback addresses."""
    nearby = GUARD.replace("if event", "if '127.0.0.1' not in str(arguments) and event")
    online = ("doctor", "--base-url", "http://192.0.2.1/v1", "-m", "m")
    said = together(home, nearby, [("doctor",), online], [])
    told = [line.split()[:2] for line in said if line.startswith(("NETWORK", "STATUS"))]
    assert told[0] == ["STATUS", "0"]
    assert told[1][0] == "NETWORK"


def sent(request: Seen) -> str:
    return json.dumps([request.path, request.headers, request.body], ensure_ascii=False)


def test_the_answers_go_to_the_named_endpoints_and_nothing_else_does(warm: Warm, home: Path) -> None:
    """Both hear the answers and are named on screen; neither hears of earlier interviews, of a key, or of folders."""
    kept = home / "transcripts" / "old.jsonl"
    poisoned.transcript(kept, "earlier words of mine")
    with Script(forever=obey) as model, Script(forever=obey) as judge:
        flags = ("--base-url", model.url, "-m", "m", "--grader", "judge", "--grader-base-url", judge.url)
        done = warm.razbor(home, *flags, "--question", "kubernetes-primitives", lines=(WORDS, WORDS),
                      OPENAI_API_KEY="sk-mine", MINE="mine-too")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f"also go to {judge.url}" in done.stderr
        assert f"go to {model.url}" in done.stdout
        for server in (model, judge):
            everything = "\n".join(map(sent, server.requests))
            assert WORDS in everything
            assert "earlier words" not in everything
            assert "sk-mine" not in everything
            assert str(home) not in everything
            assert {request.path for request in server.requests} <= {"/v1/chat/completions", "/v1/models"}


def test_a_transcript_that_sends_answers_elsewhere_says_so_before_anything_is_typed(warm: Warm, home: Path) -> None:
    """A resume goes on with the recorded endpoints: both are named, and no key goes there."""
    rows = [json.loads(line) for line in poisoned.EXAMPLE.read_text("utf-8").splitlines()]
    at = next(n for n, row in enumerate(rows) if row["type"] == "message" and row["role"] == "user")
    with Script(forever=obey) as judge:
        rows[0]["settings"] = {"grader": "judge", "grader_base_url": judge.url, "grader_model": "m",
                               "grader_api_key_env": "MINE"}  # fmt: skip
        path = home / "transcripts" / "shared.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[:at]), "utf-8")
        done = warm.razbor(home, "resume", str(path), lines=(WORDS,), MINE="mine-too", OPENAI_API_KEY="sk-mine")
        assert done.returncode == 0, done.stderr
        assert judge.url in done.stderr.splitlines()[0]
        everything = "\n".join(map(sent, judge.requests))
        assert WORDS in everything
        assert "mine-too" not in everything
        assert "sk-mine" not in everything


@pytest.mark.slow
def test_a_model_check_sends_the_recorded_answers_there_and_only_there(warm: Warm, home: Path) -> None:
    with Script(forever=obey) as server:
        warm.razbor(home, "replay", str(poisoned.EXAMPLE), "--model-check", "--base-url", server.url, "-m", "m")
        assert {request.path for request in server.requests} <= {"/v1/chat/completions", "/v1/models"}
        words = [json.loads(line) for line in poisoned.EXAMPLE.read_text("utf-8").splitlines()]
        said = next(row["content"] for row in words if row["type"] == "message" and row["role"] == "user")
        assert said[:60] in "\n".join(map(sent, server.requests))


@contextmanager
def dripping() -> Iterator[str]:
    """A server whose response never gets beyond its headers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError), server.accept()[0] as client:
                client.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    client.sendall(b"X: y\r\n")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def test_headers_that_drip_for_ever_are_left() -> None:
    begin = time.perf_counter()
    with dripping() as url, pytest.raises(EndpointError) as raised:
        Wire(Endpoint(url, "m"), Limits(idle=0.3, total=0.5)).models()
    assert raised.value.kind == "timeout"
    assert time.perf_counter() - begin < 5


def test_a_small_body_that_becomes_a_large_one_is_refused() -> None:
    packed = gzip.compress(b"{" + b" " * 2**26)
    bomb = Response([packed], content_type=JSON, headers={"content-encoding": "gzip"}, whole=True)
    with (
        Script(forever=bomb) as server,
        pytest.raises(EndpointError, match="too large"),
        Wire(Endpoint(server.url, "m")).chat({"messages": []}) as chunks,
    ):
        list(chunks)
