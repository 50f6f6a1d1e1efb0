"""The commands in the docs: those in `sh` blocks are executed one by one; all others are at least understood."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import COMMANDS, build_parser, with_command
from transcripts.errors import InputError

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "SECURITY.md", "tools/questions/README.md", "transcripts/README.md", "tests/grading/README.md")
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(?:\.venv/bin/)?(razbor [^`]+)`")
AT_HAND = {  # what the commands of the docs take for granted
    "interview.jsonl": "transcripts/examples/en-practice.jsonl",
    "questions.txt": "tests/grading/questions_new.txt",
    "LABELLED.jsonl": "tests/grading/answers_new.jsonl",
}


def blocks(kind: str) -> Iterator[str]:
    for page in PAGES:
        for found, text in BLOCKS.findall((ROOT / page).read_text("utf-8")):
            if found == kind:
                yield from (line for line in text.splitlines() if line.strip())


def said() -> list[str]:
    """Every command that the docs name, in blocks and in sentences."""
    named = [*blocks("console"), *blocks("sh")]
    for page in PAGES:
        named += INLINE.findall(BLOCKS.sub("", (ROOT / page).read_text("utf-8")))
    return sorted({line for line in named if "razbor" in line})


def refused(words: list[str]) -> bool:
    try:
        command = with_command(words)
        build_parser(command[0]).parse_args(command)
    except InputError:
        return True
    return False


@pytest.mark.parametrize("line", said())
def test_a_command_of_the_docs_is_understood(line: str) -> None:
    """Placeholders as FILE or URL are values like others; a command may be named without what it is done to."""
    line = re.sub(r"\s+#.*", " ", f"{line} ")
    words = shlex.split(line.rpartition("razbor ")[2].split(" | ")[0].replace("…", ""))
    if not {"--help", "--version"} & {*words}:
        assert not refused(words) or (len(words) <= 2 and words[0] in COMMANDS)


@pytest.mark.slow
def test_the_commands_in_sh_blocks_do_what_they_say(tmp_path: Path, home: Path) -> None:
    here, programs = tmp_path / "here", tmp_path / "bin"
    here.mkdir()
    programs.mkdir()
    for name, source in AT_HAND.items():
        shutil.copy(ROOT / source, here / name)
    script = programs / "razbor"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m agent "$@"\n', "utf-8")
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for line in blocks("sh"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], cwd=here, env=env, input="I don't know.\n", capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout[-500:]}\n{done.stderr}"
    assert list((home / "transcripts").glob("*.jsonl"))
