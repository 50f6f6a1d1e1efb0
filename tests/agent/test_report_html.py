"""The report as an HTML page: what stands in it, and that nothing in it is more than text."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from prompts import catalogue
from tests.agent.hostile import EVIL, QUOTE, SAID, Event, poison, rewrite
from tests.conftest import Run

ROOT = Path(__file__).parents[2]
CONFUSED = (
    "pod = a VM inside the cluster, node = the bigger machine, physical or virtual, where the pods run. "
    "deployment = the moment you ship code to prod. service = stable name, picks pods by label and balances"
)
VOID = {"meta", "rect", "line", "circle", "br"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "nav", "section", "article", "figure",
    "figcaption", "h1", "h2", "h3", "p", "div", "span", "b", "bdi", "strong", "a", "mark", "ul", "li", "dl", "dt", "dd",
    "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "svg", "g", "text", "line", "rect", "circle",
}  # fmt: skip
Find = Callable[[], Path]


class Page(HTMLParser):
    """A page that is looked at as a browser would: every tag and its text, and whether all are closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.tags: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[int] = []
        self.unbalanced: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.tags) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.tags[self.open[-1]][0] != tag:
            self.unbalanced.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for at in self.open:
            self.tags[at][2].append(data)

    def all(self, tag: str, name: str = "") -> list[str]:
        """The texts of every such element, with that class."""
        return [
            "".join(text)
            for found, attrs, text in self.tags
            if found == tag and (not name or name in (attrs.get("class") or "").split())
        ]

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs, _ in self.tags if name in attrs]


def page_of(razbor: Run, *arguments: str) -> Page:
    done = razbor("report", *arguments, "--format", "html")
    assert (done.returncode, done.stderr) == (0, "")
    return Page(done.stdout)


def check_sound(page: Page) -> None:
    """What holds of every page, whatever the transcript says."""
    source = page.source
    assert source.startswith("<!DOCTYPE html>\n<html lang=")
    assert (page.unbalanced, page.open) == ([], [])
    assert {tag for tag, _, _ in page.tags} <= ALLOWED
    assert not [
        name for _, attrs, _ in page.tags for name in attrs if name.startswith("on") or name in ("style", "src")
    ]
    ids = page.attributes("id")
    assert len(set(ids)) == len(ids)
    assert {href[1:] for href in page.attributes("href")} <= set(ids)
    assert all(href.startswith("#") for href in page.attributes("href"))
    assert set(page.attributes("xmlns")) <= {"http://www.w3.org/2000/svg"}
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [attrs["content"] for _, attrs, _ in page.tags if attrs.get("http-equiv")]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|@font-face|</", style)
    assert not set(source) & set("\x1b\x9b\x07\u202e\u2066\u200b\ufeff\u2028\U000e0041")
    assert len(page.all("h1")) == 1
    assert all(attrs.get("scope") for tag, attrs, _ in page.tags if tag == "th")


@pytest.fixture
def recorded(razbor: Run, transcript: Find) -> Path:
    """An interview with a follow-up, a mistake, a dispute and a question that was given up."""
    razbor("--question", "kubernetes-primitives", "--question", "lora-fine-tuning", "--seed", "1",
           stdin=f"{CONFUSED}\nA pod is the smallest unit.\n/dispute m2 I meant the rollout\n/skip\n")  # fmt: skip
    return transcript()


@pytest.mark.usefixtures("recorded")
def test_a_page_shows_the_interview(razbor: Run) -> None:
    page = page_of(razbor, "--lang", "en")
    check_sound(page)
    report = json.loads(razbor("report", "--json").stdout)
    first, second = report["questions"]
    assert page.all("h2")[1:] == [
        "Question 1: MLOps (kubernetes-primitives)", "Question 2: fine-tuning (lora-fine-tuning)", "Disputed verdicts",
    ]  # fmt: skip
    assert page.all("p", "prompt") == [first["prompt"], second["prompt"]]
    assert [turn["by"] for turn in first["turns"]] == ["candidate", "interviewer", "candidate"]
    assert page.all("div", "interviewer")[0].strip().endswith(first["turns"][1]["text"])
    assert first["turns"][2]["text"] == "A pod is the smallest unit."
    lines = first["key_points"] + first["mistakes"]
    assert len(page.all("li")) == len(lines) + 1
    shown = "\n".join(page.all("li"))
    assert all(line["text"] in shown and (line["quote"] or "") in shown for line in lines)
    assert page.all("p", "instead") == [f"Say instead: {line['instead']}" for line in lines if line.get("instead")]
    assert page.all("p", "disputed") == ["Disputed: I meant the rollout"] * 2
    assert "Given up, not graded" in page.all("p", "result")[1]
    assert page.all("summary") == ["Earlier grades: 1"]
    for words in ("Practice", "offline interviewer", "local", report["id"], report["razbor"]):
        assert any(words.lower() in fact.lower() for fact in page.all("dd"))


