"""The first run without a model, at a terminal: what is said, what is offered, and what is never offered."""

import json
import os
import socket
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pexpect
import pytest

from agent.nearby import WITHIN, find_servers
from agent.terminal.counting import Counting
from tests.conftest import Run
from tests.endpoint.scripted import Script, obey

ROOT = Path(__file__).parents[2]
NAMES = ("ollama", "llama.cpp", "vllm", "lmstudio")
ASK = "just Enter to do without"
MODELS = ("nomic-embed-text", "qwen3:8b", "evil\x1b]0;x\x07", "my model")
ONE = ("--questions", "1", "--grader", "local", "--question", "kubernetes-primitives")

Begin = Callable[..., pexpect.spawn]


def closed_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/v1"


def write_profiles(home: Path, **urls: str) -> None:
    """The built-in profiles of this machine, moved away from the real ports."""
    home.mkdir(exist_ok=True)
    text = "".join(f'[profiles."{name}"]\nbase_url = "{urls.get(name) or closed_port()}"\n' for name in NAMES)
    (home / "config.toml").write_text(text, "utf-8")


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    """razbor at a terminal of 80 columns."""
    for name in ("OPENAI_BASE_URL", "RAZBOR_MODEL"):
        monkeypatch.delenv(name, raising=False)

    def start(*arguments: str, **env: str) -> pexpect.spawn:
        return pexpect.spawn(
            sys.executable, ["-m", "agent", *ONE, *arguments], dimensions=(40, 80), encoding="utf-8", timeout=20,
            cwd=ROOT, env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONPATH": str(ROOT), **env},
        )  # fmt: skip

    return start


def finish(child: pexpect.spawn) -> int:
    """Wait for the end; the exit status."""
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)


def test_a_model_nearby_is_offered_declined_for_good_and_the_beginner_is_told(home: Path, begin: Begin) -> None:
    with Script(models=MODELS) as server:
        write_profiles(home, ollama=server.url)
        child = begin("--plain")
        child.expect_exact(ASK)
        offer = child.before
        assert "ollama answers at" in offer
        assert "1  qwen3:8b" in offer
        assert "2  my model" in offer
        assert "embed" not in offer
        assert "evil" not in offer
        child.sendline("9")
        child.expect_exact("Type a number (1–2)")
        child.sendline("")
        child.expect_exact("you will not be asked again")
        child.expect_exact("No model is set up")
        child.expect_exact("config.toml")  # its path may be broken into lines
        child.expect("> ")
        child.send("/quit\r")
        assert finish(child) == 0
    assert json.loads((home / "nearby.json").read_text("utf-8")) == {"declined": [server.url]}


@pytest.mark.slow
def test_a_model_that_is_taken_interviews_and_how_to_keep_it_is_said(
    home: Path, begin: Begin, transcript: Callable[[], Path]
) -> None:
    with Script(models=MODELS, forever=obey) as server:
        write_profiles(home, lmstudio=server.url)
        child = begin(TERM="dumb")
        child.expect_exact(ASK)
        child.sendline("2")
        child.expect_exact("razbor --profile lmstudio -m 'my model'")
        child.expect_exact('profile = "lmstudio"')
        child.expect_exact('model = "my model"')
        child.expect_exact("· my model")
        child.expect("> ")
        time.sleep(0.3)  # a dumb terminal shows the prompt before it takes keys one by one
        child.send("/quit\r")
        assert finish(child) == 0
    assert not (home / "nearby.json").exists()
    assert json.loads(transcript().read_text("utf-8").split("\n")[0])["base_url"] == server.url


@pytest.mark.slow
@pytest.mark.parametrize(("key", "status"), [("\x03", 130), ("\x04", 0)])
def test_leaving_at_the_question_leaves_nothing_behind(home: Path, begin: Begin, key: str, status: int) -> None:
    with Script(models=MODELS) as server, Script(models=[f"m{n}" for n in range(30)]) as many:
        write_profiles(home, vllm=server.url, ollama=many.url)
        child = begin()
        child.expect_exact(ASK)
        assert "8  m7\r\n     and 22 more" in child.before, "each server gets a number"
        assert "9  qwen3:8b\r\n     and 1 more" in child.before
        child.expect("> ")
        child.send(key)
        assert finish(child) == status
    assert [path.name for path in home.iterdir()] == ["config.toml"]


@pytest.mark.slow
@pytest.mark.parametrize("why", ["endpoint", "quiet", "declined"])
def test_nothing_is_offered_with_an_endpoint_quietly_or_once_more(home: Path, begin: Begin, why: str) -> None:
    with Script(models=MODELS) as server:
        write_profiles(home, ollama=server.url)
        if why == "declined":
            (home / "nearby.json").write_text(json.dumps({"declined": [server.url]}), "utf-8")
        child = begin(
            *(["--base-url", closed_port(), "-m", "m"] if why == "endpoint" else ["-q"] if why == "quiet" else [])
        )
        assert child.expect([ASK, "> ", "Start"]) > 0
        child.close(force=True)


