"""One request to an endpoint, from open to last byte, through the openai package; its failures in our own kinds.

The one place that knows openai and httpx2. Both are imported on the first request, since that costs half a second.
The response is read as bytes by our own decoder: the package's stream ends without a word on a page that is none,
passes over keep-alives without giving a clock its turn, and fails on what `sse` takes.
"""

import json
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from agent.endpoints import Endpoint, is_home
from agent.models.clock import REMOTE, Clock, Limits
from agent.models.failure import EndpointError, from_exception
from agent.models.refusal import from_status
from agent.models.sse import payloads
from transcripts.events import Json
from transcripts.signals import uninterrupted

if TYPE_CHECKING:
    import httpx2
    import openai

FIRST_REDIRECT = 300
MAX_ERROR = 64 * 1024  # bytes of an error's body
# Headers that the openai package takes from the environment and sends to any host.
_OPENAI_ONLY = ("OpenAI-Organization", "OpenAI-Project")


class Wire:
    """The connection to one endpoint. `answered` once it has given a turn; `clock` is of the last request."""

    def __init__(self, endpoint: Endpoint, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self._limits = limits or (Limits() if endpoint.local else REMOTE)
        self._client: openai.OpenAI | None = None
        self.answered = False
        self.clock = Clock(self._limits)

    @contextmanager
    def chat(self, body: Json) -> Iterator[Iterator[Any]]:
        """The chunks of one turn, as long as they are wanted; a whole completion is one chunk, None a keep-alive.

        Raises EndpointError, on entering and while the chunks are read.
        """
        with closing(self._chunks(body)) as chunks:
            yield chunks

    def _chunks(self, body: Json) -> Generator[Any]:
        with self._failures():
            for chunk in self._payloads("POST", "/chat/completions", body):
                if isinstance(chunk, dict) and chunk.get("error"):
                    raise _in_stream(chunk["error"], self._secret())
                yield chunk

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON value
        """What a GET of a path under the base URL says; None when that is no JSON. Raises EndpointError."""
        with self._failures():
            return next((value for value in self._payloads("GET", path, None) if value is not None), None)

    def models(self) -> list[str]:
        """The names of the models that the endpoint serves. Raises EndpointError."""
        rows = model_rows(self.get("/models"))
        if rows is None:
            raise EndpointError("not_an_api", "no list of models")
        return [str(row["id"]) for row in rows]

    def close(self) -> None:
        """Close the sockets; a request afterwards opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _payloads(self, method: str, path: str, body: Json | None) -> Iterator[Any]:
        import httpx2
        import openai

        client, self.clock = self._open(), Clock(self._limits)
        options: Any = {"cast_to": httpx2.Response, "stream": True, "stream_cls": openai.Stream[object]}
        with self._head_in_time():
            response = client.post(path, body=body, **options) if method == "POST" else client.get(path, **options)
        pieces = response.iter_bytes()
        try:
            for value in payloads(self.clock.watch(pieces)):
                if value is not None:
                    self.clock.sign()
                yield value
        finally:
            with uninterrupted():  # Ctrl-C inside a generator that is being closed would be lost
                pieces.close()
                response.close()

    @contextmanager
    def _head_in_time(self) -> Iterator[None]:
        """Nothing of a response can be watched before its head is whole: the sockets are closed from outside.

        Raises EndpointError where a server drips its head for longer than one request may take.
        """
        import httpx2
        import openai

        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.close()

        watch = threading.Timer(self._limits.total, give_up)
        watch.daemon = True
        watch.start()
        try:
            yield
        except (openai.OpenAIError, httpx2.HTTPError, OSError, RuntimeError):
            if not late.is_set():
                raise
            raise EndpointError("timeout", f"{self._limits.total:.0f} s") from None
        finally:
            watch.cancel()

    def _open(self) -> "openai.OpenAI":
        if self._client is None:
            import httpx2
            import openai

            limits = self._limits
            timeout = openai.Timeout(limits.idle, connect=limits.connect, write=30.0, pool=10.0)
            # A proxy is for the world outside: with a transport of its own a client asks none. Without https it need
            # not read all the world's certificates, which takes 50 ms.
            secure = self.endpoint.base_url.startswith("https")
            direct = httpx2.HTTPTransport(verify=secure) if self.endpoint.local else None
            # A redirect would take the headers, and the answers, somewhere else.
            hooks = {"response": [self._refuse_errors]}
            http = openai.DefaultHttpxClient(
                timeout=timeout, follow_redirects=False, transport=direct, event_hooks=hooks
            )
            self._client = openai.OpenAI(
                base_url=self.endpoint.base_url, api_key=self.endpoint.key, max_retries=0, timeout=timeout,
                default_headers=self._headers(), http_client=http,
            )  # fmt: skip
        return self._client

    def _headers(self) -> Any:  # noqa: ANN401 - openai.Omit has no place in the types of headers
        """What of the environment's headers must not be sent to this host."""
        import openai

        home = is_home(self.endpoint.base_url)
        custom = "" if home else os.environ.get("OPENAI_CUSTOM_HEADERS", "")
        names = [line.split(":")[0].strip() for line in custom.split("\n") if ":" in line]
        names += [] if self.endpoint.is_openai else _OPENAI_ONLY
        headers: dict[str, Any] = {name: openai.Omit() for name in names if name.lower() != "authorization"}
        return headers | ({} if home else {"Authorization": f"Bearer {self.endpoint.key}"})

    def _refuse_errors(self, response: "httpx2.Response") -> None:
        """Read an error's body ourselves, within our limits: the package would read it for as long as it comes."""
        if response.status_code < FIRST_REDIRECT:
            return
        body = b""
        for piece in self.clock.watch(response.iter_bytes()):
            body += piece
            if len(body) > MAX_ERROR:
                break
        raise from_status(response.status_code, response.headers, body.decode("utf-8", "replace"), self._secret())

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """The one place where what openai, httpx2 and the system raise becomes an EndpointError."""
        import httpx2
        import openai

        try:
            yield
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise from_exception(error) from None

    def _secret(self) -> str:
        return self.endpoint.key if self.endpoint.key_origin else ""


def model_rows(listed: Any) -> list[Json] | None:  # noqa: ANN401 - whatever a server sends
    """The rows of a list of models, each with an id; None when this is no such list."""
    rows = listed.get("data") if isinstance(listed, dict) else None
    return [row for row in rows if isinstance(row, dict) and "id" in row] if isinstance(rows, list) else None


def _in_stream(error: Any, secret: str) -> EndpointError:  # noqa: ANN401 - any JSON value
    """An error object inside a 200."""
    text = json.dumps({"error": error})
    code = error.get("code") if isinstance(error, dict) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 0  # noqa: PLR2004 - HTTP errors
    return from_status(status, {}, text, secret)
