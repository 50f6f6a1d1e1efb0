"""The memory through the wire: killed, twice at once, damaged, locked, full, and always what the transcripts say."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

from agent.recollection import in_step, rebuilt
from tests.agent.interrupting import ANSWERS, QUESTIONS, ROOT, events_of, run
from tests.agent.odd_transcripts import HARMLESS, REFUSED, dump, events, harmless
from tests.conftest import Run
from tools.memory import opened
from transcripts.reader import read

ONE = ("--question", "kubernetes-primitives", "--grader", "local", "--follow-ups", "0")
ANSWER = "A pod is the smallest deployable unit, a node is a machine that runs pods.\n"
FLAGS = (*QUESTIONS, "--seed", "5", "--grader", "local")
EXAMPLES = sorted((ROOT / "transcripts" / "examples").glob("*.jsonl"))


@pytest.fixture
def memory(home: Path) -> Path:
    """Where the memory is, beside the example transcripts."""
    shutil.copytree(EXAMPLES[0].parent, home / "transcripts")
    return home / "memory.sqlite3"


def content(path: Path) -> list[str]:
    with opened(path) as memory:
        return memory.dump()


def agrees(home: Path) -> None:
    """What is remembered is what a new memory makes of the transcripts, and each of them is in it."""
    new, transcripts = home / "new.sqlite3", home / "transcripts"
    new.unlink(missing_ok=True)
    with opened(new) as memory:
        in_step(memory, transcripts)
    assert content(home / "memory.sqlite3") == content(new)
    with opened(new) as memory:
        assert {stamp.name for stamp in memory.known()} == {path.name for path in transcripts.iterdir()}


def newest(home: Path) -> Path:
    return max((home / "transcripts").glob("2*-*.jsonl"))


def about_memory(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if "memory" in line or "Память" in line]


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


# --- files that cannot be used


def newer(path: Path) -> None:
    with opened(path), closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")


def truncated(path: Path) -> None:
    made(path)
    path.write_bytes(path.read_bytes()[: 3 * 4096 + 99])


def garbled(path: Path) -> None:
    made(path)
    data = path.read_bytes()
    path.write_bytes(data[:4096] + os.urandom(len(data) - 4096))


def odd_values(path: Path) -> None:
    made(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE cards SET due = '1999-99', last_review = x'ff'")
        file.execute("UPDATE attempts SET time = 'yesterday', score = 'good'")


def of_others(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE transcripts (x)")


def made(path: Path) -> None:
    assert rebuilt(path, path.parent / "transcripts") == len(list((path.parent / "transcripts").iterdir()))


BAD: dict[str, Callable[[Path], object]] = {
    "newer": newer,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 99),
    "garbled": garbled,
    "truncated": truncated,
    "text": lambda path: path.write_text("This is my diary.\n"),
    "folder": lambda path: path.mkdir(),
    "folder-full": lambda path: (path / "a" / "b").mkdir(parents=True),
    "odd-values": odd_values,
    "of-others": of_others,
    "pipe": os.mkfifo,
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_stops_nothing_and_can_be_mended(memory: Path, razbor: Run, name: str) -> None:
    BAD[name](memory)
    done = razbor(*ONE, stdin=ANSWER)
    assert done.returncode == 0
    (line,) = about_memory(done)
    assert line.startswith("razbor: The memory cannot be used (")
    assert "`razbor memory rebuild`" in line
    assert "Traceback" not in done.stderr
    assert read(newest(memory.parent)).events[-1].type == "end"
    mended = razbor("memory", "rebuild")
    assert (mended.returncode, mended.stderr.count("\n")) == (0, 1)
    assert memory.with_suffix(".bak").is_dir() == name.startswith("folder")
    assert memory.with_suffix(".bak").exists()
    agrees(memory.parent)


def test_it_is_said_in_russian_and_a_plan_is_made_without(memory: Path, razbor: Run) -> None:
    newer(memory)
    done = razbor("--lang", "ru", "-q")
    assert done.stderr == (
        "razbor: Память недоступна (её записала более новая версия razbor), razbor обойдётся без неё. "
        "Исправит `razbor memory rebuild`.\n"
    )
    planned = razbor("plan", "--json")
    assert (planned.returncode, len(about_memory(planned))) == (0, 1)
    assert len(json.loads(planned.stdout)["days"]) == 7


def test_an_empty_file_is_a_memory_to_be_made(memory: Path, razbor: Run) -> None:
    memory.touch()
    assert razbor("-q").stderr == ""
    agrees(memory.parent)


def test_a_rebuild_finds_a_place_for_the_older_file(memory: Path, razbor: Run) -> None:
    memory.mkdir()
    assert razbor("memory", "rebuild").returncode == 0
    memory.write_text("no memory")
    assert razbor("memory", "rebuild").returncode == 0
    assert memory.with_suffix(".bak").is_dir()
    assert memory.with_suffix(".bak1").read_text() == "no memory"


@pytest.mark.parametrize("mode", ["writing", "alone"])
@pytest.mark.parametrize("taken", [True, False], ids=["at the end", "at the start"])
def test_a_locked_file_costs_less_than_three_seconds(memory: Path, razbor: Run, mode: str, taken: bool) -> None:
    made(memory)
    if not taken:
        shutil.copy(memory.parent / "transcripts" / EXAMPLES[0].name, memory.parent / "transcripts" / "new.jsonl")
    start = time.monotonic()
    razbor("-q")
    free = time.monotonic() - start
    if not taken:
        shutil.copy(memory.parent / "transcripts" / EXAMPLES[0].name, memory.parent / "transcripts" / "newer.jsonl")
    with closing(sqlite3.connect(memory, isolation_level=None)) as other:
        if mode == "alone":
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        if mode == "alone":
            other.execute("DELETE FROM cards")
        start = time.monotonic()
        done = razbor("-q")
        held = time.monotonic() - start
        assert (done.returncode, len(about_memory(done))) == (0, 1)
        assert "locked" in done.stderr
        other.execute("ROLLBACK")
    assert held - free < 3
    assert razbor("-q").stderr == ""
    agrees(memory.parent)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 128 kB, which only an administrator can mount."""
    (tmp_path / "disk").mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(tmp_path / "disk")], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("needs to mount a disk")
    yield tmp_path / "disk"
    subprocess.run(["umount", str(tmp_path / "disk")], check=True)


