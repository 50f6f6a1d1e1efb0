"""TAB: what razbor offers by argcomplete's protocol, and that real shells ask it."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Run

ROOT = Path(__file__).parents[2]


def offered(line: str, cwd: Path = ROOT, **env: str) -> list[str]:
    """What a shell is told when TAB is pressed at the end of this line; nothing else may come out."""
    read, write = os.pipe()
    command = [sys.executable, "-c", f"import os, sys; os.dup2({write}, 8); os.execv(sys.argv[1], sys.argv[1:])"]
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    done = subprocess.run(
        [*command, sys.executable, "-m", "agent"], pass_fds=[write], cwd=cwd, check=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked, **env}, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as answer:
        assert (done.stdout.strip(), done.stderr.strip()) == (b"", b"")
        return [word.strip() for word in answer.read().split("\n") if word.strip()]


def test_questions_are_offered_where_one_is_due_those_of_the_bank_on_the_line_too(tmp_path: Path) -> None:
    own = (ROOT / "tools/questions/lora-fine-tuning.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(own.replace("id: lora-fine-tuning", "id: lora-of-mine"), "utf-8")
    assert offered("razbor --bank mine.yaml --question lora-", tmp_path) == ["lora-fine-tuning", "lora-of-mine"]


def test_a_broken_setting_is_no_error_at_tab(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("nonsense", "utf-8")
    assert offered("razbor --profile ") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("razbor re", ["resume", "replay", "report"]),
        ("razbor --follow", ["--follow-ups"]),
        ("razbor --lang ru gra", ["grade"]),
        ("razbor --lang ", ["en", "ru"]),
        ("razbor --mode=l", ["--mode=live"]),
        ("razbor --grader ", ["auto", "local", "judge"]),
        ("razbor --dialect n", ["native"]),
        ("razbor --profile ol", ["ollama"]),
        ("razbor --topic ml", ["ml-basics", "ml-system-design", "mlops"]),
        ("razbor grade --follow", []),
        ("razbor grade lora", ["lora-fine-tuning"]),
        ("razbor grade lora-fine-tuning REA", ["README.md"]),
        ("razbor bank ", ["list", "show", "check", "import"]),
        ("razbor bank show lora", ["lora-fine-tuning"]),
        ("razbor bank check LIC", ["LICENSE"]),
        ("razbor report --format ", ["md", "html", "json"]),
        ("razbor report ", ["latest", "all", "20261126-000002-bbbb", "20261126-000001-aaaa"]),
        ("razbor resume 2", ["20261126-000002-bbbb", "20261126-000001-aaaa"]),
        ("razbor sessions ", ["list", "show", "rm"]),
        ("razbor sessions show l", ["latest"]),
        ("razbor replay --speed ", ["max"]),
        ("razbor replay tests/agent/test_completio", ["tests/agent/test_completion.py"]),
        ("razbor completions ", ["bash", "zsh", "fish"]),
        ("razbor --bank /nowhere --question ", []),
        ("razbor --model ", []),
    ],
)
def test_offers(line: str, expected: list[str], home: Path) -> None:
    (home / "transcripts").mkdir(parents=True)
    for name in ("20261126-000001-aaaa", "20261126-000002-bbbb", "odd\x1b[31m"):
        (home / "transcripts" / f"{name}.jsonl").touch()
    assert offered(line) == expected


SHELLS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}
TAKE_IN = {"fish": "razbor completions fish | source"}


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    script = tmp_path / "bin" / "razbor"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m agent "$@"\n', "utf-8")
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}", "TERM": "xterm", "HOME": str(tmp_path)}
    typing = pexpect.spawn(shell, SHELLS[shell], env=env, cwd=str(tmp_path), encoding="utf-8", timeout=30)  # type: ignore[arg-type]
    time.sleep(0.5)
    typing.sendline(TAKE_IN.get(shell, f'eval "$(razbor completions {shell})"') + "; echo do''ne")
    typing.expect("done")
    for typed, completed in (("razbor grade lor", "lora-fine-tuning"), ("razbor --mode=li", "--mode=live")):
        typing.send(f"{typed}\t")
        typing.expect_exact(completed[len(typed.split()[-1]) :])
        typing.send("\x15")  # forget the line
    typing.close(force=True)


def test_what_the_start_file_evaluates_is_for_the_shell_that_was_asked_for(razbor: Run) -> None:
    assert "complete -o nospace" in razbor("completions", "bash").stdout
    refused = razbor("completions", "csh")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "csh" in refused.stderr