@pytest.mark.usefixtures("recorded")
def test_quotes_are_marked_in_place_with_their_lines(razbor: Run) -> None:
    page = page_of(razbor)
    (first, _) = page.all("div", "candidate")
    without_labels = first
    for label in page.all("span", "ids"):
        without_labels = without_labels.replace(label, "", 1)
    assert CONFUSED in without_labels
    assert "deployment = the moment you ship code to prod ✗ m2" in page.all("mark", "committed")
    assert {"q1", "q1-1", "q1-10"} <= set(page.attributes("id"))


def test_a_line_that_quotes_the_same_words_as_another_keeps_its_own_sign(razbor: Run, recorded: Path) -> None:
    def quote_twice(events: list[Event]) -> list[Event]:
        for grade in (event for event in events if event["type"] == "grade" and event["status"] == "graded"):
            words = next(line["quote"] for line in grade["mistakes"] if line["id"] == "m2")
            grade["key_points"][0] |= {"verdict": "covered", "quote": words}
            grade["key_points"][1] |= {"verdict": "unsure", "quote": words}
        return events

    rewrite(recorded, quote_twice)
    page = page_of(razbor)
    check_sound(page)
    assert "deployment = the moment you ship code to prod ✓ kp1 ? kp2 ✗ m2" in page.all("mark", "committed")


def test_a_follow_up_without_an_answer_says_so(razbor: Run) -> None:
    razbor("--question", "kubernetes-primitives", stdin="A pod is the smallest unit.\n/skip\n")
    assert "It was not answered." in page_of(razbor).all("p", "note")
    assert "It was not answered." in razbor("report").stdout


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("arguments", [("latest",), ("all",)])
def test_the_page_speaks_russian(razbor: Run, arguments: tuple[str]) -> None:
    page = page_of(razbor, *arguments, "--lang", "ru")
    check_sound(page)
    assert '<html lang="ru">' in page.source
    shown = "".join(page.all("body"))
    for words in ("Оценки по темам", "Оспорено: I meant the rollout", "допущена"):
        assert words in shown
    assert not [text for text in catalogue("en")["report.marks"].split(": ")[:1] if text in shown]


def test_nothing_that_others_wrote_is_more_than_text(razbor: Run, transcript: Find) -> None:
    said = SAID.replace("\n", " ")
    razbor("--question", "kubernetes-primitives", stdin=f"{said}\n{said}\n/dispute m1 {said}\n")
    rewrite(transcript(), poison)
    for lang in ("en", "ru"):
        page = page_of(razbor, "--lang", lang)
        check_sound(page)
        assert "{{ 7*7 }} {% raw %} {lang} %s &lt;b&gt;" in page.all("p", "prompt")[0]
        marks = page.all("mark")
        assert any(mark.startswith('<b>the smallest</b> & "only" unit</mark>') for mark in marks)
        assert any(mark.startswith("a pod is") for mark in marks)
        assert "<script>window.owned = 1" in "".join(page.all("mark", "unsure"))
        assert QUOTE in "".join(page.all("p", "quote"))
        check_sound(page_of(razbor, "all", "--lang", lang))
    assert "\x1b" in EVIL


def test_a_later_grade_counts_and_the_earlier_ones_are_listed(razbor: Run, recorded: Path) -> None:
    before = json.loads(razbor("report", "--json").stdout)["questions"][0]

    def regrade(events: list[Event]) -> list[Event]:
        old = [event for event in events if event["type"] == "grade" and event["status"] == "graded"][-1]
        judge = {"name": "judge", "version": "7", "model": "<i>qwen</i>", "prompt_sha256": "0"}
        new = old | {"score": 9.5, "grader": judge, "regrade_of": old["seq"], "time": "2030-01-01T00:00:00+00:00"}
        return [*events, new]

    rewrite(recorded, regrade)
    report = json.loads(razbor("report", "--json").stdout)
    first, second = report["questions"]
    assert (first["score"], report["mean"], first["seconds"]) == (9.5, 9.5, before["seconds"])
    assert [(grade["score"], grade["grader"]["name"]) for grade in first["earlier_grades"]] == [
        *[(grade["score"], "local") for grade in before["earlier_grades"]], (before["score"], "local"),
    ]  # fmt: skip
    assert (second["earlier_grades"], second["status"]) == ([], "ungraded")
    page = page_of(razbor)
    check_sound(page)
    assert page.all("summary") == ["Earlier grades: 2"]
    assert "judge 7 <i>qwen</i>" in page.all("p", "result")[0]
    assert "Earlier grades: " in razbor("report").stdout


