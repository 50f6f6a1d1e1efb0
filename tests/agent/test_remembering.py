"""The memory through the wire: killed, held twice at once, fed with anything, and always what the transcripts say."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.agent.interrupting import ANSWERS, ROOT, events_of, run
from tests.agent.odd_transcripts import HARMLESS, REFUSED, dump, events, harmless
from tests.agent.remembering import ANSWER, EXAMPLES, FLAGS, ONE, about_memory, agrees, content, made
from tests.conftest import Run
from transcripts.reader import read


@pytest.fixture
def memory(home: Path) -> Path:
    """Where the memory is, beside the example transcripts."""
    shutil.copytree(EXAMPLES[0].parent, home / "transcripts")
    return home / "memory.sqlite3"


# --- killed


def killed_at(home: Path, after: int, razbor: Run) -> None:
    begun = run(home, *FLAGS, lines=ANSWERS, dying_after=after)
    assert begun.returncode == -signal.SIGKILL, begun.stderr.decode()
    assert len(events_of(home)) == after
    assert razbor("-q", RAZBOR_HOME=str(home)).returncode == 0
    agrees(home)


def test_killed_at_an_event_it_agrees_after_the_next_start(tmp_path: Path, razbor: Run) -> None:
    for after in (1, 12, 33):
        killed_at(tmp_path / str(after), after, razbor)


@pytest.mark.slow
def test_killed_at_every_event_it_agrees_after_the_next_start(tmp_path: Path, razbor: Run) -> None:
    assert run(tmp_path / "whole", *FLAGS, lines=ANSWERS).returncode == 0
    for after in range(1, len(events_of(tmp_path / "whole"))):
        killed_at(tmp_path / str(after), after, razbor)


def killed_writing(home: Path, step: int, razbor: Run, *arguments: str) -> bool:
    """Whether razbor could be killed at this step of its memory; then all is well after the next start."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.dying_memory", str(step), *arguments],
        input=ANSWER.encode(), capture_output=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
    if done.returncode == 0:
        return False
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    again = razbor("-q")
    assert (again.returncode, about_memory(again)) == (0, [])
    agrees(home)
    return True


@pytest.mark.parametrize("step", [2, 20, 45])
def test_killed_while_it_writes_it_agrees_after_the_next_start(
    memory: Path, home: Path, razbor: Run, step: int
) -> None:
    assert memory.parent == home
    assert killed_writing(home, step, razbor, *ONE)


@pytest.mark.slow
@pytest.mark.parametrize("command", [ONE, ("memory", "rebuild")], ids=["interview", "rebuild"])
def test_killed_at_every_step_it_agrees_after_the_next_start(
    memory: Path, home: Path, razbor: Run, command: Sequence[str]
) -> None:
    for name in EXAMPLES[1:]:  # one is enough, and each start adds one
        (home / "transcripts" / name.name).unlink()
    step = 1
    while killed_writing(home, step, razbor, *command):
        step += 1
        for path in memory.parent.glob("memory*"):
            path.unlink()
        for path in sorted((home / "transcripts").iterdir())[:-1]:
            path.unlink()
    assert step > 20


# --- two at once


def begin(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "agent", *FLAGS, "--follow-ups", "0"],
        cwd=ROOT, env={**os.environ, "RAZBOR_HOME": str(home)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_two_at_once_both_end_well(home: Path, razbor: Run, rounds: int) -> None:
    for _ in range(rounds):
        both = [begin(home) for _ in range(2)]
        for line in ("A pod is a unit.\n", "Add nullable columns first.\n", "Measure recall at k.\n"):
            for one in both:
                assert one.stdin
                one.stdin.write(line.encode())
                one.stdin.flush()
        for one in both:
            _, told = one.communicate(timeout=120)
            assert one.returncode == 0, told
            assert b"memory" not in told.lower()
    paths = list((home / "transcripts").iterdir())
    assert len(paths) == 2 * rounds
    assert all(read(path).events[-1].type == "end" for path in paths)
    assert razbor("-q").returncode == 0
    agrees(home)


# --- what stands in the folder of transcripts


def test_what_was_removed_is_forgotten(memory: Path, razbor: Run) -> None:
    made(memory)
    for path in EXAMPLES:
        assert razbor("sessions", "rm", path.stem).returncode == 0
    assert razbor("-q").returncode == 0
    assert not any('INTO "attempts"' in line or 'INTO "cards"' in line for line in content(memory))
    agrees(memory.parent)


def test_what_has_grown_is_taken_anew(memory: Path, razbor: Run) -> None:
    made(memory)
    path = memory.parent / "transcripts" / EXAMPLES[0].name
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:20]))
    assert razbor("-q").returncode == 0
    agrees(memory.parent)
    less = content(memory)
    assert razbor("resume", path.stem, stdin=ANSWER).returncode == 0
    assert content(memory) != less
    agrees(memory.parent)


