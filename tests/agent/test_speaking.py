"""A model's words on their way to the screen: whole sentences, Markdown, formulas, and nothing shown twice."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model import AssistantTurn
from agent.models.earshot import Earshot
from agent.models.interpret import interpret
from agent.terminal.card import Line
from agent.terminal.formula import readable_formulas
from agent.terminal.markdown import markdown
from agent.terminal.speaking import Speaking
from transcripts.events import Reply

WORDS = [
    "Tell me about pods. ", "2*16*80 bytes, ", "**Why** so? ", "`max_tokens` is `a*b`. ", "\n\n", "- one\n", "3. x\n",
    "日本語。 ", "a\u0301 ", "$x_i$ ", "<b>", "long " * 12, "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "```\ncode  *x*\n```\n",
]  # fmt: skip


class Page:
    """What a terminal would show that only ever goes on writing."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, lines: list[Line], end: str = "\n") -> None:
        self.text += "\n".join("".join(text for _, text in line) for line in lines) + end


def plain(lines: list[Line]) -> str:
    return "\n".join("".join(text for _, text in line) for line in lines)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.integers(20, 90))
def test_what_was_shown_stays_and_only_the_rest_is_written(parts: list[str], width: int) -> None:
    page, whole = Page(), "".join(parts)
    speaking = Speaking(page.write, lambda: width)
    for count in range(1, len(parts)):
        speaking.so_far("".join(parts[:count]))
    shown = page.text
    speaking.say(whole)
    assert page.text.startswith(shown)
    assert page.text.endswith(plain(markdown(whole, width)) + "\n")


def test_sentence_by_sentence_nothing_comes_twice() -> None:
    page = Page()
    speaking = Speaking(page.write, lambda: 30)
    sentences = ["Let us talk about **pods**.", " What is the smallest unit?", " Take your time with it."]
    for count in (1, 2):
        speaking.so_far("".join(sentences[:count]))
    speaking.say("".join(sentences))
    assert page.text == "\nLet us talk about pods. What\nis the smallest unit? Take\nyour time with it.\n"


def test_a_resize_in_the_middle_of_a_turn_loses_and_doubles_nothing() -> None:
    page, width = Page(), [60]
    speaking = Speaking(page.write, lambda: width[0])
    speaking.so_far("One two three four five six seven eight nine ten.")
    width[0] = 40
    speaking.say("One two three four five six seven eight nine ten. And what comes next?")
    assert " ".join(page.text.split()) == "One two three four five six seven eight nine ten. And what comes next?"


def test_a_turn_that_is_broken_off_leaves_its_line() -> None:
    page = Page()
    speaking = Speaking(page.write, lambda: 60)
    assert not speaking.break_off()
    speaking.so_far("Half of it.")
    assert speaking.break_off()
    speaking.say("Another.")
    assert page.text == "\nHalf of it.\n\nAnother.\n"


Heard = Callable[..., list[str]]


@pytest.fixture
def heard() -> Heard:
    def listen(text: str, step: int = 7) -> list[str]:
        found: list[str] = []

        def read(reply: Reply) -> AssistantTurn:
            return interpret(reply, (), (), "native")

        ear = Earshot(read, found.append)
        for end in range(0, len(text) + step, step):
            ear.take(text[:end])
        return found

    return listen


def test_whole_sentences_are_handed_on(heard: Heard) -> None:
    assert heard("Hello there. How would you approach this? Take your ti") == [
        "Hello there.", "Hello there. How would you approach this?",
    ]  # fmt: skip


def test_the_words_of_an_action_are_read_before_it_is_whole(heard: Heard) -> None:
    turn = json.dumps({"action": "say", "text": 'Say "pod". \u041f\u043e\u0434. What is it?'})
    assert heard(turn[:-3])[-1] == 'Say "pod". Под.'


@pytest.mark.parametrize("text", [
    '{"name": "fetch_question", "arguments": {"topic": "One. Two. Three."}}',
    '{"action": "grade_answer", "arguments": {"question_id": "a. b. c. "}}',
    "<think>I will ask. Then I grade. </think>",
])  # fmt: skip
def test_nothing_of_a_call_or_a_thought_is_handed_on(heard: Heard, text: str) -> None:
    assert heard(text) == []


@given(st.text(alphabet='{}[]":,.!? \\n\\u0041action say text\n'), st.integers(1, 9))
def test_any_text_can_be_listened_to(text: str, step: int) -> None:
    ear = Earshot(lambda reply: interpret(reply, (), (), "native"), [].append)
    for end in range(0, len(text) + step, step):
        ear.take(text[:end])


@pytest.mark.parametrize("text", [
    "Two things:\n1. What is a pod?\n2. What is a node? Go on.",
    "**Tell me. And why?** Next one. Ok.",
    "| a | b. |\n|---|---|\n| 1. | 2 |\n\nAnd now? Go on.",
    "Use `kubectl get. pods` now. And *this one. too* please. Ok.",
    "```\nfoo. bar\n```\nSo. What?",
    "Line one.\nLine two.\nThen `code` here. Ok.",
])  # fmt: skip
def test_markdown_is_shown_once_while_it_comes(text: str) -> None:
    page = Page()
    speaking = Speaking(page.write, lambda: 40)
    ear = Earshot(lambda reply: interpret(reply, (), (), "native"), speaking.so_far)
    for end in range(len(text) + 1):
        ear.take(text[:end])
    speaking.say(text)
    assert page.text == "\n" + plain(markdown(text, 40)) + "\n"


def test_code_and_what_looks_like_markup_stay_as_they_are() -> None:
    shown = plain(
        markdown("Use ``a<b and max_tokens``.\n\n~~~\nx = list<int>\n~~~\n\n[Hint]: think of x**2 + 2*16*80.", 80)
    )
    for words in ("a<b and max_tokens", "x = list<int>", "[Hint]: think of x**2 + 2*16*80."):
        assert words in shown


def test_products_names_and_types_are_no_markup() -> None:
    text = "KV cache: 2*16*80*8*128 bytes, max_new_tokens, list<int> and **args in `f(**args)`."
    assert plain(markdown(text, 100)) == text.replace("`", "")


def test_a_link_shows_where_it_leads() -> None:
    assert "http://evil.example" in plain(markdown("Read [this](http://evil.example).", 80))


@pytest.mark.parametrize(("source", "shown"), [
    (r"It is $\frac{QK^\top}{\sqrt{d_k}}$.", "It is (QK^⊤)/(√(d_k))."),
    (r"\(\frac{a+b}{c}\) and \[ x \leq 5 \]", "(a+b)/c and x ≤ 5"),
    (r"$e^{x_i}$, $O(n \log n)$", "e^{x_i}, O(n log n)"),
    ("It costs $5 and $10.", "It costs $5 and $10."),
    (r"half: $\sqrt$, $\href$", r"half: $\sqrt$, $\href$"),
])  # fmt: skip
def test_formulas_can_be_read(source: str, shown: str) -> None:
    assert readable_formulas(source) == shown


@given(
    st.lists(st.sampled_from(["\\frac", "\\sqrt", "\\href", "{", "}", "^", "_", "\\begin{a}", "\\end{b}", "\\\\", "x"]))
)
def test_no_formula_breaks_the_screen(parts: list[str]) -> None:
    assert isinstance(readable_formulas(f"$x={''.join(parts)}$"), str)
