"""Transcripts on disk: what is written is read back, and no bytes whatever break the reader."""

import json
import resource
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from transcripts.errors import InputError, RecordingError
from transcripts.events import EVENT_CLASSES, FORMAT, CommandEvent, Event, MessageEvent, SessionEvent
from transcripts.grade import GraderId
from transcripts.reader import read
from transcripts.recorder import Recorder, to_line

GRADER = GraderId(name="local", version="1")


def joined(text: str) -> str:
    """Two halves of a surrogate pair side by side are one character, in JSON as well."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


ANY_TEXT = st.text(st.characters(), max_size=40).map(joined)  # lone surrogates included
ODD_NAME = st.sampled_from(["model_dump", "__dict__", "__class__", "self", "lines", "copy", "_x"])
ANY_NAME = ANY_TEXT | ODD_NAME
NEW_NAME = st.text(st.characters(codec="utf-8"), max_size=40) | ODD_NAME  # of an unknown field
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_NAME, inner, max_size=3),
    max_leaves=6,
)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: ANY_TEXT, int: st.integers(0, 10**9), float: st.floats(0, 10), bool: st.booleans(), Any: JSON,
    type(None): st.none(),
}  # fmt: skip


def of_type(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a field of an event."""
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return st.sampled_from(inner)
    if get_origin(kind) is Annotated:
        return of_type(inner[0])
    if get_origin(kind) is list:
        return st.lists(of_type(inner[0]), max_size=2)
    if get_origin(kind) is dict:
        return st.dictionaries(ANY_NAME, of_type(inner[1]), max_size=3)
    if inner:
        return st.one_of(*map(of_type, inner))
    return SIMPLE[kind] if kind in SIMPLE else of_class(kind)


def of_field(field: FieldInfo) -> st.SearchStrategy[Any]:
    """Any value of a field; pydantic knows no half of a surrogate pair where a text has a greatest length."""
    return NEW_NAME if field.annotation is str and field.metadata else of_type(field.annotation)


def of_class(cls: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any object of a class of the format, with any unknown fields where it keeps these."""
    known = {name: of_field(field) for name, field in cls.model_fields.items()}
    names = NEW_NAME.filter(lambda name: name not in known)
    unknown = st.dictionaries(names, JSON, max_size=2)
    return st.builds(lambda given, more: cls.model_validate(more | given), st.fixed_dictionaries(known), unknown)


UNKNOWN_TYPE = ANY_TEXT.filter(lambda name: name not in EVENT_CLASSES).map(lambda name: Event(type=name))
EVENTS = st.lists(
    st.one_of(UNKNOWN_TYPE, *(of_class(cls) for name, cls in EVENT_CLASSES.items() if name != "session")), max_size=6
)


def session() -> SessionEvent:
    settled = {"lang": "en", "mode": "practice", "questions": 1, "follow_ups": 0, "seed": 1, "max_steps": 9}
    return SessionEvent.model_validate({"id": "s", "razbor": "0", "model": "m", "grader": GRADER, **settled})


def record(path: Path, events: list[Event], first: Event | None = None) -> bytes:
    recorder = Recorder.create(path)
    for event in (first or session(), *events):
        recorder.write(event)
    recorder.close()
    return path.read_bytes()


@given(of_class(SessionEvent), EVENTS)
def test_all_events_are_stable_through_write_read_write(first: SessionEvent, events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first.format = FORMAT
        written = record(Path(folder) / "t.jsonl", events, first)
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
