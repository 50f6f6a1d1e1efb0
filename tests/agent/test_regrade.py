"""`razbor replay --regrade` by the local grader: what is graded, what is written, what is compared."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.recordings import Json, changed, hold, named, read, regrades, write
from transcripts.recorder import Recorder

QUESTIONS = ("kubernetes-primitives", "lora-fine-tuning")
ANSWERS = (
    "A pod is the smallest unit, with one or several containers that share a network. A node is a machine.",
    "The base weights stay frozen, and two low-rank matrices are trained.",
)
LOCAL = ("--regrade", "--grader", "local")
_held: list[Json] = []


@pytest.fixture
def interview(razbor: Run, transcript: Callable[[], Path]) -> list[Json]:
    """A whole interview with two answers; held once."""
    if not _held:
        _held.extend(hold(razbor, transcript, QUESTIONS, ANSWERS))
    return _held


def regraded(razbor: Run, *arguments: object, status: int = 0) -> Json:
    done = razbor("replay", *map(str, arguments), *LOCAL, "--json")
    assert done.returncode == status, done.stderr
    return dict(json.loads(done.stdout))


def test_the_same_grader_changes_nothing_and_originals_stay(
    razbor: Run, interview: list[Json], home: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "in" / "a.jsonl", interview)
    before = path.read_bytes()
    done = razbor("replay", str(path), *LOCAL)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == before
    copy = home / "regraded" / "a.jsonl"
    assert str(copy.parent) in done.stderr
    assert "\r" not in done.stderr
    assert copy.read_bytes().startswith(before)
    old = [event for event in interview if event["type"] == "grade"]
    new = regrades(copy)
    assert [event["regrade_of"] for event in new] == [event["seq"] for event in old]
    for then, now in zip(old, new, strict=True):
        assert now == then | {name: now[name] for name in ("seq", "time", "regrade_of")}
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "→" in done.stdout
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_terminal_shows_how_far_it_is(interview: list[Json], tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "a.jsonl", interview)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"}
    command = [sys.executable, "-m", "agent", "replay", str(path), *LOCAL]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "\r[##########----------] 1 of 2, 0:0" in shown
    bar, _, rest = shown.rpartition("[####################] 2 of 2, 0:0")
    assert bar
    assert rest[1:].startswith("\r" + " " * 30)  # it goes away


def test_only_what_is_missing_is_graded(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    """A copy may hold the grades of several graders; half a line at its end is kept aside."""
    path, copy = write(tmp_path / "in" / "a.jsonl", interview), home / "regraded" / "a.jsonl"
    first = regraded(razbor, path)
    events = read(copy)
    for event in events[-2:]:
        event["grader"] = event["grader"] | {"version": "0"}
    write(copy, events)
    with copy.open("ab") as file:
        file.write(b'{"type": "grade", "reg')
    second = regraded(razbor, path)
    assert [event["grader"]["version"] for event in regrades(copy)] == ["0", "0", "3", "3"]
    assert Path(f"{copy}.torn").exists()
    once = copy.read_bytes()
    assert regraded(razbor, path) == first == second
    assert copy.read_bytes() == once


def test_the_figures_of_a_small_case(razbor: Run, interview: list[Json], tmp_path: Path) -> None:
    """The record is changed so that the old grade of the first question differs in known lines."""
    grades = [event for event in interview if event["type"] == "grade"]
    first = grades[0]
    now = {line["id"]: line["verdict"] for line in first["key_points"]}
    points = [dict(line) for line in first["key_points"]]
    flipped = [line for line in points if line["verdict"] in ("covered", "missing")][:3]
    for line in flipped:
        line["verdict"] = "missing" if line["verdict"] == "covered" else "covered"
    recorded = changed(
        interview, "grade", lambda e: {"key_points": points, "score": 9.9} if e["seq"] == first["seq"] else {}
    )
    report = regraded(razbor, write(tmp_path / "in" / "a.jsonl", recorded))
    one, two = report["answers"]
    assert one["differ"] == [{"line": x["id"], "old": x["verdict"], "new": now[x["id"]]} for x in flipped]
    assert two["differ"] == []
    assert (one["old"]["score"], one["new"]["score"]) == (9.9, first["score"])
    summary = report["summary"]
    count = sum(len(grade["key_points"]) for grade in grades)
    assert summary["key_points"]["n"] == count
    assert summary["key_points"]["agree"] == count - 3
    assert summary["mistakes"]["agree"] == summary["mistakes"]["n"]
    assert summary["key_points"]["kappa"] == pytest.approx(kappa(summary["key_points"]["table"]), abs=1e-4)
    by = round(first["score"] - 9.9, 1)
    means = [round((score + grades[1]["score"]) / 2, 2) for score in (9.9, first["score"])]
    figures = {"n": 2, "mean_old": means[0], "mean_new": means[1], "mean_change": round(by / 2, 2)}
    figures |= {"mean_absolute": round(-by / 2, 2), "higher": 0, "lower": 1, "same": 1}
    assert summary["score"] == figures
    (of_one,) = report["interviews"]
    assert {name: of_one[name] for name in figures} == figures
    text = razbor("replay", str(tmp_path / "in" / "a.jsonl"), *LOCAL, "--lang", "ru").stdout
    assert f"{flipped[0]['id']} " in text
    assert "каппа Коэна" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def kappa(table: Json) -> float:
    """Cohen's kappa by its definition."""
    n = sum(sum(row.values()) for row in table.values())
    observed = sum(table[name][name] for name in table) / n
    chance = sum(sum(table[name].values()) * sum(row[name] for row in table.values()) for name in table) / n**2
    return float((observed - chance) / (1 - chance))


