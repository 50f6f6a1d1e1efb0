"""`razbor replay` at a terminal: a real process on a real pty; and without one, as it always was."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.player.frames import frames
from tests.conftest import Run
from transcripts.reader import read

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "transcripts" / "examples"
ENGLISH, RUSSIAN = EXAMPLES / "en-practice.jsonl", EXAMPLES / "ru-practice.jsonl"
ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CLEAR = "\x1b[1;1H\x1b[J"


class Terminal:
    """A process on a pty, and what it wrote there."""

    def __init__(self, *arguments: str, command: tuple[str, ...] = ("replay",), columns: int = 100, **env: str) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(columns)
        self.before = termios.tcgetattr(self.slave)
        self.raw = ""
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent", *command, *arguments],
            stdin=self.slave, stdout=self.slave, stderr=self.slave, process_group=0,
            cwd=ROOT, env={**inherited, "TERM": "xterm-256color", **env},
        )  # fmt: skip

    def resize(self, columns: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))

    def keys(self, text: str) -> None:
        """Press keys; what was written up to now is left behind."""
        self.listen(0.3)
        self.raw = ""
        os.write(self.master, text.encode())

    def listen(self, seconds: float) -> str:
        """What comes within so many seconds."""
        heard, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                heard += os.read(self.master, 65536)
        self.raw += heard.decode("utf-8", "replace")
        return heard.decode("utf-8", "replace")

    def until(self, text: str, seconds: float = 30) -> str:
        """All since the last keys, without escapes, once `text` has come."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} is not in {self.text!r}"
            self.listen(0.1)
        return self.text

    @property
    def text(self) -> str:
        """Without escapes, and without each line at the bottom that was taken away again."""
        return ESCAPE.sub("", re.sub(r"[^\n]*\r\x1b\[J", "", self.raw)).replace("\r", "")

    def status(self) -> int:
        """Its exit status; the terminal must be as it was, without the line at the bottom, with a cursor."""
        end = time.monotonic() + 30
        while self.process.poll() is None:
            assert time.monotonic() < end
            self.listen(0.1)
        self.listen(0.2)
        assert termios.tcgetattr(self.slave) == self.before
        if "\x1b[?25l" in self.raw or "\x1b[?25h" in self.raw:
            assert self.raw.rstrip().endswith(("\x1b[?25h", "\x1b[?12l\x1b[?25h")), self.raw[-80:]
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Open]:
    opened: list[Terminal] = []

    def start(*arguments: object, **settings: Any) -> Terminal:
        opened.append(Terminal(*map(str, arguments), **settings))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def save(path: Path, rows: list[dict[str, object]]) -> Path:
    lines = [json.dumps(row | {"seq": seq}, ensure_ascii=False) + "\n" for seq, row in enumerate(rows)]
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("path", [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_it_plays_to_the_end_and_leaves_all_of_it_on_the_screen(terminal: Open, razbor: Run, path: Path) -> None:
    tty = terminal(path, "--speed", "100", RAZBOR_LANG=path.stem[:2])
    assert tty.status() == 0
    played = iter(line.rstrip() for line in tty.text.splitlines())
    for line in razbor("replay", str(path), COLUMNS="100").stdout.splitlines():
        assert line in played, line
    assert ("playing" if path is ENGLISH else "идёт") in tty.raw
    assert tty.raw.count("\x1b[J") > 20  # the line at the bottom went away each time


@pytest.mark.slow
def test_a_pause_holds_until_the_next_space(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--speed", "3")
    tty.until("playing")
    tty.keys(" ")
    tty.until("paused")
    assert tty.listen(2) == ""
    tty.keys(" ")
    tty.until("playing")
    assert "\n" in tty.listen(3)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["\r", "n", "\x1b[C", "т"])
def test_a_step_shows_exactly_one_more_event(terminal: Open, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    told = frames(read(ENGLISH))
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    for frame in told[1:4]:
        tty.keys(key)
        tty.until("paused")
        wanted = "".join("".join(text for _, text in line).rstrip() + "\n" for line in frame.lines)
        assert tty.text.startswith(wanted)
        assert tty.text.count("\n") == len(frame.lines)
        assert tty.listen(0.5) == ""


@pytest.mark.slow
def test_back_shows_again_what_was_there_before(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.keys("nn")
    tty.until("Question 1 of 2")
    tty.keys("n")
    tty.until("tell me how you see it")
    tty.keys("\x1b[D")
    tty.until("paused")
    shown = tty.raw.split(CLEAR)[-1]
    assert "Question 1 of 2" in shown
    assert "tell me how you see it" not in shown


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["2", "g2\r", "]]", "2[]"])
def test_a_jump_lands_at_the_question(terminal: Open, keys: str) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.keys(keys)
    tty.until("question 2 of 2")
    tty.listen(0.3)
    shown = ESCAPE.sub("", tty.raw.split(CLEAR)[-1]).strip()
    assert shown.startswith("── Question 2 of 2")
    tty.keys("q")
    assert tty.status() == 0


@pytest.mark.slow
def test_a_number_that_no_question_has_is_said(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.keys("9")
    tty.until("there is no question 9 · questions: 2")
    tty.keys("?")
    assert "faster or slower" in tty.until("q, Ctrl-C")
    tty.keys("+")
    tty.until("speed 1.5")


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "status"), [("q", 0), ("й", 0), ("\x03", 130), ("\x04", 0)])
def test_leaving_restores_the_terminal(terminal: Open, keys: str, status: int) -> None:
    tty = terminal(ENGLISH, RUSSIAN)  # the second one is not begun
    tty.until("playing")
    assert termios.tcgetattr(tty.slave) != tty.before
    tty.keys(keys)
    assert tty.status() == status
    assert "Вопрос" not in tty.text
    assert "Traceback" not in tty.text


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, -15), (signal.SIGHUP, -1), (signal.SIGINT, 130)])
def test_a_signal_restores_the_terminal(terminal: Open, number: int, status: int) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.process.send_signal(number)
    assert tty.status() == status
    assert "Traceback" not in tty.text


