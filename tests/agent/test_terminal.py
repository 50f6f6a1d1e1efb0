"""The terminal side, through prompt-toolkit's own pipe input; and what is shown of other people's text."""

import threading
import time
from collections.abc import Callable

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from agent.loop import Leave
from agent.printable import printable
from agent.terminal.card import wrap
from agent.terminal.ctrl_c import CtrlC
from agent.terminal.lines import decode
from agent.terminal.prompt import reader
from agent.terminal.status import Status, can_go_back

Type = Callable[..., list[str | None]]


@pytest.fixture
def typing() -> Type:
    """Send keys; return what was read, one item a turn."""

    def run(keys: str, turns: int = 1, hints: list[int] | None = None) -> list[str | None]:
        with create_pipe_input() as keyboard, create_app_session(keyboard, DummyOutput()):
            keyboard.send_text(keys)
            seen = hints if hints is not None else []
            read = reader(CtrlC(), lambda: seen.append(1))
            return [read() for _ in range(turns)]

    return run


def test_enter_sends_and_alt_enter_begins_a_new_line(typing: Type) -> None:
    assert typing("one\x1b\rtwo\r") == ["one\ntwo"]


def test_a_paste_of_many_lines_is_one_answer(typing: Type) -> None:
    pasted = "\n".join(f"line {n}" if n % 3 else "" for n in range(200))
    assert typing(f"\x1b[200~{pasted}\x1b[201~\r") == [pasted]


def test_cyrillic_with_backspace(typing: Type) -> None:
    assert typing("под\x7fды\r") == ["поды"]


def test_ctrl_d_on_an_empty_line_is_the_end(typing: Type) -> None:
    assert typing("one\r\x04", turns=2) == ["one", None]


def test_one_ctrl_c_hints_and_keeps_what_was_typed(typing: Type) -> None:
    hints: list[int] = []
    assert typing("half \x03whole\r", hints=hints) == ["half whole"]
    assert hints == [1]


def test_two_ctrl_c_within_two_seconds_leave(typing: Type) -> None:
    with pytest.raises(Leave):
        typing("\x03\x03")


def test_two_ctrl_c_far_apart_do_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    ctrl_c, clock = CtrlC(), iter([0.0, 2.5, 4.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    ctrl_c.press()
    ctrl_c.press()
    with pytest.raises(Leave):
        ctrl_c.press()


@given(st.text())
def test_printable_has_no_control_escape_or_bidi_character(text: str) -> None:
    shown = printable(text + "\x1b]8;;http://x\x07link\x1b]8;;\x07\x9b31m\u2066\u202e")
    assert not any((ord(char) < 32 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_printable_leaves_plain_text_alone(text: str) -> None:
    assert printable(text) == text


@given(st.text(), st.integers(20, 100))
def test_wrapped_lines_fit_the_width(text: str, width: int) -> None:
    assert all(wcwidth.width(part) <= width for line in wrap(text, width, indent="  ") for _, part in line)


@given(st.binary())
def test_decoding_never_fails(raw: bytes) -> None:
    assert isinstance(decode(raw), str)


def test_a_wait_is_on_screen_with_seconds_and_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    status = Status("en", live=True)
    before = threading.active_count()
    status.tell("wait.loading")
    time.sleep(1.1)
    status.tell("")
    told = capsys.readouterr().err
    assert "the endpoint is loading the model, 1 s" in told
    assert told.endswith("\r")
    assert threading.active_count() == before


def test_where_no_line_can_be_written_over_a_long_wait_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    status = Status("en", live=False)
    for key in ("wait.model", "wait.loading", "wait.loading", ""):
        status.tell(key)
    assert capsys.readouterr().err == "the endpoint is loading the model\n"
    Status("en", live=True, quiet=True).tell("wait.model")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_spinner_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert can_go_back(plain=False)
    assert not can_go_back(plain=True)
    monkeypatch.setenv(name, value)
    assert not can_go_back(plain=False)
