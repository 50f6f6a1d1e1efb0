"""Whatever becomes of a valid transcript: it is read, folded and reported on, or refused; nothing else."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.player.playing import show_at_once
from agent.report import facts, markdown
from agent.report.inert import to_json
from agent.report.labels import labels
from tests.test_records import JSON
from transcripts.errors import InputError
from transcripts.reader import read

EXAMPLE = (Path(__file__).parents[2] / "transcripts" / "examples" / "en-practice.jsonl").read_bytes()
LINES = EXAMPLE.splitlines(keepends=True)
AT = st.integers(0, len(LINES) - 1)
VALUES = JSON | st.sampled_from(
    ["skipped", "/reveal", "/skip", "interrupt", "reveal_breakdown", "kubernetes-primitives"]
)


def check(data: bytes) -> None:
    """Do all that is done with a transcript; only an InputError may come of it."""
    with tempfile.TemporaryDirectory() as folder, suppress(InputError):
        path = Path(folder) / "t.jsonl"
        path.write_bytes(data)
        transcript = read(path)
        show_at_once(transcript, plain=True)
        labels(transcript)
        report = facts.of_interview(transcript)
        assert json.loads(to_json(report), parse_constant=pytest.fail)  # NaN is no JSON
        markdown.interview(report, "en")
        markdown.overview(facts.of_all([facts.of_interview(transcript)]), "ru")


def numbered(lines: list[bytes]) -> bytes:
    """The lines with the numbers that the reader wants."""
    events = [json.loads(line) | {"seq": number} for number, line in enumerate(lines)]
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@given(st.lists(st.tuples(st.integers(0, len(EXAMPLE) - 1), st.integers(0, 255)), max_size=4), st.integers(0))
def test_flipped_bytes_and_a_cut(flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(EXAMPLE)
    for at, byte in flips:
        data[at] ^= byte
    check(bytes(data[: -(cut % len(data)) or None]))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["swap", "double", "drop", "end"]), AT, AT), min_size=1, max_size=6))
def test_lines_swapped_doubled_and_dropped(edits: list[tuple[str, int, int]]) -> None:
    lines = list(LINES)
    for edit, *places in edits:
        a, b = (place % len(lines) for place in places)
        if edit == "swap":
            lines[a], lines[b] = lines[b], lines[a]
        elif edit == "double":
            lines.insert(b, lines[a])
        elif edit == "drop" and a:
            del lines[a]
        elif edit == "end":
            lines.append(LINES[a])
    check(b"".join(lines))
    check(numbered(lines))


@given(AT, st.data())
def test_any_value_in_any_place(at: int, data: st.DataObject) -> None:
    event = json.loads(LINES[at])
    inside: Any = event
    while isinstance(inside, dict | list) and inside:
        key = data.draw(st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside))))
        if not isinstance(inside[key], dict | list) or not inside[key] or data.draw(st.booleans()):
            inside[key] = data.draw(VALUES)
            break
        inside = inside[key]
    lines = [*LINES[:at], json.dumps(event).encode() + b"\n", *LINES[at + 1 :]]
    check(numbered(lines))
