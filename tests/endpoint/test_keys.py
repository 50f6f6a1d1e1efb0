"""A key goes only to the host it belongs to: every header that was sent, in every combination of settings.

Two servers on two ports are two hosts, and so are two names of one server. OpenAI's own host is played behind a
proxy, with a certificate that only the test trusts.
"""

import json
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product, starmap
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent.config import resolve
from agent.endpoints import NO_KEY, OPENAI, Endpoint, choose, choose_for_grader
from agent.models.clock import QUICK
from agent.models.failure import EndpointError
from agent.models.wire import Wire
from tests.conftest import Run
from tests.endpoint.holding import ANSWER, BYE, FETCH, GRADE, INVITE, QUESTION, REVEAL
from tests.endpoint.scripted import Json, Response, Script, chunk, error, say, sse
from tests.endpoint.secure import Proxy, needs_openssl, over_tls, self_signed
from transcripts.errors import InputError

SECRETS = {
    "OPENAI_API_KEY": "sk-openai-key-1",
    "MY_KEY": "sk-my-key-2",
    "OPENAI_ADMIN_KEY": "sk-admin-3",
    "OPENAI_ORG_ID": "org-secret-4",
    "OPENAI_PROJECT_ID": "proj-secret-5",
    "OPENAI_WEBHOOK_SECRET": "whsec-6",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: gateway-secret-7",
}
CUSTOM = "gateway-secret-7"
ALWAYS = ("OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_WEBHOOK_SECRET")
PLAIN = {
    "host",
    "accept",
    "accept-encoding",
    "connection",
    "content-type",
    "content-length",
    "user-agent",
    "authorization",
}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
BARE = ("--question", QUESTION, "--follow-ups", "0", "--grader", "local")  # a judge has tests of its own


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own keys, endpoints and proxies."""
    for name in (*SECRETS, *PROXIES, *map(str.lower, PROXIES), "OPENAI_BASE_URL", "OPENAI_LOG", "RAZBOR_MODEL"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Hosts:
    """Two hosts, and what each was sent."""

    a: Script = field(default_factory=lambda: Script(models=("scripted",), forever=say("Hello.")))
    b: Script = field(default_factory=lambda: Script(models=("scripted",), forever=say("Hello.")))

    def url(self, name: str) -> str:
        """The base URL of a, of b, or of a under another name."""
        return {"a": self.a.url, "b": self.b.url, "localhost": self.a.url.replace("127.0.0.1", "localhost")}[name]

    def sent(self) -> list[dict[str, str]]:
        """All headers of all requests; the list begins again."""
        requests = [*self.a.requests, *self.b.requests]
        self.a.requests, self.b.requests = [], []
        return [{name.lower(): value for name, value in request.headers.items()} for request in requests]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    hosts = Hosts()
    with hosts.a, hosts.b:
        yield hosts


def configure(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text)


def chosen(**flags: str | None) -> Endpoint:
    endpoint = choose(resolve(Namespace(model="scripted", **flags)))
    assert endpoint is not None
    return endpoint


def ask(endpoint: Endpoint) -> None:
    """The request that is made before any other."""
    wire = Wire(endpoint, QUICK)
    assert wire.models() == ["scripted"]
    wire.close()


def post(endpoint: Endpoint) -> None:
    """A request for a turn."""
    with Wire(endpoint, QUICK).chat({"model": "m", "messages": []}) as chunks:
        list(chunks)


def secrets_in(headers: dict[str, str]) -> set[str]:
    """The names of the secrets that occur anywhere in the headers."""
    text = json.dumps(headers)
    return {name for name, secret in SECRETS.items() if secret.split(": ")[-1] in text}


def set_secrets(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.setenv(name, SECRETS[name])


class Case(NamedTuple):
    """Which host the environment and which a flag names, which variable a flag names, and whether a key is set."""

    in_environment: str
    flag: str
    key_flag: str
    has_key: bool

    def __str__(self) -> str:
        words = (f"env {self.in_environment}", f"flag {self.flag}", self.key_flag, "key" if self.has_key else "")
        return ", ".join(word for word in words if word.split(" ")[-1])

    @property
    def goes_to(self) -> str:
        return self.flag or self.in_environment

    def endpoint(self, hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
        """What razbor makes of it."""
        set_secrets(monkeypatch, "MY_KEY", *(["OPENAI_API_KEY"] if self.has_key else []))
        if self.in_environment:
            monkeypatch.setenv("OPENAI_BASE_URL", hosts.url(self.in_environment))
        return chosen(base_url=hosts.url(self.flag) if self.flag else None, api_key_env=self.key_flag or None)


CASES = [
    case
    for case in starmap(
        Case, product(["", "a", "b"], ["", "a", "b", "localhost"], ["", "MY_KEY", "OPENAI_API_KEY"], [True, False])
    )
    if case.goes_to and (case.has_key or case.key_flag != "OPENAI_API_KEY")
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_key_that_is_sent_is_the_one_of_that_host(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    set_secrets(monkeypatch, *ALWAYS)
    endpoint = case.endpoint(hosts, monkeypatch)
    expected = case.key_flag or ("OPENAI_API_KEY" if case.has_key and case.goes_to == case.in_environment else "")
    ask(endpoint)
    (headers,) = hosts.sent()
    assert headers["host"] in hosts.url(case.goes_to)
    assert headers["authorization"] == f"Bearer {SECRETS[expected] if expected else NO_KEY}"
    assert secrets_in(headers) == ({expected} if expected else set())
    assert {name for name in headers if not name.startswith("x-stainless-")} <= PLAIN
    assert SECRETS["OPENAI_API_KEY"] not in repr(endpoint)
    assert SECRETS["MY_KEY"] not in repr(endpoint)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_custom_headers_go_where_the_openai_package_is_set_up_to_go(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    set_secrets(monkeypatch, "OPENAI_CUSTOM_HEADERS")
    ask(case.endpoint(hosts, monkeypatch))
    (headers,) = hosts.sent()
    assert (CUSTOM in json.dumps(headers)) == (case.goes_to == case.in_environment)


def test_custom_headers_never_bring_a_key_to_another_host(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", hosts.a.url)
    lines = ("Authorization: Bearer gw-1", "x-api-key:gw-2", " Cookie : c=gw-3", "OpenAI-Organization: gw-4")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "\n".join(lines))
    ask(chosen(base_url=hosts.b.url))
    (headers,) = hosts.sent()
    assert "gw-" not in json.dumps(headers)
    assert not {"x-api-key", "cookie", "openai-organization"} & set(headers)


PAIR = 'base_url = "{b}"\napi_key_env = "MY_KEY"\n'
PROFILE = f"[profiles.x]\n{PAIR}"


class Filed(NamedTuple):
    """A config.toml, flags, an environment: which host is asked, and whose key is with it."""

    file: str
    flags: dict[str, str]
    environment: dict[str, str]
    goes_to: str
    expected: str


IN_FILE = [
    Filed(PAIR, {}, {}, "b", "MY_KEY"),
    Filed('base_url = "{b}"', {}, {}, "b", ""),
    Filed(PAIR, {"base_url": "{a}"}, {}, "a", ""),
    Filed(PAIR, {"base_url": "{a}", "api_key_env": "MY_KEY"}, {}, "a", "MY_KEY"),
    Filed(PAIR, {}, {"OPENAI_BASE_URL": "{a}"}, "a", "OPENAI_API_KEY"),
    Filed('base_url = "{b}"', {}, {"OPENAI_BASE_URL": "{a}"}, "a", "OPENAI_API_KEY"),
    Filed('base_url = "{a}"', {}, {"OPENAI_BASE_URL": ""}, "a", ""),
    Filed('api_key_env = "MY_KEY"', {"base_url": "{a}"}, {}, "a", ""),
    Filed('api_key_env = "MY_KEY"', {}, {"OPENAI_BASE_URL": "{a}"}, "a", "OPENAI_API_KEY"),
    Filed(f'profile = "x"\n{PROFILE}', {}, {}, "b", "MY_KEY"),
    Filed(PROFILE, {"profile": "x"}, {}, "b", "MY_KEY"),
    Filed('[profiles.x]\nbase_url = "{b}"', {"profile": "x"}, {}, "b", ""),
    Filed(PROFILE, {"profile": "x", "base_url": "{a}"}, {}, "a", ""),
    Filed(PROFILE, {"profile": "x"}, {"OPENAI_BASE_URL": "{a}"}, "b", "MY_KEY"),
    Filed(f'profile = "x"\n{PROFILE}', {}, {"OPENAI_BASE_URL": "{a}"}, "a", "OPENAI_API_KEY"),
    Filed('profile = "x"\nbase_url = "{a}"\n[profiles.x]\napi_key_env = "MY_KEY"', {}, {}, "a", ""),
    Filed('[profiles.x]\napi_key_env = "MY_KEY"', {"profile": "x"}, {"OPENAI_BASE_URL": "{a}"}, "a", "OPENAI_API_KEY"),
    Filed('api_key_env = "MY_KEY"\n[profiles.x]\nbase_url = "{b}"', {"profile": "x"}, {}, "b", ""),
    Filed('[profiles.openrouter]\nbase_url = "{b}"', {"profile": "openrouter"}, {}, "b", ""),
    Filed('[profiles.openai]\nbase_url = "{b}"', {"profile": "openai"}, {}, "b", ""),
]


@pytest.mark.parametrize("case", IN_FILE, ids=range(len(IN_FILE)))
def test_a_variable_in_a_file_belongs_to_the_url_beside_it(
    hosts: Hosts, home: Path, monkeypatch: pytest.MonkeyPatch, case: Filed
) -> None:
    def filled(text: str) -> str:
        return text.replace("{a}", hosts.a.url).replace("{b}", hosts.b.url)

    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-openrouter-8")
    set_secrets(monkeypatch, *SECRETS)
    configure(home, filled(case.file))
    for name, value in case.environment.items():
        monkeypatch.setenv(name, filled(value))
    ask(chosen(**{name: filled(value) for name, value in case.flags.items()}))
    (headers,) = hosts.sent()
    assert headers["host"] in hosts.url(case.goes_to)
    assert headers["authorization"] == f"Bearer {SECRETS[case.expected] if case.expected else NO_KEY}"
    assert not {"openai-organization", "openai-project"} & set(headers)
    assert "sk-openrouter-8" not in json.dumps(headers)


@pytest.mark.parametrize(("flags", "expected"), [
    ({}, "OPENAI_API_KEY"),
    ({"grader_base_url": "{b}"}, ""),
    ({"grader_base_url": "{b}", "api_key_env": "MY_KEY"}, ""),
    ({"grader_base_url": "{b}", "grader_api_key_env": "MY_KEY"}, "MY_KEY"),
    ({"base_url": "{b}"}, ""),
    ({"base_url": "{b}", "api_key_env": "MY_KEY"}, "MY_KEY"),
    ({"grader_model": "other"}, "OPENAI_API_KEY"),
])  # fmt: skip
def test_the_grader_has_its_own_key(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, flags: dict[str, str], expected: str
) -> None:
    set_secrets(monkeypatch, "OPENAI_API_KEY", "MY_KEY", "OPENAI_ORG_ID")
    monkeypatch.setenv("OPENAI_BASE_URL", hosts.a.url)
    endpoint = choose_for_grader(resolve(Namespace(**{k: v.replace("{b}", hosts.b.url) for k, v in flags.items()})))
    assert endpoint is not None
    ask(endpoint)
    (headers,) = hosts.sent()
    assert headers["authorization"] == f"Bearer {SECRETS[expected] if expected else NO_KEY}"
    assert secrets_in(headers) == ({expected} if expected else set())


@pytest.mark.parametrize(("base_url", "key"), [
    (OPENAI, "sk-openai-key-1"),
    ("https://api.openai.com", "sk-openai-key-1"),
    ("https://API.OpenAI.com:443/v1", "sk-openai-key-1"),
    ("http://api.openai.com/v1", NO_KEY),
    ("https://api.openai.com:8443/v1", NO_KEY),
    ("https://api.openai.com.evil.example/v1", NO_KEY),
    ("https://eu.api.openai.com/v1", NO_KEY),
    ("https://evil.example/api.openai.com/v1", NO_KEY),
    ("https://evil.example#api.openai.com", NO_KEY),
    ("https://api.openai.com@evil.example/v1", None),
    ("https://evil.example\\@api.openai.com/v1", None),
    ("https://api.openai.com\t.evil.example/v1", None),
])  # fmt: skip
def test_what_looks_like_openai_is_not_openai(monkeypatch: pytest.MonkeyPatch, base_url: str, key: str | None) -> None:
    set_secrets(monkeypatch, "OPENAI_API_KEY")
    if key is None:
        with pytest.raises(InputError):
            chosen(base_url=base_url)
    else:
        assert chosen(base_url=base_url).key == key


def test_without_a_key_openai_is_not_even_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="key_missing"):
        chosen()
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-3")
    with pytest.raises(InputError, match="key_missing"):
        chosen()


def test_nothing_is_read_from_the_current_folder(hosts: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".env", "config.toml", "razbor.toml", "pyproject.toml"):
        (tmp_path / name).write_text(f'OPENAI_BASE_URL="{hosts.b.url}"\nbase_url = "{hosts.b.url}"\n')
    (tmp_path / ".netrc").write_text("machine 127.0.0.1\nlogin me\npassword netrc-secret\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_BASE_URL", hosts.a.url)
    set_secrets(monkeypatch, "OPENAI_API_KEY")
    ask(chosen())
    (headers,) = hosts.sent()
    assert headers["authorization"] == f"Bearer {SECRETS['OPENAI_API_KEY']}"
    assert headers["host"] in hosts.a.url
    ask(chosen(base_url=hosts.b.url))
    (headers,) = hosts.sent()
    assert headers["authorization"] == f"Bearer {NO_KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_key_to_another_host(hosts: Hosts, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    set_secrets(monkeypatch, *SECRETS)
    away = Response([b""], status, headers={"location": f"{hosts.b.url}/chat/completions"}, whole=True)
    with Script(forever=away) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        with suppress(EndpointError):  # whether it is followed does not matter here
            post(chosen())
        assert "OPENAI_API_KEY" in secrets_in(dict(server.requests[0].headers))
    for headers in hosts.sent():
        assert secrets_in(headers) == set()


# A server may say the key back

KEYS = ["sk-plain", "sk/with+and=signs", 'sk-"quoted"\\', "sk-<tag>&amp"]


def sayings(key: str) -> dict[str, Response]:
    """The key in the words of a server: plain, as JSON writes it, as JSON may write it, in a stream, in HTML."""
    escaped = "".join(f"\\u{ord(char):04x}" for char in key)
    told = {"error": {"message": f"Incorrect API key provided: {key}. Find it there.", "code": "invalid_api_key"}}
    return {
        "json": error(401, told),
        "slashes": error(401, json.dumps(told).replace("/", "\\/")),
        "escaped": error(401, f'{{"error": {{"message": "Incorrect API key: {escaped}"}}}}'),
        "text": error(401, f"No such key: {key}"),
        "page": error(403, f"<html>Forbidden: {key}</html>"),
        "stream": sse(told),
        "rejected": error(400, {"error": {"message": f"bad header Bearer {key}", "type": "invalid_request_error"}}),
        "nested": error(422, {"detail": [{"loc": ["header", "authorization"], "msg": f"value {key}"}]}),
    }


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", list(sayings("")))
def test_a_key_that_a_server_echoes_is_taken_out(monkeypatch: pytest.MonkeyPatch, key: str, form: str) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with Script(forever=sayings(key)[form]) as server:
        endpoint = chosen(base_url=server.url, api_key_env="MY_KEY")
        with (
            pytest.raises(EndpointError) as raised,
            Wire(endpoint, QUICK).chat({"model": "m", "messages": []}) as chunks,
        ):
            list(chunks)
        assert server.requests[0].headers["authorization"] == f"Bearer {key}"
    shown = f"{raised.value!r} {raised.value} {raised.value.detail} {raised.value.body}"
    assert key not in shown
    assert json.dumps(key)[1:-1] not in shown


# Whole interviews

INTERVIEW = (FETCH, INVITE, GRADE, REVEAL, BYE)


def everything_under(folder: Path) -> str:
    return "".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def check_nothing_leaked(home: Path, *texts: str) -> None:
    """No secret in what was printed, nor in any file that razbor has written."""
    for name, secret in SECRETS.items():
        value = secret.split(": ")[-1]
        assert value not in "".join(texts), name
        assert value not in everything_under(home), name


def test_an_interview_at_the_openai_base_url(razbor: Run, home: Path) -> None:
    with Script(*INTERVIEW) as server:
        env = SECRETS | {"OPENAI_BASE_URL": server.url}
        done = razbor("-v", "-m", "scripted", *BARE, stdin=f"{ANSWER}\n", **env)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 5
        for request in server.requests:
            assert secrets_in(dict(request.headers)) == {"OPENAI_API_KEY", "OPENAI_CUSTOM_HEADERS"}
    shown = razbor("config", "-m", "scripted", **env)
    as_json = razbor("config", "--json", **env)
    assert (shown.returncode, as_json.returncode) == (0, 0)
    assert server.url in shown.stdout
    check_nothing_leaked(home, done.stdout, done.stderr, shown.stdout, shown.stderr, as_json.stdout)


def test_an_interview_elsewhere_gets_a_dummy_key(razbor: Run, home: Path) -> None:
    with Script(*INTERVIEW) as server:
        done = razbor("--base-url", server.url, *BARE, stdin=f"{ANSWER}\n", **SECRETS)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 6, "the model was asked for first"
        for request in server.requests:
            assert secrets_in(dict(request.headers)) == set()
            assert request.headers["authorization"] == f"Bearer {NO_KEY}"
    check_nothing_leaked(home, done.stdout, done.stderr)


def test_an_interview_with_a_named_key_and_the_package_made_talkative(razbor: Run, home: Path) -> None:
    with Script(*INTERVIEW) as server:
        env = SECRETS | {"OPENAI_LOG": "debug"}
        flags = ("--base-url", server.url, "--api-key-env", "MY_KEY", "-m", "scripted")
        done = razbor(*flags, *BARE, stdin=f"{ANSWER}\n", **env)
        assert done.returncode == 0, done.stderr
        for request in server.requests:
            assert secrets_in(dict(request.headers)) == {"MY_KEY"}
    shown = razbor("config", *flags, **env)
    assert "MY_KEY" in shown.stdout
    check_nothing_leaked(home, done.stdout, done.stderr, shown.stdout)


def test_a_key_that_is_echoed_in_the_middle_stays_out_of_the_transcript(razbor: Run, home: Path) -> None:
    key = SECRETS["MY_KEY"]
    told = {"error": {"message": f"Incorrect API key provided: {key}", "code": "invalid_api_key"}}
    with Script(FETCH, INVITE, error(401, told)) as server:
        flags = ("--base-url", server.url, "--api-key-env", "MY_KEY", "-m", "scripted", "-v")
        done = razbor(*flags, *BARE, stdin=f"{ANSWER}\n", **SECRETS)
        assert done.returncode == 0, done.stderr
    assert "***" in done.stdout + done.stderr + everything_under(home)
    check_nothing_leaked(home, done.stdout, done.stderr)


@pytest.mark.parametrize("status", [401, 400, 0])
def test_a_key_that_is_echoed_at_once_is_not_printed(razbor: Run, home: Path, status: int) -> None:
    key = SECRETS["OPENAI_API_KEY"]
    told = {"error": {"message": f"Incorrect API key provided: {key}", "code": 401}}
    with Script(forever=error(status, told) if status else sse(told, chunk({}))) as server:
        env = SECRETS | {"OPENAI_BASE_URL": server.url}
        done = razbor("-v", "-m", "scripted", *BARE, stdin=f"{ANSWER}\n", **env)
        assert done.returncode == 1
        assert "razbor: " in done.stderr
    check_nothing_leaked(home, done.stdout, done.stderr)


# OpenAI's own host


@needs_openssl
def test_openai_gets_its_key_its_organization_and_its_project(razbor: Run, home: Path, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "DNS:api.openai.com")
    with over_tls(Script(*INTERVIEW), certificate, key) as server:
        proxy = Proxy(server._server.server_port)
        env: dict[str, Any] = SECRETS | {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(certificate)}
        done = razbor("-m", "scripted", *BARE, stdin=f"{ANSWER}\n", **env)
        proxy.close()
        assert done.returncode == 0, done.stderr
        for request in server.requests:
            sent: Json = {name.lower(): value for name, value in request.headers.items()}
            assert sent["host"] == "api.openai.com"
            assert sent["authorization"] == f"Bearer {SECRETS['OPENAI_API_KEY']}"
            assert sent["openai-organization"] == SECRETS["OPENAI_ORG_ID"]
            assert sent["openai-project"] == SECRETS["OPENAI_PROJECT_ID"]
            assert not secrets_in(sent) & {"MY_KEY", "OPENAI_ADMIN_KEY", "OPENAI_WEBHOOK_SECRET"}
    assert b"api.openai.com" in proxy.asked[0]
    assert all(secret.encode() not in b"".join(proxy.asked) for secret in SECRETS.values())
    check_nothing_leaked(home, done.stdout, done.stderr)
