"""transcripts/README.md says of each type and field what it means, and says what the classes say."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from transcripts.describe import OBJECTS, README, field_texts
from transcripts.event import Event
from transcripts.events import EVENT_CLASSES
from transcripts.grade import Remarks

EXAMPLES = sorted((README.parent / "examples").glob("*.jsonl"))
WITHIN = {"reply": "Reply", "tool_calls": "RecordedCall", "grader": "GraderId", "key_points": "KeyPointLine",
          "mistakes": "MistakeLine"}  # fmt: skip


def documented() -> dict[str, set[str]]:
    """The fields that the page has, by heading."""
    sections = re.split(r"^#+ ", README.read_text("utf-8"), flags=re.MULTILINE)
    return {part.split("\n")[0].strip("`"): set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) for part in sections}


def test_the_page_is_what_the_classes_say(tmp_path: Path) -> None:
    room = shutil.copytree(README.parent, tmp_path / "transcripts", ignore=shutil.ignore_patterns("__pycache__"))
    (room / "README.md").unlink()
    subprocess.run([sys.executable, "-m", "transcripts.describe"], cwd=tmp_path, check=True, capture_output=True)
    fresh = (room / "README.md").read_text("utf-8")
    assert fresh == README.read_text("utf-8"), "transcripts/README.md is out of date: python -m transcripts.describe"


def test_every_event_class_is_on_the_page() -> None:
    assert set(Event.__subclasses__()) == set(EVENT_CLASSES.values())
    assert set(EVENT_CLASSES) <= set(documented())


@pytest.mark.parametrize("cls", [Event, Remarks, *OBJECTS, *EVENT_CLASSES.values()], ids=lambda cls: cls.__name__)
def test_a_class_and_its_fields_are_described(cls: type[BaseModel]) -> None:
    assert cls.__dict__["__doc__"], f"{cls.__name__} has no docstring"
    texts = field_texts(cls)
    for name in set(cls.model_fields) - ({"type"} if cls is not Event else set()):
        assert texts.get(name, "").endswith("."), f"{cls.__name__}.{name}: write below the field what it means"


def test_tables_and_links_are_whole() -> None:
    page = README.read_text("utf-8")
    for row in re.findall(r"^\|.*$", page, re.MULTILINE):
        assert row.count("|") == 4, row
    anchors = {heading.lower() for heading in documented()}
    assert set(re.findall(r"\]\(#(\w+)\)", page)) <= anchors
    assert "$" not in page


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_nothing_that_is_not_on_the_page(path: Path) -> None:
    known = documented()
    for line in filter(None, path.read_text("utf-8").split("\n")):
        event = json.loads(line)
        assert event["type"] in known
        assert set(event) <= known[event["type"]] | known["Every event"], event["type"]
        for name, value in objects_in(event):
            assert set(value) <= known[WITHIN[name]], (event["type"], name)


def objects_in(value: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The objects within an event that have a table of their own, each with the name of its field."""
    found = []
    for name in WITHIN.keys() & value.keys():
        inner = value[name] if isinstance(value[name], list) else [value[name]]
        found += [(name, item) for item in inner] + [deep for item in inner for deep in objects_in(item)]
    return found
