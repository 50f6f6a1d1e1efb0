"""`razbor mcp`, driven by the SDK's own client: a real process, real pipes."""

import asyncio
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, Implementation

from agent.mcp.tools import ClientTools
from tests.warm import Warm
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.interview import Interview
from tools.planner import Planner
from tools.question import Question
from transcripts.events import Event, GradeEvent, MessageEvent
from transcripts.reader import read

ROOT = Path(__file__).parents[2]
ASKED = ("kubernetes-primitives", "drift-monitoring")
FLAGS = tuple(word for one in ASKED for word in ("--question", one))
INITIALIZE = {
    "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw\x1b[31m", "version": "0"},
}  # fmt: skip


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "RAZBOR_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"}


@dataclass
class Driven:
    """A client of the SDK, and all that it got."""

    client: Client
    results: list[CallToolResult] = field(default_factory=list)

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        result = await self.client.call_tool(name, arguments)
        self.results.append(result)
        content: dict[str, Any] = json.loads(result.content[0].text)  # type: ignore[union-attr]
        assert content["ok"] is not result.is_error
        return content

    @property
    def shown(self) -> str:
        """What the candidate is to see of the last result."""
        return "\n".join(block.text for block in self.results[-1].content[1:])  # type: ignore[union-attr]


def server(home: Path, wire: Path, *flags: str) -> StdioServerParameters:
    command = f"{shlex.join([sys.executable, '-m', 'agent', 'mcp', *FLAGS, *flags])} | tee {shlex.quote(str(wire))}"
    return StdioServerParameters(command="sh", args=["-c", command], env=environment(home), cwd=str(home))


async def practice(driven: Driven) -> dict[str, Any]:
    """Two questions with everything that is refused; what was refused, by name."""
    refused = {"nothing open": await driven.call("grade_answer", question_id=ASKED[0], answer="A pod.")}
    await driven.call("fetch_question")
    refused["early reveal"] = await driven.call("reveal_breakdown", question_id=ASKED[0])
    refused["no words"] = await driven.call("grade_answer", question_id=ASKED[0], answer=" \n")
    refused["no answer"] = await driven.call("grade_answer", question_id=ASKED[0])
    refused["a score"] = await driven.call("grade_answer", question_id=ASKED[0], answer="A pod.", score=10)
    refused["unknown"] = await driven.call("set_score", score=10)
    refused["too long"] = await driven.call("grade_answer", question_id=ASKED[0], answer="pod " * 300_000)
    refused["other id"] = await driven.call("grade_answer", question_id=ASKED[1], answer="A pod.")
    graded = await driven.call("grade_answer", question_id=ASKED[0], answer="A pod is the smallest unit.")
    assert (graded["next"], graded["key_points_covered"], graded["key_points"]) == ("grade_answer", 1, 8)
    again = await driven.call("fetch_question")  # a second question while one is open
    assert (again["id"], again["follow_up"]) == (ASKED[0], graded["follow_up"])
    graded = await driven.call(
        "grade_answer", question_id=ASKED[0], answer="A node is a worker machine.\nIt runs pods."
    )
    assert (graded["next"], graded["key_points_covered"]) == ("reveal_breakdown", 3)
    await driven.call("reveal_breakdown", question_id=ASKED[0])
    assert "── Score 3.8 of 10" in driven.shown
    assert "── Breakdown" in driven.shown
    refused["late words"] = await driven.call("grade_answer", question_id=ASKED[0], answer="And the rest.")
    assert (await driven.call("fetch_question"))["id"] == ASKED[1]
    assert (await driven.call("search_bank", query="quantization"))["questions"][0]["id"] == "llm-quantization-choice"
    skipped = await driven.call("skip_question", question_id=ASKED[1])
    assert (skipped["status"], skipped["next"]) == ("skipped", "done")
    assert "Mean 3.8 of 10; graded 1 of 2 questions asked." in driven.shown
    return refused


async def live(driven: Driven) -> None:
    """Two questions in live mode, the second after an "I don't know"."""
    for number, question in enumerate(ASKED):
        assert (await driven.call("fetch_question"))["number"] == number + 1
        while True:
            told = await driven.call("grade_answer", question_id=question, answer="I don't know, a node is a machine.")
            assert told["status"] == "recorded"
            if "follow_up" not in told:
                break
        assert (await driven.call("reveal_breakdown", question_id=question))["ok"] is False
    assert told["next"] == "done"


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(*ASKED) as process:
        yield process


