"""Missed points and mistakes as notes for Anki."""

import csv
import json
import re
from collections.abc import Callable
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.printable import printable
from agent.report.anki import Note, html, to_text
from tests.conftest import Run

CONFUSED = "deployment = the moment you ship code to prod. node = the machine, physical or virtual, where the pods run"
EVIL = '<img src=x onerror=alert(1)>\t"q" \\(x\\) [sound:a.mp3] {{Front}}\n#deck:evil\r\x1b[31m\x00\u202e\udc80 & é'
HEAD = [
    "#separator:tab", "#html:true", "#notetype:Basic", "#deck:razbor", "#columns:Front\tBack\tTags\tGUID",
    "#tags column:3", "#guid column:4",
]  # fmt: skip
QUESTION = "kubernetes-primitives"


def read_back(text: str) -> list[Note]:
    """The rows by the rules of Anki's reader: a record that begins with # is a comment, quotes hold all else."""
    lines = text.split("\n")
    while lines and lines[0].startswith("#"):
        del lines[0]
    return [Note(*row) for row in csv.reader(StringIO("\n".join(lines), newline=""), delimiter="\t", strict=True)]


def verdicts(path: Path, **change: str) -> dict[str, str]:
    """Change verdicts in the grade of a transcript; what they are then, by line."""
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    now = {}
    for event in events:
        for line in event.get("key_points", []) + event.get("mistakes", []) if event["type"] == "grade" else []:
            line["verdict"] = change.get(line["id"], line["verdict"])
            now[line["id"]] = line["verdict"]
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    return now


@pytest.fixture
def recorded(razbor: Run, transcript: Callable[[], Path]) -> Path:
    """The transcript of an interview with one graded and one skipped question."""
    razbor("--question", QUESTION, "--question", "lora-fine-tuning", "--follow-ups", "0",
           stdin=f"{CONFUSED}\n/dispute m2 I did not mean it\n/skip\n")  # fmt: skip
    return transcript()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_each_missed_point_and_each_mistake_is_a_note(razbor: Run, recorded: Path, tmp_path: Path, lang: str) -> None:
    cue, instead = {"en": ("was missing", "Say instead"), "ru": ("Не хватило пункта", "Как правильно")}[lang]
    now = verdicts(recorded, kp8="unsure", m3="unsure")
    done = razbor("report", "--anki", "notes.txt", "--lang", lang)
    assert done.returncode == 0
    assert done.stdout == razbor("report", "--lang", lang).stdout
    notes = read_back((tmp_path / "notes.txt").read_text("utf-8"))
    report = json.loads(razbor("report", "--json", "--question-lang", lang).stdout)["questions"][0]
    texts = {line["id"]: line for line in report["key_points"] + report["mistakes"]}
    learn = [line for line in now if now[line] in ("missing", "committed")]
    assert {"kp2", "m2"} <= set(learn)
    assert f" {len(notes)} " in done.stderr
    for line, note in zip(learn, notes, strict=True):
        assert texts[line]["text"] in note.back
        assert texts[line]["text"] not in note.front
        assert note.front.startswith(report["prompt"])
    assert {note.tags for note in notes} == {"razbor mlops missed", "razbor mlops mistake disputed"}
    mistake = notes[learn.index("m2")]
    assert "the moment you ship code to prod" in mistake.back
    assert f"{instead}: {texts['m2']['instead']}" in mistake.back
    assert cue in notes[0].front
    assert len({note.front for note in notes}) == len({note.guid for note in notes}) == len(notes)


def test_the_head_says_what_anki_must_know(razbor: Run, recorded: Path, tmp_path: Path) -> None:
    razbor("report", recorded.stem, "--anki", "notes.txt")
    lines = (tmp_path / "notes.txt").read_text("utf-8").splitlines()
    assert lines[: len(HEAD)] == HEAD
    assert all(line.startswith('"') and line.count("\t") == 3 for line in lines[len(HEAD) :])


