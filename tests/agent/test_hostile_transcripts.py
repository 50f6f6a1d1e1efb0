"""Damaged, edited, gigantic and hostile transcripts: one clear line or no harm; memory bounded; no traceback."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.odd_transcripts import GOOD, HARMLESS, LINES, REFUSED, harmless
from tests.conftest import Run

ROOT = Path(__file__).parents[2]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MEGABYTE = 2**20
BOUND = 400 * MEGABYTE
MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "agent", *sys.argv[1:]], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(repr((done.returncode, done.stdout[-2000:], done.stderr, used)))
"""


def clean(done: subprocess.CompletedProcess[str]) -> None:
    """Nothing that a terminal obeys, and no traceback."""
    assert not CONTROL.search(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error."""
    clean(done)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert len(line) < 500
    return line


def measured(*arguments: str) -> tuple[int, str, str, int]:
    """Run razbor; its exit status, the end of stdout, stderr, and the most memory it had, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    status, out, err, used = eval(done.stdout)  # noqa: S307 - what MEASURED printed
    return int(status), str(out), str(err), int(used)


@pytest.fixture
def folder(home: Path) -> Path:
    """Where the interviews of the test are."""
    (home / "transcripts").mkdir(parents=True)
    return home / "transcripts"


def test_what_is_no_transcript_is_refused_each_with_its_line(razbor: Run, folder: Path) -> None:
    for name, (made, _) in REFUSED.items():
        (folder / f"{name}.jsonl").write_bytes(made())
    (folder / "folder.jsonl").mkdir()
    os.mkfifo(folder / "fifo.jsonl")
    (folder / "device.jsonl").symlink_to("/dev/zero")
    (folder / "x\x1b[2J\n\u202ey.jsonl").write_bytes(GOOD)
    (folder / "zz.jsonl").write_bytes(GOOD)
    for arguments in (("sessions", "list", "--json"), ("report", "all", "--format", "json")):
        done = razbor(*arguments)
        clean(done)
        assert done.returncode == 0
        found = json.loads(done.stdout)
        told = [name for name in REFUSED if name != "question-evil" or arguments[0] == "report"]
        assert len(found if isinstance(found, list) else found["interviews"]) == 2 + len(REFUSED) - len(told)
        said = done.stderr.splitlines()
        assert len(said) == len(told) + 3
        assert max(map(len, said)) < 500
        for name in told:
            (line,) = (line for line in said if f"/{name}.jsonl:" in line)
            assert REFUSED[name][1] in line


SHOWN = ("binary", "reordered", "format-evil", "deep-inside", "score-nan", "evil-type", "question-evil")


@pytest.mark.parametrize("name", SHOWN)
def test_a_bad_file_alone(razbor: Run, tmp_path: Path, name: str) -> None:
    made, says = REFUSED[name]
    (tmp_path / "t.jsonl").write_bytes(made())
    lines = [refused(razbor("replay", "t.jsonl", *flags)) for flags in ([], ["--verify"])]
    assert says in lines[0]
    assert "t.jsonl:" in lines[1]


def test_odd_transcripts_are_played_and_reported_on(razbor: Run, folder: Path) -> None:
    for name in HARMLESS:
        (folder / f"{name}.jsonl").write_bytes(harmless(name))
    played = razbor("replay", *(str(folder / f"{name}.jsonl") for name in HARMLESS))
    clean(played)
    assert (played.returncode, played.stderr) == (0, "")
    for arguments in (("sessions", "list"), ("report", "all"), ("report", "evil-everywhere"), ("report", "evil-grade")):
        done = razbor(*arguments)
        clean(done)
        assert (done.returncode, done.stderr) == (0, "")
        assert "<script>" not in re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", done.stdout) or arguments[0] == "sessions"
    assert len(razbor("sessions", "list").stdout.splitlines()) == len(HARMLESS)


def test_an_edit_is_a_difference(razbor: Run, tmp_path: Path) -> None:
    for name in HARMLESS:
        (tmp_path / f"{name}.jsonl").write_bytes(harmless(name))
    done = razbor("replay", "--verify", *(f"{name}.jsonl" for name in HARMLESS))
    clean(done)
    assert (done.returncode, done.stderr) == (3, "")
    differs = {
        name: bool(re.search(f"^{name}.jsonl: .*[1-9][0-9]* difference", done.stdout, re.MULTILINE))
        for name in HARMLESS
    }
    assert {name: differs[name] for name, (_, edit) in HARMLESS.items() if edit and not differs[name]} == {}


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_marks_and_line_ends_of_other_editors_are_read(razbor: Run, tmp_path: Path, end: bytes) -> None:
    (tmp_path / "t.jsonl").write_bytes(b"\xef\xbb\xbf" + (GOOD.replace(b"\n", end) if end else GOOD))
    done = razbor("replay", "t.jsonl", "--verify")
    assert (done.returncode, done.stderr) == (0, "")


def test_cut_in_the_middle_it_is_played_up_to_there(razbor: Run, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(b"".join(LINES[:20]) + LINES[20][:9])
    done = razbor("replay", "t.jsonl")
    assert done.returncode == 0
    assert "cut off and was left aside (9 bytes)" in done.stderr


def test_gigantic_files_are_refused_in_little_memory(tmp_path: Path) -> None:
    one_line, lines, many = (tmp_path / name for name in ("one-line", "lines", "many"))
    one_line.write_bytes(LINES[0])
    lines.write_bytes(LINES[0] + b'{"type": "x", "seq": 1, "text": "' + b"x" * 10**6 + b'"}\n')
    for path in (one_line, lines):
        os.truncate(path, 1024 * MEGABYTE)  # sparse: takes no room
    many.write_bytes(LINES[0] + b"".join(b'{"type":"x","seq":%d}\n' % n for n in range(1, 10**6)))
    for path, says in ((one_line, ":2: the line is too long"), (lines, ":3: the line is too long"), (many, "too big")):
        status, out, err, used = measured("replay", str(path))
        assert (status, out, len(err.splitlines())) == (2, "", 1)
        assert says in err
        assert used < BOUND / 2


def test_as_big_as_may_be_it_is_read_in_bounded_memory(tmp_path: Path) -> None:
    wide = b'{"":0},' * 490_000  # the JSON that takes the most memory for its length
    text = '"😀'.encode() + b"x" * 4_000_000 + b'"'  # four bytes a character in memory
    parts = [b'{"type":"x","seq":1,"a":[%s]}\n' % wide[:-1]]
    parts += [b'{"type":"x","seq":%d,"a":%s}\n' % (n, text) for n in range(2, 9)]
    (tmp_path / "t.jsonl").write_bytes(LINES[0] + b"".join(parts))
    status, _, err, used = measured("replay", str(tmp_path / "t.jsonl"))
    assert (status, err) == (0, "")
    assert used < BOUND


@pytest.mark.parametrize("arguments", [("sessions", "list"), ("report", "all", "--out", os.devnull)])
def test_memory_stays_flat_over_many_interviews(folder: Path, arguments: tuple[str, ...]) -> None:
    used = []
    for count in (10, 110):
        for number in range(count):
            (folder / f"{count}-{number}.jsonl").write_bytes(GOOD)
        status, _, _, memory = measured(*arguments)
        assert status == 0
        used.append(memory)
    assert used[1] - used[0] < 10 * MEGABYTE  # an interview takes about half a megabyte


@pytest.mark.parametrize("name", ["fifo", "/dev/zero", "folder", "missing", "x" * 300, "secret"])
def test_what_is_no_file(razbor: Run, tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret").write_bytes(b"")
    (tmp_path / "secret").chmod(0)
    assert name in refused(razbor("replay", name))


def test_an_interview_is_removed_by_name_only(razbor: Run, folder: Path) -> None:
    (folder.parent / "kept.jsonl").write_bytes(GOOD)
    (folder / "bad.jsonl").write_bytes(b"\x00")
    (folder / "folder.jsonl").mkdir()
    for name in ("../kept", "folder", "\x1b[2J" + "x" * 10_000):
        clean(done := razbor("sessions", "rm", name))
        assert done.returncode == 2
    assert razbor("sessions", "rm", "bad").returncode == 0
    assert (folder.parent / "kept.jsonl").exists()
    assert not (folder / "bad.jsonl").exists()