def test_cut_off_failed_and_given_up(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    """What was answered is graded, also where there is no grade; what was given up is not."""
    at = next(n for n, event in enumerate(interview) if event["type"] == "grade")
    said = max(n for n in range(at) if interview[n]["type"] == "message" and interview[n]["role"] == "user")
    nothing = {"status": "ungraded", "score": None, "key_points": [], "mistakes": []}
    cut = write(tmp_path / "in" / "cut.jsonl", named(interview[: said + 1], "cut"))
    failed = changed(interview, "grade", lambda _: nothing | {"reason": "the judge was not there"})
    given_up = changed(interview, "grade", lambda _: nothing | {"reason": "skipped"})
    failed_path = write(tmp_path / "in" / "failed.jsonl", named(failed, "failed"))
    given_up_path = write(tmp_path / "in" / "given-up.jsonl", named(given_up, "given-up"))
    report = regraded(razbor, cut, failed_path, given_up_path)
    assert [(answer["session"], answer["regrade_of"]) for answer in report["answers"]] == [
        ("cut", said), ("failed", at), ("failed", [e["seq"] for e in interview if e["type"] == "grade"][1]),
    ]  # fmt: skip
    assert all(answer["new"]["status"] == "graded" for answer in report["answers"])
    assert report["summary"]["lines"]["n"] == 0
    assert regrades(home / "regraded" / "given-up.jsonl") == []
    text = razbor("replay", str(cut), str(failed_path), *LOCAL).stdout
    assert "never graded →" in text
    assert "not graded (local 3) →" in text
    shown = razbor("replay", str(home / "regraded" / "cut.jsonl")).stdout
    assert "Graded again" in shown
    assert "kubernetes-primitives: never graded →" in shown


def test_a_follow_up_that_was_not_graded_does_not_count(razbor: Run, interview: list[Json], tmp_path: Path) -> None:
    at = next(n for n, event in enumerate(interview) if event["type"] == "grade")
    more = {"type": "message", "role": "user", "content": "A deployment keeps replicas.", "time": ""}
    path = write(tmp_path / "in" / "a.jsonl", [*interview[: at + 1], more])
    (answer,) = regraded(razbor, path)["answers"]
    assert answer["regrade_of"] == at
    assert answer["differ"] == []


def test_copies_are_read_as_transcripts(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    worse = changed(interview, "grade", lambda _: {"score": 0.5})
    regraded(razbor, write(tmp_path / "in" / "a.jsonl", named(worse, "a")))
    shown = razbor("replay", str(home / "regraded" / "a.jsonl")).stdout
    again = shown.partition("Graded again")[2]
    assert "kubernetes-primitives: 0.5 (local 3) → " in again
    assert "lora-fine-tuning: 0.5 (local 3) → " in again
    (home / "transcripts").mkdir(exist_ok=True)
    shutil.copy(home / "regraded" / "a.jsonl", home / "transcripts" / "a.jsonl")
    (row,) = [row for row in json.loads(razbor("sessions", "list", "--json").stdout) if row["id"] == "a"]
    assert row["reason"] == "completed"
    scores = [event["score"] for event in interview if event["type"] == "grade"]
    assert row["mean"] == round(sum(scores) / 2, 1)
    report = json.loads(razbor("report", "a", "--format", "json").stdout)
    assert [question["score"] for question in report["questions"]] == scores
    of_copy = regraded(razbor, home / "regraded" / "a.jsonl", "--out", tmp_path / "out")
    assert [answer["old"]["score"] for answer in of_copy["answers"]] == [0.5, 0.5]


def test_files_of_one_name_do_not_fall_together(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    paths = [write(tmp_path / name / "a.jsonl", named(interview, name)) for name in ("one", "two", "three")]
    twin = Path(shutil.copytree(tmp_path / "one", tmp_path / "twin")) / "a.jsonl"
    copies = [answer["copy"] for answer in regraded(razbor, *paths, twin, paths[0])["answers"]]
    assert len(copies) == 8
    assert len(set(copies)) == 4
    regraded(razbor, paths[2], paths[1])  # each finds its own, whatever it comes with
    files = sorted((home / "regraded").glob("*"))
    assert len(files) == 4
    assert all(len(regrades(path)) == 2 for path in files)


def test_a_damaged_file_is_named_and_the_others_go_on(razbor: Run, interview: list[Json], tmp_path: Path) -> None:
    good = write(tmp_path / "in" / "a.jsonl", interview)
    bad = write(tmp_path / "in" / "b.jsonl", changed(interview, "question", lambda _: {"question": {"id": "x"}}))
    done = razbor("replay", str(bad), "nowhere.jsonl", str(good), *LOCAL, "--json")
    assert done.returncode == 2
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()[:2]] == [str(bad), "nowhere.jsonl"]
    assert len(json.loads(done.stdout)["answers"]) == 2
    alone = razbor("replay", str(bad), *LOCAL)
    assert (alone.returncode, alone.stdout) == (2, "")


def test_bad_folders(razbor: Run, interview: list[Json], home: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "a.jsonl", interview)
    (tmp_path / "linked").symlink_to(tmp_path / "in")
    (tmp_path / "file").write_text("x", "utf-8")
    for out in ("linked", "file/below", str(home / "transcripts")):
        done = razbor("replay", str(path), *LOCAL, "--out", out)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), out
        assert "--out" in done.stderr
    assert list((tmp_path / "in").iterdir()) == [path]
    assert len(read(path)) == len(interview)


def test_what_stands_in_the_way_is_not_written_into(razbor: Run, interview: list[Json], tmp_path: Path) -> None:
    """A link to the transcript, and another file of its name, stay as they are."""
    path, out = write(tmp_path / "in" / "a.jsonl", interview), tmp_path / "out"
    out.mkdir()
    (out / "a.jsonl").symlink_to(path)
    (copy,) = {answer["copy"] for answer in regraded(razbor, path, "--out", out)["answers"]}
    assert Path(copy).name != "a.jsonl"
    assert len(read(path)) == len(interview)
    (out / "a.jsonl").unlink()
    (out / "a.jsonl").write_text("mine\n", "utf-8")
    regraded(razbor, path, "--out", out)
    assert (out / "a.jsonl").read_text("utf-8") == "mine\n"
    assert len(regrades(Path(copy))) == 2


def test_a_copy_that_is_being_written_is_left_alone(
    razbor: Run, interview: list[Json], home: Path, tmp_path: Path
) -> None:
    paths = [write(tmp_path / "in" / f"{name}.jsonl", named(interview, name)) for name in "ab"]
    shutil.copytree(tmp_path / "in", home / "regraded")
    recorder, _ = Recorder.reopen(home / "regraded" / "a.jsonl")
    done = razbor("replay", *map(str, paths), *LOCAL, "--json")
    recorder.close()
    assert done.returncode == 2
    assert "another razbor is writing" in done.stderr
    assert {answer["session"] for answer in json.loads(done.stdout)["answers"]} == {"b"}
    assert regrades(home / "regraded" / "a.jsonl") == []


@pytest.mark.parametrize("flags", [("--jobs", "0"), ("--verify",), ("--grader", "judge")])
def test_what_cannot_be_asked_for(razbor: Run, interview: list[Json], tmp_path: Path, flags: tuple[str, ...]) -> None:
    path = write(tmp_path / "in" / "a.jsonl", interview)
    done = razbor("replay", str(path), "--regrade", *flags)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
