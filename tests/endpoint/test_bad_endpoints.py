"""An endpoint that will not do: one line says what is wrong and what to do, and nothing is left behind."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, INVITE, QUESTION, REVEAL
from tests.endpoint.scripted import HTML, Json, Response, Script, error, say
from tests.endpoint.secure import needs_openssl, over_tls, self_signed

INTERVIEW = (FETCH, INVITE, GRADE, REVEAL, BYE)
ONE = ("--question", QUESTION, "--follow-ups", "0", "--grader", "local")  # a judge has tests of its own
FAILED, USAGE = 1, 2
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
OURS = (
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_CUSTOM_HEADERS", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_LOG",
    "RAZBOR_MODEL",
)  # fmt: skip


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own keys, endpoints and proxies."""
    for name in (*OURS, *PROXIES, *map(str.lower, PROXIES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def complaint(razbor: Run, home: Path) -> Callable[..., str]:
    """The one line that razbor ends with; that it is one, and that nothing else is wrong with the run."""

    def run(status: int, *flags: str, **env: str) -> str:
        done = razbor(*flags, *ONE, stdin=f"{ANSWER}\n", **env)
        *notes, line = done.stderr.splitlines() or [""]
        assert done.returncode == status, done.stderr
        assert line.startswith("razbor: ")
        assert line.rstrip().endswith((".", "?"))
        assert not [note for note in notes if note.startswith("razbor: ")]
        assert "Traceback" not in done.stderr
        assert not set("\x1b\x07\x9b\u202e") & set(done.stdout + done.stderr)
        assert "Question 1" not in done.stdout
        assert [path.name for path in home.glob("transcripts/*")] == []
        return line

    return run


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


Complaint = Callable[..., str]


# The address


@pytest.mark.parametrize(("url", "suggested"), [
    ("127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    ("localhost:8080", "http://localhost:8080"),
    ("api.example.com/v1", "https://api.example.com/v1"),
    ("http://127.0.0.1:port/v1", "--base-url"),
    ("http://127.0.0.1:123456/v1", "--base-url"),
])  # fmt: skip
def test_an_address_that_is_none(complaint: Complaint, url: str, suggested: str) -> None:
    line = complaint(USAGE, "--base-url", url, "-m", "m")
    assert "http:// or https://" in line
    assert suggested in line


def test_an_address_that_is_none_in_the_environment_in_russian(complaint: Complaint) -> None:
    line = complaint(USAGE, "--lang", "ru", OPENAI_BASE_URL="127.0.0.1:11434/v1")
    assert "не адрес сервера" in line
    assert "http://127.0.0.1:11434/v1" in line


def test_a_password_in_the_address_is_not_printed(complaint: Complaint) -> None:
    line = complaint(USAGE, "--base-url", "https://me:hunter2@example.com/v1", "-m", "m")
    assert "--api-key-env" in line
    assert "hunter2" not in line


def test_an_address_without_v1(complaint: Complaint) -> None:
    with Script(*[], root="/v1/") as server:
        line = complaint(FAILED, "--base-url", server.url.removesuffix("/v1"), "-m", "scripted")
    assert f"Did you mean --base-url {server.url}?" in line


def test_an_address_without_v1_and_without_a_model(complaint: Complaint) -> None:
    with Script(*[], root="/v1/") as server:
        line = complaint(FAILED, "--base-url", server.url.removesuffix("/v1"))
    assert f"Did you mean --base-url {server.url}?" in line


@pytest.mark.parametrize("end", ["/", "/chat/completions"])
def test_an_address_with_something_after_it_works(razbor: Run, end: str) -> None:
    with Script(*INTERVIEW, root="/v1/") as server:
        done = razbor("--base-url", server.url + end, "-m", "scripted", *ONE, stdin=f"{ANSWER}\n")
        assert done.returncode == 0, done.stderr
        assert {request.path for request in server.requests} == {"/v1/chat/completions"}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_port_where_nothing_listens(complaint: Complaint, lang: str) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    line = complaint(FAILED, "--base-url", url, "-m", "m", "--lang", lang)
    assert url in line
    assert {"en": "Start the server or correct --base-url", "ru": "Запустите сервер"}[lang] in line
    assert "PROXY" not in line


def test_a_port_where_nothing_listens_and_no_model_was_named(complaint: Complaint) -> None:
    assert "Start the server" in complaint(FAILED, "--base-url", f"http://127.0.0.1:{free_port()}/v1")


def test_a_page_instead_of_an_api(complaint: Complaint) -> None:
    page = Response([b"<!doctype html><html><title>Welcome</title></html>"], content_type=HTML, whole=True)
    with Script(forever=page, models=None) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "m")
    assert "not as an OpenAI-compatible API" in line
    assert "/v1" in line


# Proxies and certificates


@pytest.mark.parametrize(("name", "host"), [("HTTP_PROXY", "127.0.0.1"), ("all_proxy", "localhost")])
def test_a_proxy_is_not_asked_for_this_machine(razbor: Run, name: str, host: str) -> None:
    with Script(*INTERVIEW) as server:
        url = server.url.replace("127.0.0.1", host)
        env = {name: f"http://127.0.0.1:{free_port()}"}
        done = razbor("--base-url", url, "-m", "scripted", *ONE, stdin=f"{ANSWER}\n", **env)
        assert done.returncode == 0, done.stderr


def test_a_proxy_in_the_way_is_named(complaint: Complaint) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    line = complaint(FAILED, "--base-url", "http://endpoint.invalid/v1", "-m", "m", HTTP_PROXY=dead)
    assert "HTTP_PROXY" in line
    assert "NO_PROXY" in line


def test_the_proxy_that_is_named_is_the_one_in_the_way(complaint: Complaint) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    proxies = {"HTTP_PROXY": dead, "HTTPS_PROXY": "http://127.0.0.1:9"}
    line = complaint(FAILED, "--base-url", "http://endpoint.invalid/v1", "-m", "m", **proxies)
    assert " HTTP_PROXY " in line
    assert "HTTPS_PROXY" not in line


def test_a_proxy_that_was_not_asked_is_not_blamed(complaint: Complaint) -> None:
    env = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "endpoint.invalid"}
    line = complaint(FAILED, "--base-url", "http://endpoint.invalid/v1", "-m", "m", **env)
    assert "HTTP_PROXY" not in line


def test_a_proxy_that_is_no_address(complaint: Complaint) -> None:
    line = complaint(FAILED, "--base-url", "http://endpoint.invalid/v1", "-m", "m", HTTP_PROXY="nothing://127.0.0.1:9")
    assert "HTTP_PROXY" in line


@needs_openssl
def test_a_certificate_that_nobody_signed(complaint: Complaint, razbor: Run, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "IP:127.0.0.1")
    with over_tls(Script(*INTERVIEW), certificate, key) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "scripted")
        assert "SSL_CERT_FILE" in line
        assert server.requests == []
        env = {"SSL_CERT_FILE": str(certificate)}
        done = razbor("--base-url", server.url, "-m", "scripted", *ONE, stdin=f"{ANSWER}\n", **env)
        assert done.returncode == 0, "what the line says to do does not help"