@pytest.mark.slow
def test_ctrl_z_gives_the_terminal_back_and_goes_on_later(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.keys("\x1a")
    tty.listen(0.5)
    assert termios.tcgetattr(tty.slave)[3] == tty.before[3]
    tty.process.send_signal(signal.SIGCONT)
    tty.until("paused")
    tty.keys("q")
    assert tty.status() == 0


@pytest.mark.slow
def test_a_window_that_becomes_narrow_is_filled_anew(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    tty.keys("2")
    tty.until("question 2 of 2")
    tty.keys("")
    tty.resize(40)
    tty.process.send_signal(signal.SIGWINCH)
    tty.until("question 2 of 2 · paused")
    shown = ESCAPE.sub("", tty.raw.split(CLEAR)[-1])
    assert max(map(len, shown.splitlines())) < 40
    tty.keys("q")
    assert tty.status() == 0


@pytest.mark.slow
def test_a_terminal_that_is_closed_ends_it(terminal: Open) -> None:
    tty = terminal(ENGLISH, "--step")
    tty.until("paused")
    spare = os.open(os.devnull, os.O_RDWR)
    os.dup2(spare, tty.slave)
    os.dup2(spare, tty.master)
    os.close(spare)
    assert tty.process.wait(timeout=20) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["--plain"], {}),
        ([], {"TERM": "dumb"}),
        ([], {"NO_COLOR": "1"}),
        (["--speed", "0"], {}),
        (["--speed", "max"], {}),
    ],
)
def test_nothing_is_waited_for_where_it_was_not_asked_for(
    terminal: Open, arguments: list[str], env: dict[str, str]
) -> None:
    tty = terminal(ENGLISH, *arguments, **env)
    assert tty.status() == 0
    assert "Summary" in tty.text
    assert "playing" not in tty.raw
    assert not re.search(r"\x1b\[[0-9;]*[ABCDHJK]", tty.raw)


