"""The committed transcripts: each is verified by today's code, and goes through every command that reads one."""

import json
import shutil
from pathlib import Path

import pytest

from tests.agent.interrupting import interviewer
from tests.conftest import Run
from tests.endpoint.scripted import Script
from transcripts.events import EVENT_CLASSES
from transcripts.reader import read

EXAMPLES = sorted((Path(__file__).parents[2] / "transcripts" / "examples").glob("*.jsonl"))
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def test_there_is_an_example_in_each_language_and_of_each_event() -> None:
    assert {path.stem.split("-")[0] for path in EXAMPLES} >= {"en", "ru"}
    assert {event.type for path in EXAMPLES for event in read(path).events} == set(EVENT_CLASSES)


@each_example
def test_an_example_verifies_and_plays(razbor: Run, path: Path) -> None:
    verified = razbor("replay", str(path), "--verify")
    assert verified.returncode == 0, verified.stdout
    assert "0 differences" in verified.stdout
    assert "regraded" not in verified.stdout
    played = razbor("replay", str(path))
    assert played.returncode == 0
    assert ("Итог" if path.stem.startswith("ru") else "Summary") in played.stdout
    assert razbor("replay", str(path), "--speed", "max", "--question", "2").stdout in played.stdout


@pytest.mark.slow
@each_example
def test_an_example_is_listed_reported_exported_and_removed(
    razbor: Run, home: Path, path: Path, tmp_path: Path
) -> None:
    (home / "transcripts").mkdir(parents=True)
    shutil.copy(path, home / "transcripts")
    (row,) = json.loads(razbor("sessions", "list", "--json").stdout)
    assert row["reason"] in ("completed", "end_of_input")
    assert razbor("sessions", "show", path.stem).stdout == razbor("replay", str(path)).stdout
    for what in (path.stem, "latest", "all"):
        for form in ("md", "json", "html"):
            done = razbor("report", what, "--format", form, "--out", "report", "--lang", "ru", "-q")
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert razbor("report", "--anki", "notes.txt", "--disputes", "claims.jsonl").returncode == 0
    assert (tmp_path / "notes.txt").exists()
    assert razbor("resume", path.stem).returncode == 2  # it is finished
    assert razbor("sessions", "rm", path.stem).returncode == 0
    assert not list((home / "transcripts").iterdir())


@each_example
def test_an_example_is_graded_again_by_the_same_grader_to_the_same_grades(
    razbor: Run, path: Path, tmp_path: Path
) -> None:
    done = razbor("replay", str(path), "--regrade", "--grader", "local", "--out", "copies", "--json")
    assert done.returncode == 0, done.stderr
    copy = read(tmp_path / "copies" / path.name)
    assert copy.events[: len(read(path).events)] == read(path).events
    assert all(e["old"]["score"] == e["new"]["score"] for e in json.loads(done.stdout)["answers"])
    assert razbor("replay", str(tmp_path / "copies" / path.name), "--verify").returncode == 0


@pytest.mark.slow
@each_example
def test_an_example_tries_a_model(razbor: Run, path: Path) -> None:
    with Script(forever=interviewer) as server:
        done = razbor(
            "replay", str(path), "--model-check", "--base-url", server.url, "-m", "scripted", "--grader", "local"
        )
    assert done.returncode in (0, 3), done.stderr
    assert path.stem[:8] in done.stdout