def test_https_where_http_is_spoken(complaint: Complaint) -> None:
    with Script(*[]) as server:
        line = complaint(FAILED, "--base-url", server.url.replace("http:", "https:"), "-m", "scripted")
    assert "http:" in line.replace("https:", "")


# The model


def test_a_model_that_is_not_there(complaint: Complaint) -> None:
    refusal = error(404, {"error": {"message": "model 'qwen3:8bb' not found", "type": "not_found_error"}})
    with Script(forever=refusal, models=["zephyr", "llama3.2:3b", "qwen3:8b", "mistral"]) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "qwen3:8bb")
        assert len(server.bodies) == 1
    assert "It serves: qwen3:8b, " in line
    assert "-m" in line


def test_a_model_that_is_not_there_in_russian(complaint: Complaint) -> None:
    refusal = error(404, {"error": {"message": "The model `gpt-9` does not exist", "code": "model_not_found"}})
    with Script(forever=refusal, models=["gpt-8"]) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "gpt-9", "--lang", "ru")
    assert "нет модели «gpt-9»" in line
    assert "gpt-8" in line


def test_no_model_named_and_several_served(complaint: Complaint) -> None:
    with Script(*[], models=["first", "second"]) as server:
        line = complaint(USAGE, "--base-url", server.url)
    assert "first, second" in line
    assert "-m" in line