@pytest.mark.slow
def test_a_pipe_gets_everything_whatever_the_flags(razbor: Run) -> None:
    whole = razbor("replay", str(ENGLISH))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "\x1b" not in whole.stdout
    assert razbor("replay", str(ENGLISH), "--speed", "0.1", "--step").stdout == whole.stdout
    part = razbor("replay", str(ENGLISH), "--question", "2").stdout
    assert part.startswith("\n── Question 2 of 2")
    assert whole.stdout.endswith(part)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--question", "3"], "1 to 2"), (["--question", "0"], "1 to 2"), (["--question", "x"], "1 to 2"),
        (["--question", "9" * 5000], "1 to 2"), (["--question", "٢"], "1 to 2"), (["--speed", "-1"], "--speed '-1'"),
        (["--speed", "fast"], "max"), (["--speed", "nan"], "max"), (["--speed", "1e9"], "100"),
    ],
)  # fmt: skip
def test_a_question_or_speed_that_there_is_not(razbor: Run, flags: list[str], named: str) -> None:
    done = razbor("replay", str(ENGLISH), *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


@pytest.mark.slow
def test_a_recording_without_a_question_has_none_to_begin_at(razbor: Run, tmp_path: Path) -> None:
    path = save(tmp_path / "short.jsonl", events(ENGLISH)[:4])
    done = razbor("replay", str(path), "--question", "1")
    assert done.returncode == 2
    assert "no question was asked" in done.stderr


RESUMED = {"razbor": "0", "model": "embedded", "grader": {"name": "local", "version": "3"}, "questions": 2}


@pytest.mark.slow
def test_hostile_words_and_unknown_events_are_played_like_any_other(terminal: Open, tmp_path: Path) -> None:
    rows = events(ENGLISH)
    for row in rows:
        if row["type"] == "message" and row["role"] == "user":
            row["content"] = "\x1b[2J\x1b]0;owned\x07harmless\x1b[?1049h words\x9b31m"
        row["time"] = "yesterday"
    end = rows[-1]
    path = save(tmp_path / "t.jsonl", [*rows[:30], end, {"type": "resume", "why": "\x1b[2J", **RESUMED}, *rows[30:]])
    path.write_bytes(path.read_bytes() + b'{"type": "mess')
    tty = terminal(path, "--speed", "100")
    assert tty.status() == 0
    assert "harmless words" in tty.text
    assert "is cut off and was left aside (14 bytes)" in tty.text
    assert tty.text.count("── Summary") == 2
    assert not any(code in tty.raw for code in ("\x1b[2J", "\x1b]", "owned", "1049", "\x9b"))


@pytest.mark.slow
def test_an_interview_that_cannot_be_told_is_one_clear_line(terminal: Open, tmp_path: Path) -> None:
    rows = events(ENGLISH)
    next(row for row in rows if row["type"] == "question")["question"] = {"id": 1}
    tty = terminal(save(tmp_path / "t.jsonl", rows))
    assert tty.status() == 2
    assert len(tty.text.splitlines()) == 1
    assert "t.jsonl:7" in tty.text


def test_showing_a_session_never_waits(terminal: Open, home: Path) -> None:
    (home / "transcripts").mkdir(parents=True)
    (home / "transcripts" / "one.jsonl").write_bytes(ENGLISH.read_bytes())
    tty = terminal("one", command=("sessions", "show"))
    assert tty.status() == 0
    assert "Summary" in tty.text
    assert "playing" not in tty.raw


@pytest.mark.slow
def test_a_page_is_not_poured_into_a_terminal(terminal: Open, home: Path) -> None:
    (home / "transcripts").mkdir(parents=True)
    (home / "transcripts" / "one.jsonl").write_bytes(ENGLISH.read_bytes())
    tty = terminal("one", "--format", "html", command=("report",))
    assert tty.status() == 2
    assert len(tty.text.splitlines()) == 1
    assert "--out report.html" in tty.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (("--out", "x"), "--out"), (("--verify", "--jobs", "2"), "--jobs"), (("--verify", "--step"), "--step"),
        (("--regrade", "--speed", "2"), "--speed"), (("--verify", "--question", "1"), "--question"),
    ],
)  # fmt: skip
def test_a_flag_that_would_do_nothing_is_refused(razbor: Run, arguments: tuple[str, ...], flag: str) -> None:
    done = razbor("replay", str(ENGLISH), *arguments)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert f"razbor: {flag} " in done.stderr
