"""The pure part of the player: frames, the place in them, and what the keys do to it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.player.controls import KEYS, Controls
from agent.player.footer import footer
from agent.player.frames import LEAST, LETTERS, LONGEST, Frame, frames, view
from agent.player.playhead import SPEEDS, Playhead
from agent.terminal.card import Line
from transcripts.reader import read

EXAMPLES = Path(__file__).parents[2] / "transcripts" / "examples"
LINES = st.lists(st.text("ab─ я", max_size=30).map(lambda text: [("", text)]), min_size=1, max_size=5)


@st.composite
def recordings(draw: st.DrawFn) -> list[Frame]:
    told, question = [], 0
    for opens in [False, *draw(st.lists(st.booleans(), max_size=12))]:
        question += opens
        pause = draw(st.floats(0, 1e6))
        told.append(Frame(draw(LINES), question, opens, typed=draw(st.booleans()), pause=pause))
    return told


def lines_of(told: list[Frame]) -> list[Line]:
    return [line for frame in told for line in frame.lines]


@given(recordings())
def test_time_alone_shows_every_line_once_and_in_order(told: list[Frame]) -> None:
    head, shown = Playhead(told), []
    while not head.over:
        anew, lines = head.take(20)
        assert not anew
        shown += lines
        head.tick()
    assert shown == lines_of(told)


@given(recordings())
def test_a_step_shows_exactly_one_more_frame(told: list[Frame]) -> None:
    head = Playhead(told, paused=True)
    for frame in told:
        assert head.take(20) == (False, frame.lines)
        assert head.hold is None
        head.step()
    assert head.over


@given(recordings(), st.lists(st.one_of(st.sampled_from([*KEYS, *"0123456789", "tick", "wider"])), max_size=40))
def test_whatever_is_pressed_the_screen_ends_with_the_place_that_is_shown(told: list[Frame], keys: list[str]) -> None:
    controls, screen = Controls(Playhead(told)), list[Line]()
    for key in keys:
        if controls.over:
            break
        if key == "tick":
            controls.tick()
        elif key == "wider":
            told = [Frame(f.lines * 2, f.question, f.opens, f.typed, f.pause) for f in told]
            controls.head.rewrap(told[:])
            if len(lines_of(told)) > 500:
                break
        else:
            controls.press(key)
        head = controls.head
        anew, lines = head.take(10)
        screen = lines if anew else screen + lines
        shown = told[head.at].beats[head.place[1] - 1].lines
        seen = view(told, head.at, shown, 10)
        assert screen[-shown:] == told[head.at].lines[:shown] == seen[-shown:]
        assert head.hold is None or head.hold >= 0
        foot = footer(controls, "ru", 30)
        assert all(len(text) <= 30 for line in foot for _, text in line)


@given(recordings(), st.integers(-1, 15))
def test_a_jump_lands_at_the_question_or_nowhere(told: list[Frame], number: int) -> None:
    head = Playhead(told, paused=True)
    head.take(50)
    if head.jump(number):
        assert told[head.at].opens
        assert head.question == number
        assert head.take(50) == (True, told[head.at].lines)
    else:
        assert not 1 <= number <= head.questions
        assert head.at == 0


@given(recordings(), st.integers(0, 11), st.integers(1, 30))
def test_a_view_holds_one_question_and_no_more_than_fits(told: list[Frame], at: int, rows: int) -> None:
    at = min(at, len(told) - 1)
    lines = len(told[at].lines)
    seen = view(told, at, lines, rows)
    same = [frame for frame in told[: at + 1] if frame.question == told[at].question]
    assert len(seen) <= max(rows, lines)
    assert lines_of(same)[-len(seen) :] == seen


def test_what_appears_stays_as_long_as_its_letters_take() -> None:
    words = [("", "a" * 82), ("dim", "─" * 50)]
    frame = Frame([[], words, [("", "b" * 41)]])
    assert [(beat.lines, round(beat.seconds, 1)) for beat in frame.beats] == [(2, 5.0), (3, 2.5)]
    assert [beat.lines for beat in Frame(frame.lines, typed=True).beats] == [3]
    assert [beat.seconds for beat in Frame([[]]).beats] == [LEAST]


def test_a_long_pause_of_the_candidate_is_cut_short_and_speed_divides_all() -> None:
    told = [Frame([[("", "Hm?")]]), Frame([[("", "I see")]], typed=True, pause=3600.0), Frame([[("", "a" * 164)]])]
    head = Playhead(told)
    assert head.hold == LONGEST
    head.change_speed(faster=True)
    assert head.hold == pytest.approx(LONGEST / 1.5)
    head.speed = 1.0
    head.tick()
    assert head.hold == LEAST
    head.tick()
    assert head.hold == 0  # the end needs no waiting


def test_a_frame_that_came_at_once_stays_for_all_its_lines() -> None:
    told = [Frame([[("", "a" * 164)]] * 3), Frame([[("", "b" * 164)]] * 2), Frame([[]])]
    head = Playhead(told)
    head.step()
    assert head.hold == pytest.approx(3 * 164 / LETTERS)
    head.step()
    assert head.hold == pytest.approx(2 * 164 / LETTERS)
    head.back()
    assert head.hold == pytest.approx(3 * 164 / LETTERS)


def test_the_speeds_end_somewhere() -> None:
    head = Playhead([Frame([[]])], speed=0.3)
    head.change_speed(faster=False)
    assert head.speed == SPEEDS[0]
    for _ in SPEEDS:
        head.change_speed(faster=True)
    head.change_speed(faster=True)
    assert head.speed == SPEEDS[-1]


def many(questions: int) -> Controls:
    return Controls(Playhead([Frame([[]]), *(Frame([[]], n, opens=True) for n in range(1, questions + 1))]))


@pytest.mark.parametrize(
    ("keys", "question"),
    [
        ("3", 3), ("12", 12), ("1|", 1), ("03", 3), ("g7\n", 7), ("п12\n", 12), ("g12q", 0),
        ("]]", 2), ("]][", 1), ("3ъх", 3), ("[", 0),
    ],
)  # fmt: skip
def test_digits_and_brackets_choose_a_question(keys: str, question: int) -> None:
    controls = many(12)
    for key in keys:
        if key == "|":
            assert controls.wait is not None
            controls.tick()
        else:
            controls.press("c-m" if key == "\n" else key)
    assert controls.head.question == question


def test_a_number_that_no_question_has_is_said_and_changes_nothing() -> None:
    controls = many(3)
    controls.press("7")
    assert "there is no question 7" in footer(controls, "en", 100)[-1][0][1]
    assert controls.head.question == 0
    controls.press("?")
    assert controls.wait is None
    assert len(footer(controls, "en", 100)) > 5
    controls.press("?")
    assert len(footer(controls, "en", 100)) == 1


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_examples_as_frames(path: Path) -> None:
    transcript = read(path)
    told = frames(transcript)
    asked = [event.type for event in transcript.events].count("question")
    assert [frame.question for frame in told if frame.opens] == list(range(1, asked + 1))
    assert any(frame.typed for frame in told)
    letters = sum(char.isalnum() for line in lines_of(told) for _, text in line for char in text)
    total = sum(beat.seconds for frame in told for beat in frame.beats)
    assert letters / LETTERS <= total <= letters / LETTERS + LEAST * len(told)