def test_no_model_named_and_none_served(complaint: Complaint) -> None:
    with Script(*[], models=[]) as server:
        line = complaint(USAGE, "--base-url", server.url)
    assert "load one first" in line


def test_no_model_named_and_one_served(razbor: Run) -> None:
    with Script(*INTERVIEW, models=["\x1b]0;owned\x07on\x1b[31mly"]) as server:
        done = razbor("--base-url", server.url, *ONE, stdin=f"{ANSWER}\n")
        assert done.returncode == 0, done.stderr
        assert {body["model"] for body in server.bodies} == {"\x1b]0;owned\x07on\x1b[31mly"}
    assert "only" in done.stderr
    assert not set("\x1b\x07") & set(done.stdout + done.stderr)


def test_the_one_model_that_is_served_is_named_where_it_fails(complaint: Complaint) -> None:
    with Script(forever=error(404, {"error": {"message": "model not found"}}), models=["only"]) as server:
        assert "does not know the model 'only'" in complaint(FAILED, "--base-url", server.url)


@pytest.mark.parametrize("models", [["\x1b[31mred\x1b[0m", "\x1b]0;owned\x07title"], ["red", "x\ny"]])
def test_names_with_escape_codes_are_harmless(complaint: Complaint, models: list[str]) -> None:
    text = "model '\x1b[2J\x1b]0;owned\x07evil\u202e' not found\r\n\x1b[1A second line"
    with Script(forever=error(404, {"error": {"message": text}}), models=models) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "\x1b[5mevil")
    assert "evil" in line
    assert "red" in line


def test_a_context_that_is_too_small(complaint: Complaint) -> None:
    told = "the request exceeds the available context size (512 tokens), try increasing it"
    refusal = error(400, {"error": {"code": 400, "message": told, "type": "exceed_context_size_error", "n_ctx": 512}})
    with Script(forever=refusal) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "scripted")
        sizes = [len(json.dumps(body["messages"])) for body in server.bodies]
    assert "4096 tokens" in line
    assert 1 < len(sizes) <= 8
    assert sizes == sorted(sizes, reverse=True)


# Key and account


def test_a_key_that_is_refused(complaint: Complaint) -> None:
    refusal = error(401, {"error": {"message": "Incorrect API key provided: sk-wr***ng.", "code": "invalid_api_key"}})
    with Script(forever=refusal) as server:
        named = complaint(FAILED, "-m", "m", OPENAI_API_KEY="sk-wrong", OPENAI_BASE_URL=server.url)
        assert len(server.bodies) == 1
        none = complaint(FAILED, "-m", "m", "--base-url", server.url)
    assert "The key is from OPENAI_API_KEY" in named
    assert "No key was sent" in none
    assert "--api-key-env" in none


@pytest.mark.parametrize(("key", "told"), [
    ("", "is empty"), ("  ", "is empty"), ("ключ", "Copy it again"), ("sk-a\nsk-b", "Copy it again"),
    ("sk-\x1b[31m", "Copy it again"),
])  # fmt: skip
def test_a_key_that_is_none(complaint: Complaint, key: str, told: str) -> None:
    with Script(*[]) as server:
        line = complaint(USAGE, "--base-url", server.url, "-m", "m", "--api-key-env", "MY_KEY", MY_KEY=key)
        assert server.requests == []
    assert told in line
    assert "MY_KEY" in line
    assert "sk" not in line
    assert "ключ" not in line


def test_a_key_with_an_end_of_line_after_it_works(razbor: Run) -> None:
    with Script(*INTERVIEW) as server:
        flags = ("--base-url", server.url, "-m", "scripted", "--api-key-env", "MY_KEY")
        done = razbor(*flags, *ONE, stdin=f"{ANSWER}\n", MY_KEY="sk-pasted\r\n")
        assert done.returncode == 0, done.stderr
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer sk-pasted"}