@dataclass
class Served:
    """What became of two clients that were served at once."""

    home: Path
    refused: dict[str, Any]
    driven: dict[str, Driven]
    wire: dict[str, list[str]]
    tools: list[dict[str, Any]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    home, wires = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("wires")
    driven: dict[str, Driven] = {}
    tools: list[dict[str, Any]] = []
    refused: dict[str, Any] = {}

    async def hold(mode: str) -> None:
        who = Implementation(name=f"client-{mode}", version="1.2")
        async with Client(server(home, wires / mode, "--mode", mode), client_info=who) as client:
            driven[mode] = Driven(client)
            if mode == "live":
                await live(driven[mode])
            else:
                tools.extend(tool.model_dump(by_alias=True) for tool in (await client.list_tools()).tools)
                refused.update(await practice(driven[mode]))

    async def both() -> None:
        await asyncio.gather(hold("practice"), hold("live"))

    asyncio.run(both())
    wire = {mode: (wires / mode).read_text("utf-8").splitlines() for mode in driven}
    return Served(home, refused, driven, wire, tools)


def transcript_of(served: Served, mode: str) -> list[Event]:
    transcripts = map(read, (served.home / "transcripts").glob("*.jsonl"))
    return next(one.events for one in transcripts if one.session.mode == mode)


def secrets(question: Question) -> Iterator[str]:
    """What nobody may read before the breakdown is open: its longest parts that JSON does not escape."""
    for lang in ("en", "ru"):
        wording = question.wording(lang)  # type: ignore[arg-type]
        texts = (wording.short_answer, wording.breakdown, *wording.key_points, *wording.mistakes, *wording.tips)
        for text in texts:
            yield max(re.split(r'["\\\n]', text), key=len)


def test_the_tools_are_ours(served: Served) -> None:
    assert [tool["name"] for tool in served.tools] == [
        "fetch_question", "grade_answer", "reveal_breakdown", "skip_question", "search_bank",
    ]  # fmt: skip
    session = read(next((served.home / "transcripts").glob("*.jsonl"))).session
    planner = Planner([], load().get, seed=1)
    own = ClientTools(Interview(session), planner.choose, LocalGrader(), lambda _: None, lambda _: []).all()
    assert [tool["inputSchema"] for tool in served.tools] == [tool.schema for tool in own]
    for tool in served.tools:
        assert tool["inputSchema"]["additionalProperties"] is False
        assert not {"score", "grade", "verdict"} & set(tool["inputSchema"]["properties"])


def test_what_is_out_of_order_is_refused_with_what_to_do(served: Served) -> None:
    told = {name: content["error"] for name, content in served.refused.items()}
    assert "fetch_question" in told["nothing open"]
    assert "Not before the attempt" in told["early reveal"]
    assert "blank" in told["no words"]
    assert "'answer' is a required property" in told["no answer"]
    assert "'score' was unexpected" in told["a score"]
    assert "no tool named set_score" in told["unknown"]
    assert "1024 kB" in told["too long"]
    assert ASKED[0] in told["other id"]
    assert "closed" in told["late words"]


def test_nothing_of_an_answer_is_on_the_wire_before_it_is_opened(served: Served) -> None:
    for question in map(load().get, ASKED):
        for mode, lines in served.wire.items():
            opened = next((n for n, line in enumerate(lines) if "── Breakdown" in line), len(lines))
            before = "\n".join(lines if mode == "practice" and question.id == ASKED[1] else lines[:opened])
            for secret in secrets(question):
                assert secret not in before


def test_a_live_interview_tells_nothing_of_quality_before_its_end(served: Served) -> None:
    results = served.driven["live"].results
    end = next(n for n, result in enumerate(results) if len(result.content) > 1)
    before = " ".join(block.text for result in results[:end] for block in result.content)  # type: ignore[union-attr]
    assert not re.search(r"score|covered|mistake|committed|\d of \d", before)
    shown = results[end].content[1].text  # type: ignore[union-attr]
    assert shown.count("── Breakdown") == len(ASKED)
    assert "── Summary" in shown


def test_each_client_has_its_own_transcript_that_verifies_and_is_remembered(served: Served, warm: Warm) -> None:
    events = transcript_of(served, "practice")
    said = [(event.role, event.content) for event in events if isinstance(event, MessageEvent)]
    assert said[1] == ("user", "A pod is the smallest unit.")
    assert [role for role, _ in said] == ["system", "user", "assistant", "user"]
    assert [event.reason for event in events if isinstance(event, GradeEvent)] == [None, None, "skipped"]
    files = sorted(map(str, (served.home / "transcripts").glob("*.jsonl")))
    verified = warm.razbor(served.home, "replay", *files, "--verify", "--json")
    assert verified.returncode == 0, verified.stdout
    listed = json.loads(warm.razbor(served.home, "sessions", "--json").stdout)
    assert sorted((row["reason"], row["graded"]) for row in listed) == [("completed", 1), ("completed", 2)]
    for file in files:
        who = f"client-{read(Path(file)).session.mode} 1.2 (MCP)"
        assert who in warm.razbor(served.home, "replay", file).stdout
        assert who in warm.razbor(served.home, "report", Path(file).stem).stdout
    assert ASKED[0] in warm.razbor(served.home, "plan").stdout


class Raw:
    """A client that speaks for itself, for what the SDK's would not do."""

    def __init__(self, home: Path, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent", "mcp", *FLAGS, *flags], env=environment(home),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.send("initialize", 0, INITIALIZE)

    def send(self, method: str, number: int, params: object) -> None:
        assert self.process.stdin is not None
        print(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}),
            file=self.process.stdin,
            flush=True,
        )

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def call(self, name: str, arguments: object, number: int = 1) -> dict[str, Any]:
        self.send("tools/call", number, {"name": name, "arguments": arguments})
        result: dict[str, Any] = self.receive()["result"]
        return result

    def end(self) -> tuple[int, str]:
        """Its exit status, within seconds, and what it said on stderr."""
        _, complaint = self.process.communicate(timeout=20)
        return self.process.returncode, complaint