def test_a_full_disk_stops_nothing(home: Path, razbor: Run, small_disk: Path) -> None:
    """The memory alone is on it: what an interview does where its transcript finds no room is told elsewhere."""
    (home / "transcripts").mkdir(parents=True)
    memory = home / "memory.sqlite3"
    memory.symlink_to(small_disk / "memory.sqlite3")
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)
    done = razbor(*ONE, stdin=ANSWER)
    assert (done.returncode, len(about_memory(done))) == (0, 1), done.stderr
    (path,) = (home / "transcripts").iterdir()
    assert read(path).events[-1].type == "end"
    (small_disk / "ballast").unlink()
    assert razbor("-q").stderr == ""
    assert razbor("memory", "rebuild").returncode == 0


def test_a_file_that_may_not_grow_stops_nothing(home: Path, memory: Path) -> None:
    for number in range(500):
        (home / "transcripts" / f"{number:0200}.jsonl").touch()
    most = 150_000  # bytes; the transcript of the test is a third of that
    for arguments, status in ((ONE, 0), (("memory", "rebuild"), 1)):
        done = subprocess.run(
            [sys.executable, "-m", "agent", *arguments], input=ANSWER, text=True, capture_output=True, check=False,
            cwd=ROOT, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert len(about_memory(done)) == 1
    assert read(newest(home)).events[-1].type == "end"
    assert memory.exists()


@pytest.fixture
def sealed() -> Iterator[Callable[[Path], None]]:
    """Seal a file or folder against any change, be it by root."""
    paths: list[Path] = []

    def seal(path: Path) -> None:
        if subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False).returncode:
            pytest.skip("needs chattr +i")
        paths.append(path)

    yield seal
    for path in paths:
        subprocess.run(["chattr", "-i", str(path)], check=True)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_must_not_be_written_stops_nothing(
    memory: Path, razbor: Run, what: str, sealed: Callable[[Path], None]
) -> None:
    made(memory)
    sealed(memory if what == "file" else memory.parent)
    done = razbor(*ONE, stdin=ANSWER)
    assert done.returncode == 0
    (line,) = about_memory(done)
    assert "cannot be used" in line
    assert read(newest(memory.parent)).events[-1].type == "end"
    for lang, words in (("en", "could not be made again"), ("ru", "Не удалось собрать")):
        failed = razbor("memory", "rebuild", "--lang", lang)
        assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
        assert words in failed.stderr


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
    (folder / "topic-none.jsonl").write_bytes(asked(topic="knitting"))
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "fifo.jsonl")
    (folder / "device.jsonl").symlink_to("/dev/zero")
    (folder / "nowhere.jsonl").symlink_to("/nowhere")
    (folder / "notes.txt").write_text("not mine")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jsonl")).write_bytes(harmless("unknown-type"))
    (folder / "x\x1b[2J\n\u202ey.jsonl").write_bytes(harmless("unknown-type"))
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
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
    assert "9999" not in stored


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
