"""Grading again by a judge: many at once, stopped in every way, and each answer graded exactly once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.endpoint.judges import GOOD, QUESTION, marked, perfect, replies
from tests.endpoint.scripted import Json, Response, Script, error
from tests.recordings import hold, named, regrades, write
from tools.graders.entrance import FIRST, entrance_answers

MANY = 100
ANSWER = "The node is the machine, and containerd runs on it."
VERDICTS: Json = {
    line: one | {"quote": "", "verdict": "missing"} for line, one in GOOD.items() if line.startswith("kp")
}
VERDICTS |= {line: {"quote": "", "verdict": "not_addressed"} for line in ("m1", "m2", "m3")}
VERDICTS["kp1"] = {"quote": "node is the machine", "verdict": "covered"}
good = replies(VERDICTS)
_held: list[Json] = []


@pytest.fixture
def interview(razbor: Run, transcript: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """An interview with one answer, held once; and nothing of the machine's own keys and proxies."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    if not _held:
        _held.extend(hold(razbor, transcript, [QUESTION], [ANSWER]))
    return _held


def many(folder: Path, interview: list[Json], number: int) -> list[Path]:
    """So many interviews, in each of which something else is said."""
    return [write(folder / f"{n:03}.jsonl", named(interview, f"s{n:03}", f" Take {n:03}.")) for n in range(number)]


class Judge:
    """Replies by `step`, and counts: what it was asked about, and how many requests came in at the same time."""

    def __init__(self, step: Callable[[Json], Response] = good, seconds: float = 0.02) -> None:
        self.asked = Counter[str]()
        self.most = 0
        self._now = 0
        self._step, self._seconds = step, seconds
        self._lock = threading.Lock()

    def __call__(self, body: Json) -> Response:
        with self._lock:
            self.asked[marked(body)[1][-1][-9:]] += 1
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._lock:
            self._now -= 1
        return self._step(body)


def command(url: str, paths: list[Path], *flags: str) -> list[str]:
    return ["replay", *map(str, paths), "--regrade", "--grader", "judge", "--base-url", url, "-m", "scripted", *flags]


@contextmanager
def running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run razbor beside the test."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def recorded(home: Path) -> Counter[str]:
    """How many new grades each copy holds."""
    return Counter({path.stem: len(regrades(path)) for path in (home / "regraded").glob("*.jsonl")})


