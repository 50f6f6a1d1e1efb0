"""What razbor writes is for its owner only, whatever the umask; it is not led astray by links or names."""

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from agent.cache import JsonCache
from tests.endpoint.scripted import Script, obey
from tests.security import poisoned
from tests.security.together import together
from tests.test_bank import PLAIN
from tests.warm import Warm
from transcripts.private import make_file, make_folder


def loose(folder: Path) -> list[str]:
    """What under a folder, itself included, others may read, write or enter."""
    found = [folder, *folder.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in found if not path.is_symlink()}
    return [f"{path} {mode:o}" for path, mode in modes.items() if mode & 0o077]


def test_nothing_in_its_folders_is_for_others_whatever_the_umask(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "home"
    bank = poisoned.bank(tmp_path / "bank", "x")
    with Script(models=["m"], forever=obey) as server:
        commands = (
            ("--base-url", server.url, "--questions", "1", "--grader", "local", "--bank", str(bank)),
            ("replay", str(poisoned.EXAMPLE), "--regrade", "--grader", "local"),
            ("memory", "rebuild"),
        )
        said = together(deep, "import os; os.umask(0)\n", commands, ["A pod.", "A node."])
    assert sum(line.startswith("STATUS 0") for line in said) == len(commands), said
    there = {path.name for path in deep.rglob("*")}
    assert {"transcripts", "memory.sqlite3", "bank.sqlite3", "endpoints.json", "regraded"} <= there
    assert loose(tmp_path / "a") == []


@pytest.mark.slow
def test_a_link_in_the_place_of_a_file_is_not_written_through(warm: Warm, home: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    nothing = tmp_path / "nothing"

    def link(name: str, target: Path = victim) -> str:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(target)
        return str(tmp_path / name)

    def refused(*arguments: object) -> None:
        done = warm.razbor(home, *map(str, arguments), "--grader", "local", "-q", lines=("/quit",))
        assert done.returncode == 2, done

    refused("--transcript", link("t.jsonl"))
    refused("--transcript", link("new.jsonl", nothing))
    whole = poisoned.EXAMPLE.read_bytes()
    cut = tmp_path / "cut.jsonl"  # half a line of it goes aside
    cut.write_bytes(b"".join(whole.splitlines(keepends=True)[:10]) + b'{"half')
    link("cut.jsonl.torn")
    refused("resume", cut)
    link(f"out/.{hashlib.sha256(whole).hexdigest()[:16]}.part")  # under this name a copy to grade again is made
    refused("replay", poisoned.EXAMPLE, "--regrade", "--out", tmp_path / "out")
    link("bank/what-is-leakage.yaml", nothing)
    source = tmp_path / "plain.txt"
    source.write_text(PLAIN, "utf-8")
    refused("bank", "import", source, "--out", tmp_path / "bank")
    assert victim.read_text("utf-8") == "mine"
    assert not nothing.exists()
    (tmp_path / "bank" / "what-is-leakage.yaml").unlink()
    assert warm.razbor(home, "bank", "import", str(source), "--out", str(tmp_path / "bank")).returncode == 0


def test_a_name_is_never_a_path_out_of_its_folder(warm: Warm, home: Path) -> None:
    make_folder(home / "transcripts")
    kept = home / "kept.jsonl"
    kept.write_bytes(poisoned.EXAMPLE.read_bytes())
    for name in ("../kept", "../kept.jsonl", str(kept), f"{home}/kept", "./../kept", "..", "."):
        for command in (("sessions", "rm"), ("sessions", "show"), ("report",)):
            assert warm.razbor(home, *command, name).returncode == 2, (command, name)
        assert kept.exists()


def test_a_cache_is_written_whole_and_through_no_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    path = tmp_path / "deep" / "cache.json"
    JsonCache(path).put("a", 1)
    path.with_suffix(f".{os.getpid()}-{threading.get_ident()}").symlink_to(victim)  # the name that is written first
    JsonCache(path).put("b", 2)
    assert victim.read_text("utf-8") == "mine"
    assert JsonCache(path).get("a") == 1
    JsonCache(path).put("b", 2)  # the link went with the failure
    assert JsonCache(path).get("b") == 2
    assert [file.name for file in path.parent.iterdir()] == ["cache.json"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_private_is_private(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_file(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    assert loose(tmp_path / "a") == []
    (tmp_path / "a" / "b" / "c").write_text("kept", "utf-8")
    make_file(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").read_text("utf-8") == "kept"
    with pytest.raises(OSError, match="File exists"):
        make_folder(tmp_path / "a" / "b" / "c")
