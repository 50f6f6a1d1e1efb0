"""Reports on interviews, and disputed answers as labelled lines."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.report.inert import block, inline
from tests.conftest import Run

CONFUSED = (
    "pod = a VM inside the cluster, node = the bigger machine, physical or virtual, where the pods run. "
    "deployment = the moment you ship code to prod. service = stable name, picks pods by label and balances, "
    "so when pods are recreated with new IPs nobody notices"
)
MARKED = "[m2: deployment = the moment you ship code to prod]"
EVIL = "<script>alert(1)</script> ``` **bold** [x](http://evil.example) | \x1b[31mred\x9b2J @all \u202e"
Find = Callable[[], Path]


@pytest.fixture
def disputed(razbor: Run, transcript: Find) -> str:
    """An interview with two disputes of one grade, and a question that was given up; its id."""
    razbor("--question", "kubernetes-primitives", "--question", "lora-fine-tuning", "--follow-ups", "0",
           stdin=f"{CONFUSED}\\n{EVIL}\n/dispute m2 {EVIL}\n/dispute kp1 a machine is named\n/skip\n")  # fmt: skip
    return transcript().stem


def outside_fences(markdown: str) -> str:
    return re.sub(r"^(`{3,})text\n.*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_report_has_answer_score_verdicts_and_disputes(razbor: Run, disputed: str, lang: str) -> None:
    done = razbor("report", "--lang", lang, "--question-lang", lang)
    assert done.returncode == 0
    assert done.stdout == razbor("report", disputed, "--lang", lang, "--question-lang", lang).stdout
    words = {
        "en": ["Explain the difference", "- m2 **made**", "say instead: A Deployment is a Kubernetes", "Given up"],
        "ru": ["Объясните, чем", "- m2 **допущена**", "как правильно: Deployment — это объект", "Вопрос пропущен"],
    }
    disputes = {"en": "## Disputed verdicts", "ru": "## Оспоренные вердикты"}[lang]
    assert all(word in done.stdout for word in (*words[lang], MARKED, disputes))
    assert done.stdout.count("a machine is named") == 2  # beside its line, and in the section


def test_what_others_wrote_is_no_markup(razbor: Run, disputed: str) -> None:
    for arguments in (("report", disputed), ("report", "all")):
        shown = razbor(*arguments).stdout
        assert not set(shown) & set("\x1b\x9b\u202e")
        rest = outside_fences(shown)
        assert "red" in rest
        assert not any(sign in rest for sign in ("<script", "```", "**bold", "[x](", "http://", " | \x1b", "@all"))
    assert block("a\n````\nb").startswith("`````text\n")
    assert inline("1 | 2\n# 3 &amp; http://x @y") == r"1 \| 2 \# 3 &amp;amp; http&#58;//x &#64;y"


def test_json_of_one_and_of_all(razbor: Run, disputed: str) -> None:
    printed = razbor("report", disputed, "--format", "json").stdout
    assert not set(printed) & set("\x1b\x9b\u202e")
    report = json.loads(printed)
    assert report == json.loads(razbor("report", "--json").stdout)
    first, second = report["questions"]
    assert first["answer"] == f"{CONFUSED}\n{EVIL}".strip()
    assert first["mistakes"][1]["disputes"] == [EVIL.strip()]
    assert second["reason"] == "skipped"
    assert [(d["line"], d["session"]) for d in report["disputes"]] == [("m2", disputed), ("kp1", disputed)]
    every = json.loads(razbor("report", "all", "--format", "json").stdout)
    assert [(row["id"], row["disputes"]) for row in every["interviews"]] == [(disputed, 2)]
    assert every["disputes"] == report["disputes"]


def test_a_report_goes_to_a_file(razbor: Run, disputed: str, tmp_path: Path) -> None:
    done = razbor("report", disputed, "--out", "r.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Report: r.md\n")
    assert razbor("report", disputed, "--out", "r.md", "--quiet").stderr == ""
    assert (tmp_path / "r.md").read_text("utf-8") == razbor("report", disputed).stdout
    assert razbor("report", disputed, "--out", "no/such/r.md").returncode == 2


def test_disputed_answers_become_labels_that_eval_reads(razbor: Run, disputed: str, tmp_path: Path) -> None:
    done = razbor("report", disputed, "--disputes", "labels.jsonl")
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "check them before use" in done.stderr
    (line,) = (tmp_path / "labels.jsonl").read_text("utf-8").splitlines()
    label = json.loads(line)
    question = json.loads(razbor("report", disputed, "--json").stdout)["questions"][0]
    assert (label["id"], label["kind"]) == (f"{disputed}/kubernetes-primitives", "disputed")
    assert label["answer"] == question["answer"]
    assert (question["mistakes"][1]["verdict"], label["mistakes"][1]) == ("committed", "avoided")
    covered = question["key_points"][0]["verdict"] == "covered"
    assert label["key_points"][0] is not covered
    assert {"unsure"}.isdisjoint(label["mistakes"])
    factor = (1, 0.8, 0.5, 0.3)[min(label["mistakes"].count("committed"), 3)]
    assert label["score"] == round(10 * sum(label["key_points"]) / 8 * factor, 1)
    assert "m2: <script>" in label["note"]
    figures = json.loads(razbor("eval", "labels.jsonl", "--json").stdout)
    assert (figures["n"], list(figures["by_kind"])) == (1, ["disputed"])
    again = razbor("report", disputed, "--disputes", "labels.jsonl")
    assert again.returncode == 2
    assert "by hand" in again.stderr


def test_a_transcript_with_any_line_break_still_makes_one_label(razbor: Run, tmp_path: Path) -> None:
    razbor("--question", "kubernetes-primitives", "--follow-ups", "0",
           stdin="A pod\u2028is a\x85unit\n/dispute m1 a\u2029b\n")  # fmt: skip
    assert razbor("report", "--disputes", "l.jsonl").returncode == 0
    assert len((tmp_path / "l.jsonl").read_text("utf-8").splitlines()) == 1
    assert razbor("eval", "l.jsonl").returncode == 0


def test_without_disputes_no_labels_are_written(razbor: Run, tmp_path: Path) -> None:
    razbor("--questions", "1", stdin="x\n")
    done = razbor("report", "--disputes", "l.jsonl")
    assert done.returncode == 0
    assert "No verdict was disputed" in done.stderr
    assert not (tmp_path / "l.jsonl").exists()


def test_a_damaged_record_does_not_hide_the_others(razbor: Run, disputed: str, home: Path) -> None:
    (home / "transcripts" / "broken.jsonl").write_text("{", "utf-8")
    text = (home / "transcripts" / f"{disputed}.jsonl").read_text("utf-8").replace('"heading"', '"hedding"')
    (home / "transcripts" / "bent.jsonl").write_text(text, "utf-8")
    done = razbor("report", "all")
    assert done.returncode == 0
    assert disputed in done.stdout
    assert [name in done.stderr for name in ("broken.jsonl", "bent.jsonl")] == [True, True]
    assert razbor("report", "bent").returncode == 2


def test_no_interview_at_all(razbor: Run) -> None:
    assert razbor("report").returncode == 2
    done = razbor("report", "all")
    assert done.returncode == 0
    assert "No interview was recorded yet" in done.stderr
