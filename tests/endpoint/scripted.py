"""A scripted endpoint: a real HTTP server that plays its steps in order and fails on what was not scripted.

    with Script(say("Hello"), call("fetch_question")) as server:
        ...                       # server.url ends with /v1; server.bodies are the requests it got, as JSON

A step is a Response or a function from the request's body to one, which may check what it gets. Steps left over,
requests without a step and failing checks are errors when the `with` ends.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]
GO_ON = "Please go on, and be concrete."
STREAM, JSON, HTML = "text/event-stream", "application/json", "text/html"


@dataclass
class Response:
    """What goes over the wire. `pieces` are sent one after the other; a float among them is a pause in seconds.

    Status 0: the connection is closed without a word.
    """

    pieces: list[bytes | float] = field(default_factory=list)
    status: int = 200
    content_type: str = STREAM
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # after the pieces, reset the connection instead of ending the response
    whole: bool = False  # with Content-Length instead of the end of the connection

    @property
    def body(self) -> bytes:
        """All bytes, the pauses left out."""
        return b"".join(piece for piece in self.pieces if isinstance(piece, bytes))

    def byte_by_byte(self) -> "Response":
        """The same response, cut at every boundary."""
        return Response([bytes([byte]) for byte in self.body], self.status, self.content_type, self.headers)


Step = Response | Callable[[Json], Response]


def sse(*payloads: Any, done: bool = True) -> Response:
    """A stream of JSON payloads; a str or bytes goes out as it is."""
    raw = [p if isinstance(p, bytes) else p.encode() if isinstance(p, str) else f"data: {json.dumps(p)}\n\n".encode()
           for p in payloads]  # fmt: skip
    return Response([*raw, *([b"data: [DONE]\n\n"] if done else [])])


def chunk(delta: Any = None, finish: str | None = None, **more: Any) -> Json:
    """One chunk of a stream with one choice."""
    return {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more}


def say(text: str, **more: Any) -> Response:
    """A streamed turn of words."""
    return sse(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": text}),
        chunk({}, "stop"),
        *([more] if more else []),
    )


def call(name: str, arguments: Json | str = "{}", call_id: str = "call_abc1", text: str = "") -> Response:
    """A streamed turn with one native tool call."""
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
    delta = {"index": 0, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = {"index": 0, "function": {"arguments": raw}}
    return sse(
        chunk({"role": "assistant", "content": text}), chunk({"tool_calls": [delta]}), chunk({"tool_calls": [rest]}),
        chunk({}, "tool_calls"),
    )  # fmt: skip


def whole(message: Json, finish: str = "stop", **more: Any) -> Response:
    """A turn that is not streamed."""
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}
    return Response([json.dumps(body).encode()], content_type=JSON)


def error(status: int, body: Any = None, **headers: str) -> Response:
    """An HTTP error; a body that is no str goes out as JSON."""
    text = body if isinstance(body, str) else json.dumps(body if body is not None else {"error": {"message": "no"}})
    kind = HTML if text.startswith("<") else JSON
    return Response([text.encode()], status, kind, {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json


class Script:
    """The server. `models` is what GET /models lists; None: there is no such path. Nothing is outside of `root`."""

    def __init__(  # noqa: C901 - the handler is in it
        self, *steps: Step, models: Iterable[str] | None = ("scripted",), forever: Step | None = None, root: str = "/"
    ) -> None:
        self.steps = list(steps)
        self.forever = forever  # played once the steps are over
        self.models = models
        self.requests: list[Seen] = []
        self.problems: list[str] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a byte that is sent on its own travels on its own

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                script.requests.append(Seen("GET", self.path, dict(self.headers), {}))
                if self.path.endswith("/models") and script.models is not None and self.path.startswith(root):
                    listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in script.models]}
                    self._send(Response([json.dumps(listed).encode()], content_type=JSON, whole=True))
                else:
                    self._send(Response([b"{}"], 404, JSON, whole=True))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                body = json.loads(raw)
                script.requests.append(Seen("POST", self.path, dict(self.headers), body))
                self._send(script.next_step(body) if self.path.startswith(root) else error(404, "<h1>Not Found</h1>"))

            def _send(self, response: Response) -> None:
                if not response.status:
                    self.close_connection = True
                    return
                self.send_response(response.status)
                self.send_header("content-type", response.content_type)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                if response.whole:
                    self.send_header("content-length", str(len(response.body)))
                else:
                    self.send_header("connection", "close")
                    self.close_connection = True
                self.end_headers()
                try:
                    for piece in response.pieces:
                        if isinstance(piece, bytes):
                            self.wfile.write(piece)
                            self.wfile.flush()
                        else:
                            time.sleep(piece)
                    if response.drop:
                        self.close_connection = True
                        reset = struct.pack("ii", 1, 0)
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                        self.connection.close()
                except OSError:
                    pass  # the client has heard enough

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def bodies(self) -> list[Json]:
        """The bodies of the requests for a turn."""
        return [request.body for request in self.requests if request.method == "POST"]

    def next_step(self, body: Json) -> Response:
        """The response to a request; what is wrong with it is kept for the end."""
        if not self.steps and self.forever is None:
            self.problems.append(f"no step left for {json.dumps(body)[-300:]}")
            return error(500, "unplayed")
        step = self.steps.pop(0) if self.steps else self.forever
        assert step is not None
        if isinstance(step, Response):
            return step
        try:
            return step(body)
        except AssertionError as problem:
            self.problems.append(f"step {len(self.bodies)}: {problem}")
            return error(500, "failed check")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            assert not self.problems, self.problems
            assert not self.steps, f"{len(self.steps)} steps were not asked for"


def obey(body: Json) -> Response:
    """The turn of a model that does what is due, read from a request with native calls."""
    messages = body["messages"]
    results = [json.loads(m["content"].split("\n\n[razbor]")[0]) for m in messages if m["role"] == "tool"]
    question = next((result["id"] for result in reversed(results) if "prompt" in result), "")
    step = results[-1]["next"] if results else "fetch_question"
    if messages[-1]["role"] == "user" and question:
        step = "grade_answer"
    if step in ("grade_answer", "reveal_breakdown"):
        return call(step, {"question_id": question})
    return call("fetch_question") if step == "fetch_question" else say(GO_ON)
