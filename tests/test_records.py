"""Transcripts on disk: what is written is read back, and no bytes whatever break the reader."""

import json
import resource
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcripts.errors import InputError, RecordingError
from transcripts.events import (
    CommandEvent,
    DisputeEvent,
    Event,
    GradeEvent,
    MessageEvent,
    RepairEvent,
    SessionEvent,
    ToolCallEvent,
)
from transcripts.grade import GraderId
from transcripts.reader import read
from transcripts.recorder import Recorder, to_line

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates included
GRADER = GraderId(name="local", version="1")
EVENTS = st.lists(
    st.one_of(
        st.builds(MessageEvent, role=st.sampled_from(["system", "user", "assistant"]), content=ANY_TEXT),
        st.builds(CommandEvent, name=ANY_TEXT, argument=ANY_TEXT),
        st.builds(ToolCallEvent, id=ANY_TEXT, name=ANY_TEXT, arguments=ANY_TEXT),
        st.builds(DisputeEvent, question=ANY_TEXT, line=ANY_TEXT, verdict=st.just("unsure"), reason=ANY_TEXT),
        st.builds(RepairEvent, problem=ANY_TEXT, action=ANY_TEXT),
        st.builds(
            GradeEvent,
            question=ANY_TEXT,
            status=st.just("graded"),
            score=st.floats(0, 10),
            grader=st.just(GRADER),
            answer_lang=st.just("en"),
        ),
    ),
    max_size=8,
)  # fmt: skip


def session() -> SessionEvent:
    settled = {"lang": "en", "mode": "practice", "questions": 1, "follow_ups": 0, "seed": 1, "max_steps": 9}
    return SessionEvent.model_validate({"id": "s", "razbor": "0", "model": "m", "grader": GRADER, **settled})


def record(path: Path, events: list[Event]) -> bytes:
    recorder = Recorder.create(path)
    for event in (session(), *events):
        recorder.write(event)
    recorder.close()
    return path.read_bytes()


@given(EVENTS)
def test_events_are_stable_through_write_read_write(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = record(Path(folder) / "t.jsonl", events)
        assert b"".join(to_line(event) for event in read(Path(folder) / "t.jsonl").events) == written


@given(st.binary(), st.booleans())
def test_no_bytes_raise_anything_but_input_error(data: bytes, after_a_session: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        path.write_bytes((record(Path(folder) / "s.jsonl", []) if after_a_session else b"") + data)
        with suppress(InputError):
            assert isinstance(read(path).events[0], SessionEvent)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | ANY_TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    )
)
def test_any_json_for_an_event_is_read_or_refused(value: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        line = json.dumps({"type": "grade", "seq": 1, "question": value, "score": value}).encode() + b"\n"
        path.write_bytes(record(Path(folder) / "s.jsonl", []) + line)
        with pytest.raises(InputError):
            read(path)


def test_a_torn_last_line_is_kept_aside(tmp_path: Path) -> None:
    whole = record(tmp_path / "t.jsonl", [CommandEvent(name="/help"), CommandEvent(name="/quit")])
    (tmp_path / "t.jsonl").write_bytes(whole[:-9])
    transcript = read(tmp_path / "t.jsonl")
    assert [event.type for event in transcript.events] == ["session", "command"]
    assert transcript.torn
    assert whole.endswith(transcript.torn + whole[-9:])


def test_files_are_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "t.jsonl"
    record(path, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(InputError, match="transcript_exists"):
        Recorder.create(path)


def test_unknown_types_and_fields_are_kept(tmp_path: Path) -> None:
    written = record(tmp_path / "t.jsonl", [Event.model_validate({"type": "applause", "line": "m1"})])
    transcript = read(tmp_path / "t.jsonl")
    assert b"".join(to_line(event) for event in transcript.events) == written
    assert transcript.events[1].type == "applause"


def test_a_reordered_file_is_refused(tmp_path: Path) -> None:
    lines = record(tmp_path / "t.jsonl", [CommandEvent(name="a"), CommandEvent(name="b")]).splitlines(keepends=True)
    (tmp_path / "t.jsonl").write_bytes(lines[0] + lines[2] + lines[1])
    with pytest.raises(InputError, match="transcript_order"):
        read(tmp_path / "t.jsonl")


def test_a_full_disk_takes_half_a_line_back(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "t.jsonl")
    recorder.write(session())
    size = (tmp_path / "t.jsonl").stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, limits[1]))
    try:
        with pytest.raises(RecordingError):
            recorder.write(MessageEvent(role="user", content="x" * 500))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    recorder.write(MessageEvent(role="user", content="later"))
    assert [event.type for event in read(tmp_path / "t.jsonl").events] == ["session", "message"]
