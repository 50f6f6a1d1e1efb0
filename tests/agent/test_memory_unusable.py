"""A memory that is damaged, locked, sealed, of a newer razbor or on a full disk stops nothing and can be mended."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from agent.recollection import Recollection
from tests.agent.interrupting import ROOT
from tests.agent.remembering import ANSWER, EXAMPLES, ONE, about_memory, agrees, made, newest
from tests.conftest import Run
from tools.memory import opened
from transcripts.reader import read


@pytest.fixture
def memory(home: Path) -> Path:
    """Where the memory is, beside the example transcripts."""
    shutil.copytree(EXAMPLES[0].parent, home / "transcripts")
    return home / "memory.sqlite3"


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
        "razbor: Память недоступна (её создала более новая версия razbor); razbor обойдётся без неё. "
        "Восстановит её `razbor memory rebuild`.\n"
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


def another(home: Path, name: str) -> None:
    shutil.copy(EXAMPLES[0], home / "transcripts" / f"{name}.jsonl")


@pytest.fixture(params=["writing", "alone"])
def other(memory: Path, request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    """Another process in the midst of writing; `alone`: nobody else may read, either."""
    made(memory)
    with closing(sqlite3.connect(memory, isolation_level=None)) as connection:
        if request.param == "alone":
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("DELETE FROM cards")
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("when", ["start", "end"])
def test_a_locked_file_costs_less_than_three_seconds(
    home: Path, other: sqlite3.Connection, when: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert other.in_transaction
    begun, recollection = time.monotonic(), Recollection("en")
    if when == "start":
        another(home, "new")
    recollection.past()
    another(home, "newer")
    recollection.keep()
    assert time.monotonic() - begun < 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "locked" in line


@pytest.mark.slow
def test_a_locked_file_stops_nothing(home: Path, razbor: Run, other: sqlite3.Connection) -> None:
    done = razbor("-q")
    assert (done.returncode, len(about_memory(done))) == (0, 1)
    assert "locked" in done.stderr
    assert razbor("memory", "rebuild").returncode == 0  # it need not wait
    agrees(home)
    other.execute("COMMIT")
    other.close()
    assert razbor("-q").stderr == ""
    agrees(home)


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
    assert not list(home.glob("*.new*"))


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


@pytest.mark.slow
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
