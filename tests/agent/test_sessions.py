"""`razbor sessions`: what a person reads, and what must not be lost by a word left out."""

from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def recorded(razbor: Run, home: Path) -> Path:
    razbor("--question", "kubernetes-primitives", stdin="A pod is the smallest unit.\n")
    (path,) = (home / "transcripts").glob("*.jsonl")
    return path


def test_removing_needs_a_name(razbor: Run, recorded: Path) -> None:
    done = razbor("sessions", "rm")
    assert (done.returncode, "razbor sessions rm ID" in done.stderr) == (2, True)
    assert recorded.exists()
    assert razbor("sessions", "rm", "latest").returncode == 0
    assert not recorded.exists()


def test_the_list_speaks_the_language_asked_for(razbor: Run, recorded: Path) -> None:
    (english,) = razbor("sessions").stdout.splitlines()
    assert english.startswith(recorded.stem)
    assert english.endswith("input ended")
    (russian,) = razbor("sessions", "--lang", "ru").stdout.splitlines()
    assert "тренировка" in russian
    assert russian.endswith("ввод закончился")


def test_showing_without_a_name_shows_the_latest(razbor: Run, recorded: Path) -> None:
    assert "A pod is the smallest unit." in razbor("sessions", "show").stdout
    assert recorded.exists()


@pytest.mark.parametrize("command", [("report",), ("sessions", "show"), ("report", "--format", "html")])
def test_without_an_interview_it_says_how_to_begin(razbor: Run, command: tuple[str, ...]) -> None:
    done = razbor(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "razbor: No interview was recorded yet. Begin one with: razbor\n"
