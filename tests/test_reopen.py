"""A transcript that was cut off anywhere is gone on with: nothing whole is lost, nothing torn is in the way."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_records import EVENTS, record, session
from transcripts.errors import InputError
from transcripts.events import CommandEvent, Event
from transcripts.reader import read
from transcripts.recorder import Recorder, to_line, torn_path

OPEN = """
import sys
from pathlib import Path
from transcripts.errors import InputError
from transcripts.recorder import Recorder
try:
    Recorder.reopen(Path(sys.argv[1]))
except InputError as error:
    print(error.key)
"""


@settings(max_examples=50)  # each syncs a dozen times to disk
@given(EVENTS, EVENTS, st.data())
def test_cut_at_any_byte_and_gone_on_with(before: list[Event], after: list[Event], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        written = record(path, before)
        first = written.index(b"\n") + 1
        kept = written[: data.draw(st.integers(first, len(written)), label="cut")]
        path.write_bytes(kept)
        whole = kept[: kept.rindex(b"\n") + 1]
        recorder, found = Recorder.reopen(path)
        assert b"".join(map(to_line, found.events)) == whole
        for event in after:
            recorder.write(event)
        recorder.close()
        assert path.read_bytes() == whole + b"".join(map(to_line, after))
        assert [event.seq for event in read(path).events] == list(range(whole.count(b"\n") + len(after)))
        torn = torn_path(path).read_bytes() if torn_path(path).exists() else b""
        assert torn == (kept[len(whole) :] + b"\n" if kept != whole else b"")


@settings(max_examples=20)
@given(st.integers(0))
def test_cut_in_its_first_line_nothing_is_touched(cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        written = record(path, [])
        path.write_bytes(kept := written[: cut % len(written)])
        with pytest.raises(InputError, match="transcript_empty"):
            Recorder.reopen(path)
        assert path.read_bytes() == kept
        assert not torn_path(path).exists()


def test_nobody_else_opens_it_meanwhile_and_anybody_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    recorder = Recorder.create(path)
    recorder.write(session())
    opened = [sys.executable, "-c", OPEN, str(path)]
    assert subprocess.run(opened, capture_output=True, text=True, check=True).stdout == "error.transcript_busy\n"
    with pytest.raises(InputError, match="transcript_busy"):
        Recorder.reopen(path)
    recorder.write(CommandEvent(name="/help"))
    recorder.close()
    assert subprocess.run(opened, capture_output=True, text=True, check=True).stdout == ""
    assert len(read(path).events) == 2


def test_a_refused_file_is_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(record(tmp_path / "s.jsonl", []) + b"no event\n")
    for _ in range(2):
        with pytest.raises(InputError, match="transcript_line"):
            Recorder.reopen(path)