def test_ids_stay_in_a_language_and_differ_between_them(razbor: Run, recorded: Path, tmp_path: Path) -> None:
    guids = []
    for lang in ("en", "en", "ru"):  # the second time over the file of the first
        assert razbor("report", recorded.stem, "--anki", "notes.txt", "--lang", lang).returncode == 0
        guids.append([note.guid for note in read_back((tmp_path / "notes.txt").read_text("utf-8"))])
    assert guids[0] == guids[1]
    assert not set(guids[0]) & set(guids[2])


def test_over_all_interviews_the_last_grade_of_a_line_decides(razbor: Run, recorded: Path, tmp_path: Path) -> None:
    first = recorded.read_text("utf-8")
    later = recorded.with_name("0-sorts-first.jsonl")
    later.write_text(first.replace(recorded.stem, later.stem).replace('"time":"20', '"time":"21').replace(
        '"time": "20', '"time": "21'), "utf-8")  # fmt: skip
    verdicts(later, kp2="covered", kp3="missing", m1="committed", m2="avoided")
    before = verdicts(recorded, kp2="missing", kp3="covered", m1="avoided", m2="committed")
    razbor("report", "all", "--anki", "all.txt")
    fronts = [note.front for note in read_back((tmp_path / "all.txt").read_text("utf-8"))]
    cues = [re.search(r"Point (\d)|\((\d) of 3\)", front) for front in fronts]
    found = {f"kp{cue[1]}" if cue[1] else f"m{cue[2]}" for cue in cues if cue}
    assert len(fronts) == len(found)
    assert {"kp3", "m1"} <= found
    assert not {"kp2", "m2"} & found
    assert before["kp2"] == "missing"
    razbor("report", recorded.stem, "--anki", "one.txt")  # of one interview, its own grade
    assert "Point 2 of 8" in (tmp_path / "one.txt").read_text("utf-8")


def test_nothing_to_learn_writes_no_file(razbor: Run, tmp_path: Path) -> None:
    razbor("--question", QUESTION, "--follow-ups", "0", stdin="/skip\n")
    done = razbor("report", "--anki", "notes.txt")
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "nothing for Anki" in done.stderr
    assert not (tmp_path / "notes.txt").exists()


def test_a_file_that_cannot_be_written_is_named(razbor: Run, recorded: Path) -> None:
    done = razbor("report", recorded.stem, "--anki", "no/such/notes.txt")
    assert done.returncode == 2
    assert "no/such/notes.txt" in done.stderr


def test_what_others_wrote_is_text_in_anki(razbor: Run, recorded: Path, tmp_path: Path) -> None:
    events = [json.loads(line) for line in recorded.read_text("utf-8").splitlines()]
    for event in events:
        if event["type"] == "grade" and event["mistakes"]:
            event["mistakes"][1]["quote"] = EVIL
        if event["type"] == "question":
            event["question"]["prompt"] = f"#html:false {EVIL}".replace("\udc80", "")
    recorded.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    assert razbor("report", "--anki", "notes.txt").returncode == 0
    text = (tmp_path / "notes.txt").read_text("utf-8")
    assert not set(text) & set("\x1b\x00\r\u202e")
    notes = read_back(text)
    assert all(note.front.startswith("#html:false &lt;img") for note in notes)
    assert any("&lt;img src=x onerror=alert(1)&gt;" in note.back for note in notes)
    assert not any(sign in text for sign in ("<img", "[sound", r"\(", "\n#deck:evil"))


@given(st.lists(st.builds(Note, *[st.text(st.characters(exclude_categories=["Cs"]))] * 4)))
def test_anki_reads_back_what_was_written(notes: list[Note]) -> None:
    assert read_back(to_text(notes)) == notes


@given(st.text() | st.text("\\([<&#;\"'$]\n\t x"))
def test_html_shows_the_text_and_holds_no_markup(text: str) -> None:
    made = html(text)
    made.encode()
    assert not re.search(r"\[|\\[(\[]|[\t\n\r]", made)
    bare = made.replace("<br>", "\n").replace("<span></span>", "")
    assert not set(bare) & set("<>")
    assert unescape(bare) == printable(text).strip().replace("\t", " ")
