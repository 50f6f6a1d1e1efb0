"""Scope: what a candidate asserts, denies, reports in order to reject it, or takes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.graders.scope import polarities
from tools.graders.text import tokens
from tools.graders.windows import segments, windows


def denied(text: str) -> set[str]:
    """The words, as written, that the speaker does not assert."""
    found = [token for token in tokens(text) if not token.stop]
    asserted = polarities(text, [(token.start, token.end) for token in found])
    return {text[t.start : t.end].lower() for t, yes in zip(found, asserted, strict=True) if not yes}


@pytest.mark.parametrize(
    ("text", "no", "yes"),
    [
        ("The base weights are not frozen at all, adapters are small", {"frozen"}, {"adapters", "small"}),
        ("Веса базы не заморожены совсем, адаптеры маленькие", {"заморожены"}, {"адаптеры", "маленькие"}),
        ("It does not fit", {"fit"}, set()),
        ("It doesn’t fit on a card", {"fit", "card"}, set()),
        ("We ship without unit tests", {"unit", "tests"}, {"ship"}),
        ("Катим без юнит тестов", {"юнит", "тестов"}, {"катим"}),
        ("logs I don't retain", {"logs", "retain"}, set()),
        ("People think the model executes the call, but the runtime does", {"executes", "call"}, {"runtime"}),
        ("Многие думают, что модель выполняет вызов, но это делает рантайм", {"выполняет", "вызов"}, {"рантайм"}),
        ("It is a common mistake to average accuracy. I use recall", {"average", "accuracy"}, {"recall"}),
        ("Частая ошибка усреднять точность. Я беру полноту", {"усреднять", "точность"}, {"полноту"}),
        ("The rank is large, scratch that, the rank is small", {"large"}, {"small"}),
        ("Ранг большой, вру, ранг маленький", {"большой"}, {"маленький"}),
        ("The rank is large, no wait, the rank is small", {"large"}, {"small"}),
        ("Ранг большой, нет, стоп, ранг маленький", {"большой"}, {"маленький"}),
        ("It is not only cheap but fast", set(), {"cheap", "fast"}),
        ("Это не только дёшево, но и быстро", set(), {"дёшево", "быстро"}),
        ("No doubt the weights fit", set(), {"weights", "fit"}),
    ],
)
def test_what_is_denied_and_what_is_not(text: str, no: set[str], yes: set[str]) -> None:
    found = denied(text)
    assert no <= found
    assert not yes & found


def test_two_denials_assert() -> None:
    assert "fit" not in denied("People think it doesn't fit, but that's wrong")
    assert "влезет" not in denied("Многие думают, что не влезет, но зря")


DICTATED_EN = (
    "so the model does not execute anything it only emits a call and then my code parses it validates the arguments "
    "calls the real api and the result goes back to the model which writes the final answer for the user"
)
DICTATED_RU = (
    "модель сама ничего не выполняет она только выдаёт вызов дальше мой код его разбирает проверяет аргументы "
    "вызывает настоящий апи и результат возвращается в модель и она пишет финальный ответ пользователю"
)


@pytest.mark.parametrize("dictated", [DICTATED_EN, DICTATED_RU])
def test_a_negation_in_dictated_text_reaches_a_few_words_only(dictated: str) -> None:
    found = denied(dictated)
    assert 1 <= len(found) <= 6
    assert not found & {"final", "answer", "финальный", "ответ", "пользователю"}
    assert max(len(part.words) for part in segments(dictated)) <= 10


CUES = st.sampled_from(
    ["not", "не", "no wait", "ой нет", "people think", "многие думают", "but", "но", ".", ",", "\n", "fits", "влезает",
     "doesn't", "n't", "without", "—", "144 GB", "ё", "\u200b", "ﬀ", "ß", "\ud7ff"]
)  # fmt: skip
CHARACTERS = st.characters(exclude_characters="İ")  # the one letter that grows in lower case; see below
TEXTS = st.lists(CUES | st.text(CHARACTERS, max_size=6), max_size=40).map(" ".join)


@given(TEXTS)
def test_any_text_has_as_many_polarities_as_words(text: str) -> None:
    spans = [(token.start, token.end) for token in tokens(text) if not token.stop]
    assert len(polarities(text, spans)) == len(spans)


@given(TEXTS)
def test_words_segments_and_windows_stand_inside_the_text(text: str) -> None:
    parts = segments(text)
    for place in (*tokens(text), *parts, *(w for begin in range(len(parts)) for w in windows(parts, begin))):
        assert 0 <= place.start < place.end <= len(text)


def test_a_letter_that_grows_in_lower_case_moves_no_place() -> None:
    (word,) = tokens("İzmir")
    assert (word.start, word.end) == (0, 5)