@pytest.mark.slow
def test_stopped_by_ctrl_c_each_answer_is_asked_about_once(
    razbor: Run, interview: list[Json], home: Path, tmp_path: Path
) -> None:
    paths = many(tmp_path / "in", interview, MANY)
    before, judge = [path.read_bytes() for path in paths], Judge()
    with Script(forever=judge) as server:
        with running(command(server.url, paths)) as process:
            until(lambda: judge.asked.total() >= MANY // 4)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
        asked = judge.asked.total()
        assert process.returncode == 130, stderr
        assert recorded(home).total() == asked < MANY
        assert f"answers left to grade: {MANY - asked}." in stderr
        assert stdout == ""
        done = razbor(*command(server.url, paths, "--json"))
    assert done.returncode == 0, done.stderr
    assert set(judge.asked.values()) == {1}
    assert len(judge.asked) == MANY
    assert set(recorded(home).values()) == {1}
    assert [path.read_bytes() for path in paths] == before
    assert 1 < judge.most <= 4
    report = json.loads(done.stdout)
    assert [answer["new"]["score"] for answer in report["answers"]] == [1.2] * MANY
    assert report["left"] == 0
    assert f"Answers now: {MANY - asked}, before: {asked}." in done.stderr


@pytest.mark.slow
def test_killed_each_answer_is_on_record_once(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths, judge = many(tmp_path / "in", interview, MANY), Judge()
    with Script(forever=judge) as server:
        with running(command(server.url, paths, "--jobs", "8")) as process:
            until(lambda: judge.asked.total() >= MANY // 4)
            process.kill()
            process.wait()
        lost = judge.asked.total() - recorded(home).total()
        assert 0 <= lost <= 8
        done = razbor(*command(server.url, paths, "--jobs", "8"))
    assert done.returncode == 0, done.stderr
    assert len(judge.asked) == MANY
    assert judge.asked.total() <= MANY + 8
    assert set(recorded(home).values()) == {1}
    assert len(recorded(home)) == MANY
    assert judge.most <= 8
    assert [path for path in (home / "regraded").iterdir() if path.suffix != ".jsonl"] == []


@pytest.mark.slow
def test_a_second_ctrl_c_does_not_wait(interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths, judge = many(tmp_path / "in", interview, 3), Judge(seconds=20)
    with Script(forever=judge) as server, running(command(server.url, paths, "--jobs", "2")) as process:
        until(lambda: judge.asked.total() == 2)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        while "Ctrl-C again" not in process.stderr.readline():
            pass
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    assert time.monotonic() - begin < 5
    assert recorded(home).total() == 0


@pytest.mark.slow
def test_what_a_judge_fails_on_is_tried_again(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths, bad = many(tmp_path / "in", interview, 4), True

    def step(body: Json) -> Response:
        return replies({})(body) if bad and "Take 002" in str(body) else good(body)

    with Script(forever=Judge(step, 0)) as server:
        first = razbor(*command(server.url, paths))
        assert first.returncode == 0, first.stderr
        assert f"s002, {QUESTION}: not graded (11 of 11 verdicts were unusable)." in first.stderr
        assert recorded(home)["002"] == 0
        assert "→ not graded" in first.stdout
        assert razbor(*command(server.url, paths)).returncode == 1  # nothing new
        bad = False
        last = razbor(*command(server.url, paths))
    assert last.returncode == 0
    assert set(recorded(home).values()) == {1}
    assert "Answers now: 1, before: 3." in last.stderr


@pytest.mark.slow
def test_a_judge_that_is_gone_is_not_asked_on(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths, judge = many(tmp_path / "in", interview, 30), Judge(lambda _: error(401), 0)
    with Script(forever=judge) as server:
        done = razbor(*command(server.url, paths, "--jobs", "2"))
    assert done.returncode == 1
    assert judge.asked.total() <= 6
    assert "gives no more grades" in done.stderr
    assert recorded(home).total() == 0


@pytest.mark.slow
def test_who_is_better_is_found_out_once(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths, known = many(tmp_path / "in", interview, 6), {" ".join(a.answer.split()) for a in entrance_answers()}

    def step(body: Json) -> Response:
        text = " ".join(" ".join(line.removeprefix("| ") for line in marked(body)[1]).split())
        return perfect(body) if text in known else good(body)

    with Script(forever=step) as server:
        flags = ["--regrade", "--base-url", server.url, "-m", "scripted"]
        done = razbor("replay", *map(str, paths), *flags, "--json")
        assert len(server.bodies) == FIRST + len(paths)
        assert razbor("replay", *map(str, paths), *flags, "--json").stdout == done.stdout
        assert len(server.bodies) == FIRST + len(paths)
    assert done.returncode == 0, done.stderr
    assert "scripted grades: on 8 labelled answers" in done.stderr
    for path in (home / "regraded").glob("*.jsonl"):
        (grade,) = regrades(path)
        assert grade["grader"]["name"] == "judge"
        assert grade["measured"]["answers"] == FIRST


@pytest.mark.slow
def test_an_answer_that_says_nothing_is_left_to_the_local_grader_once(
    razbor: Run, transcript: Callable[[], Path], home: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "in" / "a.jsonl", hold(razbor, transcript, [QUESTION], ["..."]))
    with Script() as server:
        for _ in range(2):
            done = razbor(*command(server.url, [path]))
            assert done.returncode == 0, done.stderr
    (grade,) = regrades(home / "regraded" / "a.jsonl")
    assert grade["grader"]["name"] == "local"
