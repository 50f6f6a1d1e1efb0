"""Which endpoint is meant, and which key goes there: a key goes only to the host it belongs to."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from agent.config import DEFAULT, Value
from transcripts.errors import InputError

OPENAI = "https://api.openai.com/v1"
NO_KEY = "none"  # what a server that wants no key is sent
LAST_PORT = 65535
LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True)
class Endpoint:
    """Where a model is served. `key` is never printed; `key_origin` says which variable it is from, "" for none."""

    base_url: str
    model: str
    key: str = field(default=NO_KEY, repr=False)
    key_origin: str = ""

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return (urlsplit(self.base_url).hostname or "") in LOOPBACK

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI's own host."""
        return origin(self.base_url) == origin(OPENAI)

    @property
    def id(self) -> str:
        """What is remembered of it is under this name."""
        return f"{self.base_url} {self.model}"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what a key belongs to."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None


def choose(settings: Mapping[str, Value]) -> Endpoint | None:
    """The interviewer's endpoint; None when neither a model nor a base URL is set. InputError for an unusable one."""
    url, model, variable = settings["base_url"], settings["model"], settings["api_key_env"]
    if not url.value and not model.value:
        return None
    return _endpoint(url, model.value, variable)


def choose_for_grader(settings: Mapping[str, Value]) -> Endpoint | None:
    """The grader's own endpoint; what is not set for it is the interviewer's. None when that has none either."""
    url, model, variable = (settings[f"grader_{name}"] for name in ("base_url", "model", "api_key_env"))
    if not url.value:
        url, variable = settings["base_url"], variable if variable.value else settings["api_key_env"]
    name = model.value or settings["model"].value
    return _endpoint(url, name, variable) if url.value or name else None


def _endpoint(url: Value, model: str | None, variable: Value) -> Endpoint:
    """A variable belongs to the URL that was set in the same place; only a flag says it of any URL."""
    base_url = check_url(url.value or OPENAI)
    own = variable.origin.endswith("-api-key-env") or url.origin in (variable.origin, DEFAULT)
    key, origin_of_key = _key(base_url, variable.value if own else None)
    return Endpoint(base_url, model or "", key, origin_of_key)


def is_home(url: str) -> bool:
    """Whether what the environment holds for OpenAI belongs here: OPENAI_BASE_URL, or else OpenAI's own host."""
    return origin(url) == origin(os.environ.get("OPENAI_BASE_URL") or OPENAI)


def masked(url: str) -> str:
    """A URL for people: without the name and password that may stand before the host."""
    return re.sub(r"^(\w+://)?[^/@]*@", r"\1***@", url)


def _suggested(text: str) -> str:
    """An address of the kind that was meant."""
    bare = masked(text).split("://", 1)[-1].removeprefix("***@").strip("/")
    if bare.isascii() and bare.isdecimal() and 0 < int(bare[:6]) <= LAST_PORT:
        return f"http://127.0.0.1:{bare}/v1"
    host = bare.split(":")[0]
    if not re.fullmatch(r"[\w.-]+(:\d{1,4})?(/[\w./-]*)?", bare):
        return "http://127.0.0.1:11434/v1"
    path = "" if "/" in bare else "/v1"
    return f"{'http' if host in LOOPBACK else 'https'}://{bare}{path}"


def check_url(text: str) -> str:
    """The URL without a slash at its end and without credentials; InputError when it is none."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or " " in text:
        raise InputError("error.base_url", url=masked(text), suggestion=_suggested(text))
    if parts.username or parts.password:
        raise InputError("error.base_url_credentials", host=parts.hostname)
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _key(url: str, variable: str | None) -> tuple[str, str]:
    """The key for a URL, and the variable that it is from."""
    environ = os.environ
    if variable:
        if not re.fullmatch(r"[A-Za-z_]\w*", variable, re.ASCII):  # then it may be the key itself, and is not shown
            raise InputError("error.key_no_name")
        if variable not in environ:
            raise InputError("error.key_variable", name=variable)
        return _checked(environ[variable], variable), variable
    if not is_home(url):
        return NO_KEY, ""
    if environ.get("OPENAI_API_KEY"):
        return _checked(environ["OPENAI_API_KEY"], "OPENAI_API_KEY"), "OPENAI_API_KEY"
    if origin(url) == origin(OPENAI):
        raise InputError("error.key_missing")
    return NO_KEY, ""


def _checked(key: str, variable: str) -> str:
    """A key as a header can carry it."""
    key = key.strip()
    if not key:
        raise InputError("error.key_empty", name=variable)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError("error.key_characters", name=variable)
    return key