def test_a_regrade_counts_at_the_time_of_the_answer(memory: Path, razbor: Run) -> None:
    path = memory.parent / "transcripts" / EXAMPLES[0].name
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_bytes(EXAMPLES[0].read_bytes())
    made(memory)
    recorded = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    first = next(event for event in recorded if event["type"] == "grade")
    again = first | {"score": 9.9, "regrade_of": first["seq"], "time": "2031-01-01T00:00:00+00:00"}
    path.write_bytes(dump([*recorded, again]))
    assert razbor("-q").returncode == 0
    rows = [line for line in content(memory) if first["question"] in line and 'INTO "attempts"' in line]
    assert len(rows) == 1
    assert ",9.9," in rows[0]
    assert "2031" not in rows[0]
    agrees(memory.parent)


TIMES = (
    "9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "1969-07-20T20:17:40Z",
    "2999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "", "20261125T", "1e9", "2999-12-31T23:59:59.9999+00:00",
)  # fmt: skip


def timed(time: str) -> bytes:
    return dump([event | {"time": time} for event in events()])


def lines_of(*ids: str) -> bytes:
    edited = events()
    for event in edited:
        if event["type"] == "grade":
            for line, name in zip(event["mistakes"], ids, strict=False):
                line["id"] = name
    return dump(edited)


def endless(times: int) -> bytes:
    """A grade after the interview concerns each time that the question was asked: so many times as many."""
    edited = events()
    question = next(event for event in edited if event["type"] == "question")
    short = dict.fromkeys(("heading", "prompt", "short_answer", "breakdown"), "x")
    question["question"] = {"id": "x", **short, "mistakes": [{"text": "x"}], "tips": ["x"]}
    grade = next(event for event in edited if event["type"] == "grade")
    grade |= {"question": "x", "key_points": [], "mistakes": [], "tips": [], "regrade_of": 1}
    return dump([edited[0], *[question] * times, *[grade] * times])


def asked(**fields: object) -> bytes:
    edited = events()
    for event in edited:
        if event["type"] == "question":
            event["question"] |= fields
        if event["type"] == "grade" and "id" in fields:
            event["question"] = fields["id"]
    return dump(edited)


def test_nothing_in_the_folder_does_harm(memory: Path, razbor: Run) -> None:
    folder = memory.parent / "transcripts"
    for name in HARMLESS:
        (folder / f"{name}.jsonl").write_bytes(harmless(name))
    for name, (refused, _) in REFUSED.items():
        (folder / f"{name}.jsonl").write_bytes(refused())
    for number, at in enumerate(TIMES):
        (folder / f"time-{number}.jsonl").write_bytes(timed(at))
    (folder / "ids-same.jsonl").write_bytes(lines_of("m1", "m1", "m1"))
    (folder / "ids-odd.jsonl").write_bytes(lines_of("m99", "", "m\ud800\0"))
    (folder / "id-80.jsonl").write_bytes(asked(id="x" * 80))
    (folder / "endless.jsonl").write_bytes(endless(3_000))
    (folder / "topic-none.jsonl").write_bytes(asked(topic="knitting"))
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "fifo.jsonl")
    (folder / "device.jsonl").symlink_to("/dev/zero")
    (folder / "nowhere.jsonl").symlink_to("/nowhere")
    (folder / "notes.txt").write_text("not mine")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jsonl")).write_bytes(harmless("unknown-type"))
    (folder / "x\x1b[2J\n\u202ey.jsonl").write_bytes(harmless("unknown-type"))
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        memory.unlink(missing_ok=True)
        first = razbor("-q", TZ=zone)
        assert (first.returncode, first.stderr) == (0, "")
    planned = razbor("plan", "--json")
    assert (planned.returncode, planned.stderr) == (0, "")
    live = content(memory)
    assert razbor("memory", "rebuild").returncode == 0
    assert content(memory) == live
    stored = "\n".join(live)
    assert f"'{'x' * 80}'" in stored
    assert "knitting" not in stored
    assert "'9999-" not in stored


# --- the start


def imported(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "agent", *arguments], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "RAZBOR_HOME": str(home)},
    )  # fmt: skip
    return done.stderr


def test_nothing_heavy_is_imported_while_nothing_is_due(home: Path, razbor: Run) -> None:
    assert "fsrs" not in imported(home, "-q")
    assert razbor(*ONE, stdin=ANSWER).returncode == 0
    memory = home / "memory.sqlite3"
    with closing(sqlite3.connect(memory)) as file, file:
        assert file.execute("UPDATE cards SET due = '2999-01-01T00:00:00.000+00:00'").rowcount
    assert "fsrs" not in imported(home, "-q")
    with closing(sqlite3.connect(memory)) as file, file:
        assert file.execute("UPDATE cards SET due = '2020-01-01T00:00:00.000+00:00'").rowcount
    assert "fsrs" in imported(home, "-q")