def test_a_variable_that_does_not_exist(complaint: Complaint) -> None:
    line = complaint(USAGE, "--base-url", "http://127.0.0.1:9/v1", "-m", "m", "--api-key-env", "NOWHERE")
    assert "NOWHERE" in line
    assert "Set it" in line


def test_openai_without_a_key(complaint: Complaint) -> None:
    line = complaint(USAGE, "-m", "gpt-5-mini")
    assert "OPENAI_API_KEY" in line
    assert "--base-url" in line


def test_an_account_without_credit(complaint: Complaint) -> None:
    told = "You exceeded your current quota, please check your plan and billing details."
    refusal = error(429, {"error": {"message": told, "type": "insufficient_quota", "code": "insufficient_quota"}})
    with Script(forever=refusal) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "m")
        assert len(server.bodies) == 1, "waiting does not fill an account"
    assert "Top it up" in line


def test_a_server_that_asks_to_wait_for_minutes(complaint: Complaint) -> None:
    refusal = error(429, {"error": {"message": "Too many requests"}}, retry_after="300")
    begin = time.monotonic()
    with Script(forever=refusal) as server:
        line = complaint(FAILED, "--base-url", server.url, "-m", "m")
        assert len(server.bodies) == 1
    assert "Try again later" in line
    assert time.monotonic() - begin < 10


def test_a_place_named_for_the_transcript_stays_empty_too(complaint: Complaint, tmp_path: Path) -> None:
    with Script(forever=error(401)) as server:
        complaint(FAILED, "--base-url", server.url, "-m", "m", "--transcript", str(tmp_path / "mine.jsonl"))
    assert not (tmp_path / "mine.jsonl").exists()


# Later


def read_events(home: Path) -> list[Json]:
    (path,) = home.glob("transcripts/*.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def check_taken_over(done: subprocess.CompletedProcess[str], home: Path, razbor: Run, answers: int) -> None:
    """The embedded interviewer went on, said so once, graded all, and the transcript verifies."""
    assert done.returncode == 0, done.stderr
    events = read_events(home)
    assert [event["kind"] for event in events if event["type"] == "error"] == ["unavailable"]
    said = "The built-in interviewer goes on from here"
    assert "".join((done.stdout + done.stderr).split()).count(said.replace(" ", "")) == 1
    assert sum(event["type"] == "grade" and event["status"] == "graded" for event in events) == answers
    assert events[-1]["type"] == "end"
    assert events[-1]["reason"] == "completed"
    (path,) = home.glob("transcripts/*.jsonl")
    replayed = razbor("replay", str(path), "--verify")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


@pytest.mark.slow
def test_an_endpoint_that_dies_after_the_first_question(razbor: Run, home: Path) -> None:
    def last_words(_: Json) -> Response:
        threading.Thread(target=server._server.shutdown).start()
        server._server.socket.close()
        return say("Please go ahead.")

    with Script(FETCH, last_words) as server:
        flags = ("--base-url", server.url, "-m", "scripted", "--seed", "1", "--questions", "2", "--follow-ups", "0")
        begin = time.monotonic()
        done = razbor(*flags, stdin=f"{ANSWER}\nI do not know.\n")
        assert time.monotonic() - begin < 20
    check_taken_over(done, home, razbor, answers=2)
    assert "trying again" in done.stderr


@pytest.mark.parametrize("refusal", [
    error(401, {"error": {"message": "expired"}}),
    Response([b"<html>\x1b[31mMaintenance</html>"], content_type=HTML, whole=True),
], ids=["key", "page"])  # fmt: skip
@pytest.mark.slow
def test_an_endpoint_that_refuses_after_the_first_question(razbor: Run, home: Path, refusal: Response) -> None:
    with Script(FETCH, INVITE, forever=refusal) as server:
        done = razbor("--base-url", server.url, "-m", "scripted", *ONE, stdin=f"{ANSWER}\n")
    check_taken_over(done, home, razbor, answers=1)
    assert "\x1b" not in done.stdout + done.stderr