@pytest.mark.slow
def test_on_a_pipe_nothing_is_asked_and_doctor_tells_of_what_is_there(home: Path, razbor: Run) -> None:
    with Script(models=MODELS) as server:
        write_profiles(home, ollama=server.url)
        done = razbor(*ONE, stdin="/quit\n")
        assert done.returncode == 0
        assert not server.requests
        told = razbor("doctor", "--json")
        assert told.returncode == 0
        assert json.loads(told.stdout)["nearby"] == [
            {"profile": "ollama", "base_url": server.url, "models": ["qwen3:8b", "my model"]}
        ]
        assert {name.lower() for name in server.requests[0].headers} == {"host", "accept", "accept-encoding"}


def test_long_work_is_counted_at_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = Namespace(plain=False, quiet=False)
    monkeypatch.setenv("TERM", "xterm")
    assert list(Counting("en", flags).over(["a", "b"])) == ["a", "b"]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for _ in (counting := Counting("en", flags)).over([1, 2]):
        counting.tell("wait.loading")
        counting.tell("")
        time.sleep(0.35)
    told = capsys.readouterr().err
    assert "done: 0 of 2, 0 s" in told
    assert told.endswith("\r")
    list(Counting("en", flags).over(["short"]))
    list(Counting("en", Namespace(plain=True, quiet=False)).over(["plain"]))
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_what_a_stranger_gets_wrong_is_one_line_that_says_what_to_do(razbor: Run, home: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("x", "utf-8")
    key = "sk-not-a-name"
    for arguments, env, words in (
        ((), {"RAZBOR_HOME": str(occupied)}, "Choose another place"),
        (("--base-url", "11434", "-m", "m"), {}, "--base-url http://127.0.0.1:11434/v1"),
        (("--base-url", "http://127.0.0.1:9/v1", "-m", "m", "--api-key-env", key), {}, "not the key itself"),
        (("--profile", "openai", "-m", "m"), {"OPENAI_API_KEY": ""}, "OPENAI_API_KEY"),
    ):
        done = razbor(*arguments, stdin="/quit\n", **env)
        assert done.returncode == 2
        assert words in done.stderr
        assert key not in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (home / "transcripts").exists()


LISTED = b'{"data": [{"id": "m"}]}'
OK = b"HTTP/1.1 200 OK\r\n"
HOSTILE = (
    b"",
    b"garbage\r\n\r\n",
    OK + b"content-length: 5\r\n\r\n<html",
    b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/v1/models\r\ncontent-length: 23\r\n\r\n" + LISTED,
    b"HTTP/1.1 401 No\r\ncontent-length: 23\r\n\r\n" + LISTED,
    OK + b"content-length: 999999999\r\n\r\n" + b" " * 600_000,
    OK + b"\r\n" + b"[" * 100_000,
    OK
    + b'\r\n{"data": [{"id": "\\ud800"}, {"id": "a\\u202eb"}, {"id": ""}, {"id": 5}, 7, {"id": "'
    + b"x" * 999
    + b'"}]}',
    OK + b"\r\n" + json.dumps({"data": [{"id": f"model-number-{n}"} for n in range(10_000)]}).encode(),
    OK + b"x: y\r\n" * 200 + b"\r\n" + LISTED,
)


@contextmanager
def listening(*answers: bytes, drip: bool = False) -> Iterator[list[str]]:
    """A port for each answer; one that drips goes on sending a byte now and then until the client has gone."""
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in answers]

        def serve(server: socket.socket, answer: bytes) -> None:
            try:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)
                    while drip:
                        time.sleep(0.05)
                        connection.sendall(b"a")
            except OSError:
                pass

        for pair in zip(servers, answers, strict=True):
            threading.Thread(target=serve, args=pair, daemon=True).start()
        yield [f"http://127.0.0.1:{server.getsockname()[1]}/v1" for server in servers]


def found(urls: list[str]) -> tuple[list[str], float]:
    """The addresses that are offered, and how long that took."""
    begin = time.monotonic()
    servers = find_servers({str(n): {"base_url": url} for n, url in enumerate(urls)})
    return [server.base_url for server in servers], time.monotonic() - begin


def test_what_is_no_plain_list_of_models_is_not_offered() -> None:
    with listening(*HOSTILE, OK + b"\r\n" + LISTED) as urls:
        assert found(urls)[0] == urls[-1:]


def test_silence_costs_a_moment_and_closed_ports_and_other_hosts_nothing() -> None:
    drips = (b"", OK, OK + b"\r\n{", OK + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n")
    with listening(*drips, drip=True) as urls:
        threads = threading.active_count()
        servers, seconds = found(urls)
        assert (servers, seconds < WITHIN + 0.2) == ([], True)
        time.sleep(0.1)
        assert threading.active_count() <= threads, "no thread goes on reading"
    elsewhere = [closed_port(), "http://192.0.2.1:11434/v1", "https://127.0.0.1:9/v1", "http://u:p@127.0.0.1:9/v1", "x"]
    servers, seconds = found(elsewhere)
    assert (servers, seconds < WITHIN / 2) == ([], True)