def test_time_is_counted_from_the_question_to_its_last_grade_without_pauses(razbor: Run, recorded: Path) -> None:
    def slow(events: list[Event]) -> list[Event]:
        """Each event takes a second; before the first grade there is a pause of a day."""
        at = next(n for n, event in enumerate(events) if event["type"] == "grade")
        resume = {"razbor": "0", "model": "embedded", "grader": {"name": "local", "version": "2"}, "questions": 3}
        events.insert(at, {"type": "resume", **resume})
        for number, event in enumerate(events):
            day, time = (1 if number < at else 2), "{:02}:{:02}".format(*divmod(number, 60))
            event["time"] = f"2026-03-0{day}T10:{time}+00:00"
        return events

    rewrite(recorded, slow)
    events = [json.loads(line) for line in recorded.read_text("utf-8").splitlines()]
    begin = next(event["seq"] for event in events if event["type"] == "question")
    ends = [event["seq"] for event in events if event["type"] == "grade" and event["status"] == "graded"]
    report = json.loads(razbor("report", "--json").stdout)
    assert report["questions"][0]["seconds"] == ends[-1] - begin - 1  # the pause took a second too many
    assert report["seconds"] == sum(question["seconds"] for question in report["questions"])
    assert f"Time used: {ends[-1] - begin - 1} s" in razbor("report").stdout
    assert razbor("report", "all", "--format", "html").returncode == 0


def test_forty_interviews(razbor: Run, recorded: Path, home: Path) -> None:
    text = recorded.read_text("utf-8")
    for number in range(1, 40):
        copy = text.replace(recorded.stem, f"copy-{number}").replace("2026-", f"20{26 + number}-")
        (home / "transcripts" / f"copy-{number}.jsonl").write_text(copy, "utf-8")
    page = page_of(razbor, "all")
    check_sound(page)
    assert len(page.all("tr")) == 41
    points = [attrs for tag, attrs, _ in page.tags if tag == "circle"]
    assert len(points) == 40
    assert page.all("p", "disputed") == ["Disputed: I meant the rollout"] * 40
    labels = [label for label in page.attributes("aria-label") if "questions: 40" in label]
    assert len(labels) == 1
    assert labels[0].startswith("MLOps: ")


def test_one_interview_and_none(razbor: Run, recorded: Path) -> None:
    page = page_of(razbor, "all")
    check_sound(page)
    assert sum(tag == "circle" for tag, _, _ in page.tags) == 1
    recorded.unlink()
    done = razbor("report", "all", "--format", "html")
    assert done.returncode == 0
    check_sound(Page(done.stdout))
    assert "No interview was recorded yet." in done.stdout


def test_an_interview_without_an_answer(razbor: Run) -> None:
    razbor("--questions", "1", stdin="")
    page = page_of(razbor)
    check_sound(page)
    assert "Not answered" in page.all("p", "result")[0]
    assert sum(tag == "svg" for tag, _, _ in page.tags) == 0


@pytest.mark.usefixtures("recorded")
def test_a_page_goes_to_a_file(razbor: Run, tmp_path: Path) -> None:
    done = razbor("report", "--format", "html", "--out", "r.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "r.html").read_text("utf-8") == razbor("report", "--format", "html").stdout


@pytest.mark.usefixtures("recorded")
def test_what_only_a_page_needs_is_imported_for_a_page_only() -> None:
    code = "import sys; from agent.cli import main; main(['report']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules: Any = done.stdout.split("\n")[-2].split()
    assert "agent.report.markdown" in modules
    assert not {"jinja2", "svg", "agent.report.html"} & set(modules)


def test_every_text_of_the_template_exists() -> None:
    source = (ROOT / "agent/report/report.html.j2").read_text("utf-8")
    named = set(re.findall(r'"((?:card|report|summary)\.[a-z_]*[a-z])"', source))
    assert named > {"report.topics", "card.key_points"}
    assert named <= set(catalogue("en"))