def test_a_client_may_be_killed_or_stop_the_server(home: Path, warm: Warm) -> None:
    killed, stopped = Raw(home), Raw(home)
    for client in (killed, stopped):
        client.receive()
        refused = client.call("fetch_question", [1])
        assert refused["isError"] is True
        assert "not a JSON object" in refused["content"][0]["text"]
        assert client.call("fetch_question", {"level": "hard"})["isError"] is True
        assert client is stopped or not [*home.glob("transcripts/*")]  # nothing was asked
        assert client.call("fetch_question", "{}")["isError"] is False  # as text, from clients that know no better
        client.call("grade_answer", {"question_id": ASKED[0], "answer": "A pod is the smallest unit.\x1b]0;x\x07"})
    killed.process.kill()
    killed.end()
    stopped.process.send_signal(signal.SIGTERM)
    assert stopped.end() == (0, "")
    reasons = {row["reason"]: row for row in json.loads(warm.razbor(home, "sessions", "--json").stdout)}
    assert set(reasons) == {"interrupted", "end_of_input"}
    report = warm.razbor(home, "report", reasons["interrupted"]["id"]).stdout  # how it goes on: see the slow test
    assert "raw 0 (MCP)" in report
    assert "\x1b" not in report


@pytest.mark.slow
def test_a_slow_grade_keeps_no_ping_waiting_and_calls_keep_their_order(home: Path) -> None:
    client = Raw(home)
    client.receive()
    client.call("fetch_question", {})
    arguments = {"question_id": ASKED[0], "answer": "a pod is the smallest unit " * 4000}
    client.send("tools/call", 2, {"name": "grade_answer", "arguments": arguments})
    client.send("tools/call", 3, {"name": "reveal_breakdown", "arguments": {"question_id": ASKED[0]}})
    client.send("ping", 4, {})
    assert [client.receive()["id"] for _ in range(3)] == [4, 2, 3]
    client.process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["practice", "live"])
def test_an_interview_cut_off_anywhere_goes_on_in_the_terminal(home: Path, warm: Warm, mode: str) -> None:
    client = Raw(home, "--mode", mode)
    client.receive()
    client.call("fetch_question", {})
    for words in ("A pod is the smallest unit.", "A node is a machine."):
        client.call("grade_answer", {"question_id": ASKED[0], "answer": words})
    client.call("reveal_breakdown", {"question_id": ASKED[0]})
    client.call("fetch_question", {})
    client.call("skip_question", {"question_id": ASKED[1]})
    client.end()
    (path,) = home.glob("transcripts/*")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    for kept in range(1, len(lines)):
        again = home / str(kept)
        (again / "transcripts").mkdir(parents=True)
        file = again / "transcripts" / path.name
        file.write_text("".join(lines[:kept]), "utf-8")
        resumed = warm.razbor(again, "resume", lines=["I don't know"] * 3)
        assert resumed.returncode == 0, (kept, resumed.stderr)
        verified = warm.razbor(again, "replay", str(file), "--verify")
        assert verified.returncode == 0, (kept, verified.stdout)
