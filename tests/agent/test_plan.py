"""`razbor plan`: what is due, and a plan to the date of the interview."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.agent.interrupting import ROOT
from tests.agent.odd_transcripts import dump, events
from tests.conftest import Run
from tools.bank import load

QUESTIONS = load().questions
MINE = """id: mine
topic: mlops
heading: Mine
prompt: What is a feature store?
short_answer: A store of features that serves training and prediction alike, so that both see the same values.
breakdown: It keeps the history for training and the newest values for prediction.
mistakes: [{text: Call it a database.}]
tips: [Name both sides.]
"""


def today() -> date:
    return date.today()  # noqa: DTZ011 - as razbor does: the day where the user is


def on(days: int) -> str:
    return f"{today() + timedelta(days=days)}"


@pytest.fixture
def remembered(home: Path) -> Path:
    """Three weeks ago one example, and another when it was recorded."""
    folder = home / "transcripts"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "transcripts" / "examples" / "ru-practice.jsonl", folder)
    (folder / "old.jsonl").write_bytes(
        dump([event | {"time": f"{today() - timedelta(days=21)}T12:00:00Z"} for event in events()])
    )
    return folder


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("tomorrow", "tomorrow"),
        ("2026-02-30", "2026-02-30"),
        ("", "YYYY-MM-DD"),
        ("1\x1b[2J", "YYYY-MM-DD"),
        ("9999-99-99", "YYYY-MM-DD"),
        ("0001-01-01", "365"),
        ("9999-12-31", "365"),
        (-1, on(-1)),
        (366, "365"),
    ],
)
def test_a_day_that_is_none_is_refused_in_one_line(razbor: Run, given: str | int, told: str) -> None:
    done = razbor("plan", "--date", given if isinstance(given, str) else on(given))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert told in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("minutes", ["0", "1441", "-5", "1.5", "half", ""])
def test_minutes_that_are_none_are_refused_in_one_line(razbor: Run, minutes: str) -> None:
    done = razbor("plan", f"--minutes={minutes}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "1440" in done.stderr


@pytest.mark.parametrize(("days", "expected"), [(0, 1), (1, 1), (2, 2), (365, 365), (None, 7)])
def test_it_reaches_to_the_day_before(razbor: Run, remembered: Path, days: int | None, expected: int) -> None:
    assert remembered.exists()
    done = razbor("plan", "--json", *([] if days is None else ["--date", on(days)]))
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)["days"]
    assert [row["date"] for row in rows] == [on(n) for n in range(expected)]


def shape(plan: dict[str, Any]) -> None:
    """The keys that other programs read."""
    assert set(plan) == {"due", "days"}
    for row in plan["due"]:
        assert set(row) == {"question", "topic", "prompt", "forgotten", "mistakes"}
        assert 0 <= row["forgotten"] <= 1
        for mistake in row["mistakes"]:
            assert set(mistake) == {"id", "text", "times"}
            assert mistake["times"] >= 1
    for row in plan["days"]:
        assert set(row) == {"date", "minutes", "questions"}
        for question in row["questions"]:
            assert set(question) == {"id", "topic", "level", "reason", "minutes"}
        assert row["minutes"] == sum(question["minutes"] for question in row["questions"])


@pytest.mark.parametrize(("minutes", "most"), [("1", 6), ("30", 30), ("1440", 1440)])
def test_the_json_and_its_minutes(razbor: Run, remembered: Path, minutes: str, most: int) -> None:
    assert remembered.exists()
    done = razbor("plan", "--json", "--date", on(5), "--minutes", minutes)
    plan = json.loads(done.stdout)
    shape(plan)
    assert plan["due"]
    assert all(row["minutes"] <= most for row in plan["days"])
    assert minutes != "1" or [len(row["questions"]) for row in plan["days"]] == [1] * 5


def test_both_languages_name_what_is_due_and_each_day(razbor: Run, remembered: Path) -> None:
    plan = json.loads(razbor("plan", "--json").stdout)
    for lang, until in (("en", "Up to the interview"), ("ru", "План до собеседования")):
        done = razbor("plan", "--lang", lang, "--date", on(3))
        assert (done.returncode, done.stderr) == (0, "")
        for row in plan["due"]:
            assert row["question"] in done.stdout
            assert QUESTIONS[row["question"]].wording("ru" if lang == "ru" else "en").prompt[:20] in done.stdout
        assert all(on(n) in done.stdout for n in range(3))
        assert until in done.stdout
        assert "\x1b" not in done.stdout
        assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert remembered.exists()


def test_what_is_not_in_the_bank_is_left_out(razbor: Run, remembered: Path, tmp_path: Path) -> None:
    assert json.loads(razbor("plan", "--json").stdout)["due"]
    (tmp_path / "mine.yaml").write_text(MINE)
    done = razbor("plan", "--json", "--no-builtin", "--bank", "mine.yaml", "--date", on(3))
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    shape(plan)
    assert plan["due"] == []
    assert [[question["reason"] for question in row["questions"]] for row in plan["days"]] == [["new"], [], ["refresh"]]
    assert razbor("plan", "--no-builtin", "--bank", "mine.yaml").returncode == 0
    assert remembered.exists()


def test_without_a_past_all_is_new(razbor: Run, home: Path) -> None:
    plan = json.loads(razbor("plan", "--json").stdout)
    assert plan["due"] == []
    assert {question["reason"] for row in plan["days"][:1] for question in row["questions"]} == {"new"}
    assert (home / "memory.sqlite3").exists()
