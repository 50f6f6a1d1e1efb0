"""Which of the servers that people run at home answers on this machine now, and what it serves.

Asks loopback addresses only, without a key and past every proxy. Whatever listens there may be anything: what is no
short, plain list of models in time is no server.
"""

import json
import re
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from agent.endpoints import LOOPBACK
from transcripts.events import Json

WITHIN = 0.3  # seconds for all of them together, where an interview is about to begin
AT_LEISURE = 1.5  # seconds, where somebody asks what is here
MAX_BYTES = 256 * 1024  # of a list of models
MAX_NAME = 120  # characters of a model's name
HTTP_OK = 200
_NO_INTERVIEWER = re.compile(r"embed|rerank|whisper|\bbge\b|minilm|\btts\b|\bclip\b|stable-diffusion", re.IGNORECASE)


@dataclass(frozen=True)
class Server:
    """One that answers: the profile it is known by, its address, and the models it serves, the likeliest first."""

    profile: str
    base_url: str
    models: tuple[str, ...]


def find_servers(profiles: Mapping[str, Mapping[str, str]], seconds: float = WITHIN) -> list[Server]:
    """Those of the profiles that answer on this machine, in the profiles' order. Takes at most so many seconds."""
    end = time.monotonic() + seconds
    found: dict[str, Server] = {}
    connections: list[socket.socket] = []
    addresses: dict[str, str] = {}
    for name, profile in profiles.items():
        if _is_nearby(url := profile.get("base_url", "").rstrip("/")):
            addresses.setdefault(url, name)
    threads = [
        threading.Thread(target=_ask, args=(Server(name, url, ()), end, connections, found), daemon=True)
        for url, name in addresses.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    for connection in connections.copy():
        with suppress(OSError):  # it is closed already; a thread that still reads ends by this
            connection.shutdown(socket.SHUT_RDWR)
    there = found.copy()
    return [_preferred(there[name], profiles[name].get("model", "")) for name in profiles if name in there]


def _preferred(server: Server, model: str) -> Server:
    """The server, its models led by the one that the profile names."""
    return replace(server, models=tuple(sorted(server.models, key=lambda name: name != model)))


def _is_nearby(url: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and (parts.port or 80) > 0 and "@" not in url
    return False


def _ask(server: Server, end: float, connections: list[socket.socket], found: dict[str, Server]) -> None:
    """Ask one address for its models. A port that nobody listens on costs a connection that is refused."""
    parts = urlsplit(server.base_url)
    try:
        connection = socket.create_connection((parts.hostname, parts.port or 80), max(end - time.monotonic(), 0.01))
    except OSError:
        return
    connections.append(connection)
    with connection:
        models = _models(_get(connection, parts, end))
    if models and time.monotonic() <= end:
        found[server.profile] = replace(server, models=tuple(models))


def _get(connection: socket.socket, parts: SplitResult, end: float) -> bytes:
    """The body of the list of models; nothing where it is too long, too late, or no plain success."""
    from http.client import HTTPConnection, HTTPException  # 10 ms, for nothing where no port is open

    http = HTTPConnection(parts.netloc)
    http.sock = connection
    body = b""
    try:
        http.request("GET", f"{parts.path}/models", headers={"Accept": "application/json"})
        response = http.getresponse()
        if response.status != HTTP_OK:  # a redirect is not followed
            return b""
        while piece := response.read1(MAX_BYTES):
            body += piece
            if len(body) > MAX_BYTES or time.monotonic() > end:
                return b""
    except (OSError, HTTPException, ValueError):
        return b""
    return body


def _models(body: bytes) -> list[str]:
    """The names of the models that may interview; all of them where none seems to be one."""
    try:
        listed: object = json.loads(body)
    except (ValueError, RecursionError):
        return []
    rows = listed.get("data") if isinstance(listed, dict) else None
    names = [_name(row) for row in rows] if isinstance(rows, list) else []
    plain = list(dict.fromkeys(name for name in names if name))
    return [name for name in plain if not _NO_INTERVIEWER.search(name)] or plain


def _name(row: Json | object) -> str:
    """A model's name where it can stand on a screen and in a command line, else nothing."""
    name = row.get("id") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name.isprintable() or name != name.strip() or len(name) > MAX_NAME:
        return ""
    return name
