"""What requests cost as an interview grows: bytes sent, and CPU per model call, beside a full-history loop.

    python -m tests.benchmarks.history bytes      # for 8, 50 and 200 questions
    python -m tests.benchmarks.history cpu        # alternating with a hand-written loop over chat.completions.create

The endpoint is a scripted server in a process of its own, so that this process's CPU is the client's alone.
"""

import itertools
import json
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from agent.candidate import TypingCandidate
from agent.context import estimate
from agent.course import Course
from agent.endpoints import Endpoint
from agent.loop import Interviewing, run_interview
from agent.models.endpoint import EndpointModel
from agent.models.fit import Fits
from agent.models.wire import Wire
from agent.session import Journal, Parts, assemble, begin, end
from prompts import to_model
from tests.endpoint.scripted import call, say
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.planner import in_order
from tools.question import Question
from transcripts.events import Event, ModelCallEvent, SessionEvent

Json = dict[str, Any]
ANSWER = (
    "FP16 takes two bytes per parameter, so 72B parameters are about 144 GB and do not fit into 80 GB; with INT4 the "
    "weights are about 36 GB, and then the KV cache and the runtime overhead come on top of that. I would measure it."
)


class Obedient(BaseHTTPRequestHandler):
    """A model that does what is due, in native calls; GET returns and clears the sizes of the requests it got."""

    protocol_version = "HTTP/1.1"
    sizes: list[tuple[int, int]] = []  # noqa: RUF012 - one server a process

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._send(json.dumps(Obedient.sizes).encode(), "application/json")
        Obedient.sizes.clear()

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        body = json.loads(raw)
        Obedient.sizes.append((len(raw), estimate(body["messages"], body.get("tools", ()))))
        name, question = due(body["messages"])
        if name == "say":
            response = say("Please go on, and be as concrete as you can.")
        else:
            response = call(
                name, {} if name == "fetch_question" else {"question_id": question}, f"call{time.time_ns() % 10**9}"
            )
        if not body.get("stream"):
            turn = {"role": "assistant", "content": "Please go on." if name == "say" else None}
            if name != "say":
                arguments = "{}" if name == "fetch_question" else json.dumps({"question_id": question})
                function = {"name": name, "arguments": arguments}
                turn["tool_calls"] = [{"id": f"c{time.time_ns() % 10**9}", "type": "function", "function": function}]  # type: ignore[assignment]
            whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m",
                     "choices": [{"index": 0, "message": turn, "finish_reason": "stop"}]}  # fmt: skip
            self._send(json.dumps(whole).encode(), "application/json")
        else:
            self._send(response.body, "text/event-stream")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def due(messages: list[Json]) -> tuple[str, str]:
    """What the last message asks for, and the open question."""
    question = next((r["id"] for m in reversed(messages) if m["role"] == "tool" for r in [json.loads(m["content"])]
                     if "prompt" in r), "")  # fmt: skip
    last = messages[-1]
    if last["role"] == "tool":
        step = json.loads(last["content"])["next"]
        return (step if step in ("fetch_question", "grade_answer", "reveal_breakdown") else "say"), question
    return ("grade_answer" if question and last["role"] == "user" and len(messages) > 3 else "fetch_question"), question


