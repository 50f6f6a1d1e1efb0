"""What was parsed of the bank is kept: what makes a file be read again, and what happens where nothing can be kept."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Run
from tools import bank as bank_module
from tools.bank import Bank, load
from tools.plain_text import to_yaml
from tools.question import Question
from tools.shelf import UNINDEXED
from transcripts.errors import InputError

LORA = "lora-fine-tuning"
SAMPLE = Question.model_validate({
    "id": "own", "heading": "Own", "prompt": "?", "short_answer": "So.", "breakdown": "So it is.", "tips": ["Say so."],
    "mistakes": [{"text": "Say no."}],
})  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "state" / "bank.sqlite3"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with three questions of one's own."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in "abc":
        write(folder, name, f"What is {name}?")
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    honest = bank_module.read_question

    def reading(path: Path) -> Question:
        names.append(path.name)
        return honest(path)

    monkeypatch.setattr(bank_module, "read_question", reading)
    return names


def write(folder: Path, name: str, prompt: str) -> Path:
    question = SAMPLE.model_copy(update={"id": f"own-{name}", "prompt": prompt})
    path = folder / f"{name}.yaml"
    path.write_text(to_yaml(question), "utf-8")
    return path


def prompts(bank: Bank) -> list[str]:
    return [question.prompt for question in bank.questions.values()]


def test_a_kept_bank_is_the_bank(own: Path, shelf: Path) -> None:
    fresh = load([own])
    for bank in (load([own], shelf=shelf), load([own], shelf=shelf)):
        assert bank.questions == fresh.questions
        assert bank.sources == fresh.sources
        assert [head[:4] for head in bank.heads.values()] == [head[:4] for head in fresh.heads.values()]
        assert next(iter(bank.listing("ru"))).shown == bank.get(next(iter(bank.questions))).wording("ru").prompt
        assert bank.search("LoRA adapters") == fresh.search("LoRA adapters") != []


def test_files_are_read_once_and_when_they_change(own: Path, shelf: Path, read: list[str]) -> None:
    load([own], builtin=False, shelf=shelf)
    assert read == ["a.yaml", "b.yaml", "c.yaml"]
    assert len(list(load([own], builtin=False, shelf=shelf).questions.values())) == 3
    assert len(read) == 3
    write(own, "b", "What is beta?")
    (own / "c.yaml").unlink()
    write(own, "d", "What is d?")
    assert prompts(load([own], builtin=False, shelf=shelf)) == ["What is a?", "What is beta?", "What is d?"]
    assert read[3:] == ["b.yaml", "d.yaml"]


def test_a_change_that_keeps_the_size_is_seen_by_the_time(own: Path, shelf: Path) -> None:
    load([own], builtin=False, shelf=shelf)
    path = write(own, "a", "What is z?")
    os.utime(path, ns=(1, 1))
    assert prompts(load([own], builtin=False, shelf=shelf))[0] == "What is z?"


def test_what_changed_or_is_gone_is_not_found_by_its_old_words(own: Path, shelf: Path) -> None:
    write(own, "a", "What is a zeppelin?")
    write(own, "b", "What is a submarine?")
    found = load([own], shelf=shelf).search
    assert (found("zeppelin"), found("submarine")) == (["own-a"], ["own-b"])
    write(own, "a", "What is a steamboat?")
    (own / "b.yaml").unlink()
    found = load([own], shelf=shelf).search
    assert (found("zeppelin"), found("submarine"), found("steamboat")) == ([], [], ["own-a"])


def test_a_folder_that_is_gone_leaves_the_shelf(own: Path, shelf: Path, tmp_path: Path) -> None:
    load([own], shelf=shelf)
    own.rename(tmp_path / "elsewhere")
    load([tmp_path / "elsewhere"], shelf=shelf)
    with closing(sqlite3.connect(shelf)) as sql:
        folders = {os.fsdecode(folder) for (folder,) in sql.execute("SELECT DISTINCT folder FROM files")}
        (questions,) = sql.execute("SELECT count(*) FROM questions").fetchone()
    assert str(own) not in folders
    assert questions == len(load([tmp_path / "elsewhere"]).questions)


def test_many_new_files_are_indexed_at_once_and_the_index_does_not_grow_for_ever(own: Path, shelf: Path) -> None:
    for turn in range(6):
        for number in range(UNINDEXED + 1):
            write(own, f"many-{number}", f"What is number {number}, {'again ' * turn}?")
        load([own], builtin=False, shelf=shelf)
        with closing(sqlite3.connect(shelf)) as sql:
            (indexed,) = sql.execute("SELECT count(*) FROM words").fetchone()
        assert UNINDEXED < indexed < 5 * UNINDEXED


def test_broken_files_are_told_of_each_time(own: Path, shelf: Path) -> None:
    (own / "b.yaml").write_text("id: b\n  x: [", "utf-8")
    (own / "link.yaml").symlink_to(own / "nowhere")
    (own / "same.yaml").write_text((own / "a.yaml").read_text("utf-8"), "utf-8")
    (own / "worse.yaml").write_text((own / "a.yaml").read_text("utf-8").replace("What is a", "Why a"), "utf-8")
    for _ in range(2):
        bank = load([own], builtin=False, shelf=shelf)
        assert [error.key for error in bank.problems] == ["error.yaml", "error.cannot_read", "error.duplicate_id"]
        assert [Path(str(error.values["path"])).name for error in bank.problems] == [
            "b.yaml",
            "link.yaml",
            "worse.yaml",
        ]
        assert sorted(bank.questions) == ["own-a", "own-c"]
        with pytest.raises(InputError, match="yaml"):
            load([own / "b.yaml"], shelf=shelf)


def test_a_name_that_is_no_unicode_is_a_name(own: Path, shelf: Path) -> None:
    (own / "a.yaml").rename(os.fsdecode(os.fsencode(own) + b"/\xff.yaml"))
    for _ in range(2):
        assert sorted(load([own], builtin=False, shelf=shelf).questions) == ["own-a", "own-b", "own-c"]


@pytest.mark.parametrize("harm", ["noise", "cut", "other tables", "folder", "read-only", "older"])
def test_a_shelf_that_cannot_be_used_does_no_harm(own: Path, shelf: Path, read: list[str], harm: str) -> None:
    before = prompts(load([own], shelf=shelf))
    damage(shelf, harm)
    for _ in range(2):
        read.clear()
        bank = load([own], shelf=shelf)
        assert prompts(bank) == before
        assert LORA in bank.search("LoRA")
    made_anew = harm in ("noise", "cut", "other tables", "older")
    assert (read == []) is made_anew or (harm == "read-only" and os.geteuid() == 0)


def damage(shelf: Path, harm: str) -> None:
    if harm == "noise":
        shelf.write_bytes(os.urandom(20_000))
    elif harm == "cut":
        shelf.write_bytes(shelf.read_bytes()[:50_000])
    elif harm == "folder":
        shelf.unlink()
        shelf.mkdir()
    elif harm == "read-only":
        shelf.chmod(0o400)
        shelf.parent.chmod(0o500)
    else:
        with closing(sqlite3.connect(shelf)) as sql:
            sql.executescript("PRAGMA user_version = 7;" + ("DROP TABLE files;" if harm == "other tables" else ""))


def test_an_entry_that_holds_no_question_is_read_from_its_file(own: Path, shelf: Path, read: list[str]) -> None:
    load([own], builtin=False, shelf=shelf)
    with closing(sqlite3.connect(shelf)) as sql, sql:
        sql.execute('UPDATE questions SET json = \'{"id": "own-a"}\'')
    read.clear()
    bank = load([own], builtin=False, shelf=shelf)
    assert prompts(bank) == ["What is a?", "What is b?", "What is c?"]
    assert read == ["a.yaml", "b.yaml", "c.yaml"]
    assert bank.search("a") == []


def test_a_bank_outlives_what_another_razbor_does_to_the_shelf(own: Path, shelf: Path) -> None:
    bank = load([own], builtin=False, shelf=shelf)
    write(own, "b", "What is beta?")
    (own / "c.yaml").unlink()
    load([own], builtin=False, shelf=shelf)
    assert bank.get("own-b").prompt == "What is beta?"
    with pytest.raises(InputError, match="cannot_read"):
        bank.get("own-c")


def test_a_locked_shelf_is_done_without(own: Path, shelf: Path, razbor: Run, home: Path) -> None:
    (home / "bank.sqlite3").parent.mkdir()
    with closing(sqlite3.connect(home / "bank.sqlite3", isolation_level=None)) as sql:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("BEGIN IMMEDIATE")
        done = razbor("bank", "list", "--bank", str(own), "--no-builtin", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["id"] for row in json.loads(done.stdout)] == ["own-a", "own-b", "own-c"]
    assert shelf.exists() is False


def test_a_full_disk_is_done_without(own: Path, razbor: Run, home: Path) -> None:
    home.mkdir()
    (home / "bank.sqlite3").symlink_to("/dev/full")
    done = razbor("bank", "show", LORA, "--bank", str(own))
    assert (done.returncode, done.stderr) == (0, "")


def test_two_at_once_share_a_shelf(own: Path, home: Path) -> None:
    for number in range(150):
        write(own, f"n{number:03}", f"What is number {number}?")
    command = [sys.executable, "-m", "agent", "-q", "bank", "list", "--no-builtin", "--bank", str(own)]
    root = Path(__file__).parents[1]
    both = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert outputs[0] == outputs[1]
    assert outputs[0][0].count(b"\n") == 153
    assert outputs[0][1] == b""
    with closing(sqlite3.connect(home / "bank.sqlite3")) as sql:
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert sql.execute("SELECT count(*), count(DISTINCT row) FROM files").fetchone() == (153, 153)


def test_only_the_question_that_is_asked_is_read(own: Path, razbor: Run, home: Path) -> None:
    """Every other entry and file is spoilt after the shelf was made; nobody notices."""
    razbor("bank", "list", "--bank", str(own), "--no-builtin")
    with closing(sqlite3.connect(home / "bank.sqlite3")) as sql, sql:
        sql.execute("UPDATE questions SET json = '' WHERE row != (SELECT row FROM files WHERE id = 'own-b')")
    for name in ("a.yaml", "c.yaml"):
        state = (own / name).stat()
        (own / name).write_bytes(b"x" * state.st_size)
        os.utime(own / name, ns=(state.st_atime_ns, state.st_mtime_ns))
    done = razbor("-q", "--bank", str(own), "--no-builtin", "--question", "own-b")
    assert done.returncode == 0
    assert "What is b?" in done.stdout


def test_a_long_reading_is_told_of_once(own: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    load([own], builtin=False, shelf=shelf, tell=told.append)
    assert told == []
    monkeypatch.setattr(bank_module, "PATIENCE", -1.0)
    monkeypatch.setattr(bank_module, "MANY", 2)
    load([own], builtin=False, tell=told.append)
    assert told == [3]
