"""The answer with its quotes marked: nothing of it is lost, nothing is marked that is no quote."""

import re

import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from agent.printable import printable
from agent.terminal.marked import MARKER, Line, Quote, flow, is_marked, marked, shortened

VERDICTS = ("covered", "missing", "unsure", "committed", "avoided", "not_addressed")
MARKED = ("covered", "unsure", "committed", "avoided")
WORDS = st.text(st.sampled_from("ab. [kp1:]\n\té\x1b[1m\u202e…"), max_size=80)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[Quote]]:
    """An answer and quotes of it that overlap as they like, a few of them invented."""
    text = draw(st.one_of(WORDS, st.text(max_size=80)))
    quotes: list[Quote] = []
    for n in range(draw(st.integers(0, 8))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        quote = draw(st.sampled_from([text[start:end], text[start:end], text[start:end], "invented", None]))
        quotes.append((f"kp{n}", draw(st.sampled_from(VERDICTS)), quote))
    return text, quotes


def words(parts: Line) -> str:
    """What is left when the markers are taken out."""
    return "".join(text for style, text in parts if style != MARKER)


def plain(answer: str, *quotes: tuple[str, str, str]) -> str:
    return "".join(text for _, text in marked(answer, quotes))


@given(answers())
def test_without_the_markers_it_is_the_answer(case: tuple[str, list[Quote]]) -> None:
    assert words(marked(*case)) == printable(case[0])


@given(answers())
def test_each_id_stands_where_its_quote_is(case: tuple[str, list[Quote]]) -> None:
    answer, quotes = case
    parts = marked(answer, quotes)
    named = [text[1:-2].split(", ") for style, text in parts if style == MARKER and text != "]"]
    said = [text for style, text in parts if style.startswith("said-")]
    assert len(named) == len(said)
    for line_id, verdict, quote in quotes:
        if verdict in MARKED and quote and is_marked(printable(answer), quote):
            mine = "".join(text for ids, text in zip(named, said, strict=True) if line_id in ids)
            assert set(re.findall(r"\w", printable(quote))) <= set(mine)
        else:
            assert not any(line_id in ids for ids in named) or (quote and verdict in MARKED)


@given(answers())
def test_nothing_is_marked_that_nobody_quotes(case: tuple[str, list[Quote]]) -> None:
    answer, quotes = case
    shown, at, quoted = printable(answer), 0, set[int]()
    for _, verdict, quote in quotes:
        spoken = printable(quote or "")
        if verdict in MARKED and spoken and spoken in shown:
            quoted.update(range(shown.index(spoken), shown.index(spoken) + len(spoken)))
    for style, text in marked(answer, quotes):
        if style.startswith("said-"):
            assert set(range(at, at + len(text))) <= quoted
            assert text == text.strip()
        at += len(text) if style != MARKER else 0


@given(answers(), st.integers(1, 120), st.sampled_from(["", "  "]))
def test_wrapping_keeps_every_letter_and_the_width(case: tuple[str, list[Quote]], width: int, indent: str) -> None:
    parts = marked(*case)
    lines = flow(parts, width, indent)
    assert "".join("".join(words(line) for line in lines).split()) == "".join(words(parts).split())
    shown = ("".join(text for _, text in line) for line in lines)
    assert all(wcwidth.width(line) <= max(width, len(indent) + 2) for line in shown)


@given(answers())
def test_a_shortened_answer_has_the_same_markers(case: tuple[str, list[Quote]]) -> None:
    parts = marked(*case)
    markers = [text for style, text in parts if style == MARKER]
    assert [text for style, text in shortened(parts) if style == MARKER] == markers


def test_quotes_read_well_in_plain_text() -> None:
    answer = "A pod is the smallest unit. It dies. It dies."
    assert plain(answer) == answer
    assert (
        plain(answer, ("kp1", "covered", "the smallest unit")) == "A pod is [kp1: the smallest unit]. It dies. It dies."
    )
    assert plain(answer, ("kp2", "covered", "It dies.")) == "A pod is the smallest unit. [kp2: It dies.] It dies."


def test_overlaps_run_together_and_name_every_line() -> None:
    answer = "one two three four five"
    overlap = (("kp1", "covered", "one two three"), ("m2", "avoided", "three four"))
    assert plain(answer, *overlap) == "[kp1, m2: one two three four] five"
    assert plain(answer, overlap[0], ("kp2", "covered", "one two three")) == "[kp1, kp2: one two three] four five"
    assert plain(answer, ("kp1", "covered", "one two"), ("kp2", "covered", " three")) == (
        "[kp1: one two] [kp2: three] four five"
    )


def test_a_mistake_stands_out_of_the_quotes_around_it() -> None:
    parts = marked("one two three", [("kp1", "covered", "one two three"), ("m1", "committed", "two")])
    assert "".join(text for _, text in parts) == "[kp1: one] [kp1, m1: two] [kp1: three]"
    assert [style for style, text in parts if text == "two"] == ["said-bad"]


def test_shortened_keeps_the_words_around_a_quote() -> None:
    filler = " ".join(f"word{n}" for n in range(40))
    parts = shortened(marked(f"{filler} the quote {filler}", [("kp1", "covered", "the quote")]))
    shown = "".join(text for _, text in parts)
    assert shown == "… word35 word36 word37 word38 word39 [kp1: the quote] word0 word1 word2 word3 word4 …"
    assert shortened(marked(filler, [])) == []


def test_no_escape_code_comes_through() -> None:
    shown = plain("a \x1b[31mred\x1b[0m \u202eword", ("kp1\x1b[2J", "covered", "\x1b[31mred\x1b[0m"))
    assert shown == "a [kp1: red] word"