def serve(pipe: Connection) -> None:
    """Run the server; its port goes through the pipe."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Obedient)
    pipe.send(server.server_port)
    server.serve_forever()


def generated(count: int) -> list[Question]:
    """A bank of `count` questions, the built-in ones over and over under other ids."""
    originals = list(load().questions.values())
    return [
        q.model_copy(update={"id": f"q{n:03d}-{q.id}"})
        for n, q in zip(range(count), itertools.cycle(originals), strict=False)
    ]


def assembled(questions: list[Question], events: list[Event]) -> Parts:
    """An interview over these questions, one turn each."""
    grader = LocalGrader()
    session = SessionEvent(
        id="b", razbor="0", lang="en", mode="practice", questions=len(questions), follow_ups=0, seed=1, model="m",
        grader=grader.id, max_steps=10_000,
    )  # fmt: skip
    return assemble(session, in_order(questions), grader, Journal([events.append]))


def ours(port: int, count: int) -> tuple[list[float], int]:
    """An interview of ours; CPU seconds of each model call of the last question, and the threads it left."""
    events: list[Event] = []
    questions = generated(count)
    parts = assembled(questions, events)
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        wire = Wire(Endpoint(f"http://127.0.0.1:{port}/v1", "m"))
        model = EndpointModel(wire, Fits(Path(folder) / "e.json"), lambda *_, **__: None)
        complete = model.complete

        def timed(*arguments: Any) -> Any:
            before = time.process_time()
            turn = complete(*arguments)
            times.append(time.process_time() - before)
            return turn

        model.complete = timed  # type: ignore[method-assign]
        course = Course(model, None, parts.journal.emit, "en")
        parts.journal.listeners.append(course.hear)
        lines = iter([ANSWER] * count)
        candidate = TypingCandidate(
            lambda: next(lines, None), parts.interview, parts.journal.emit, lambda *_, **__: None, LocalGrader().id
        )
        begin(parts)
        reason = run_interview(Interviewing(parts, course, candidate))
        end(parts, reason)
        assert reason == "completed", reason
        model.close()
    turns = sum(isinstance(event, ModelCallEvent) for event in events)
    assert turns == len(times)
    return times[-5:], turns


def by_hand(port: int, count: int) -> list[float]:
    """The loop as one writes it first: the whole history in every request."""
    import openai

    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="x", max_retries=0)
    parts = assembled(generated(count), [])
    begin(parts)
    messages: list[Json] = [
        dict(parts.conversation.messages[0]),
        {"role": "user", "content": to_model("context.begin")},
    ]
    times: list[float] = []
    answered = -1
    while True:
        before = time.process_time()
        reply = client.chat.completions.create(
            model="m", messages=messages, tools=parts.registry.schemas, max_tokens=512
        )  # type: ignore[call-overload]
        times.append(time.process_time() - before)
        turn = reply.choices[0].message
        messages.append(turn.model_dump(exclude_none=True))
        for tool_call in turn.tool_calls or ():
            from tools.registry import ToolCall

            result = parts.registry.call(ToolCall(tool_call.id, tool_call.function.name, tool_call.function.arguments))
            parts.registry.budget.new_turn()
            messages.append({"role": "tool", "tool_call_id": tool_call.id, "content": result.content})
        if not turn.tool_calls:
            from transcripts.events import MessageEvent

            parts.journal.emit(MessageEvent(role="assistant", content=turn.content or ""))
            if parts.interview.finished:
                return times[-5:]
            if answered < len(parts.interview.attempts) - 1:
                answered += 1
                parts.journal.emit(MessageEvent(role="user", content=ANSWER))
                messages.append({"role": "user", "content": ANSWER})


def sizes(port: int) -> list[tuple[int, int]]:
    """The requests that the server got since it was asked last: bytes and estimated tokens."""
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/sizes") as response:
        return [tuple(pair) for pair in json.load(response)]


def bytes_table(port: int) -> None:
    """Print bytes sent for each length, ours and by hand."""
    print(
        f"{'questions':>9} {'requests':>9} {'bytes':>12} {'per question':>13} {'largest, tokens':>16}"
        " | full history: bytes, largest"
    )
    for count in (8, 50, 200):
        ours(port, count)
        mine = sizes(port)
        by_hand(port, count)
        theirs = sizes(port)
        total = sum(size for size, _ in mine)
        print(f"{count:>9} {len(mine):>9} {total:>12,} {total // count:>13,} {max(t for _, t in mine):>16,} | "
              f"{sum(size for size, _ in theirs):,}, {max(t for _, t in theirs):,}")  # fmt: skip


def cpu_table(port: int) -> None:
    """Print client CPU per call, alternating, after a warm-up of both; and what is left open at the end."""
    ours(port, 2)
    by_hand(port, 2)
    files, threads = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    print("CPU per model call in the last question, ms, medians of the rounds")
    for count, rounds in ((8, 7), (50, 5), (200, 1)):
        pairs = [(statistics.median(ours(port, count)[0]), statistics.median(by_hand(port, count)))
                 for _ in range(rounds)]  # fmt: skip
        mine, theirs = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"{count:>4} questions: ours {mine:.1f}, full history over chat.completions.create {theirs:.1f}, "
            f"ratio {ratio:.2f}"
        )
    now = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    print(f"open files and threads before {files, threads}, after {now}")


def main(tables: dict[str, Callable[[int], None]]) -> None:
    """Start the server, print the table that was asked for."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    tables[sys.argv[1]](port)
    server.terminate()


if __name__ == "__main__":
    main({"bytes": bytes_table, "cpu": cpu_table})
