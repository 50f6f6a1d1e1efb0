"""The glossary: one concept per variant, and a bridge from Russian to English and back."""

from collections import defaultdict

import pytest

from tools.graders.glossary import concepts, lines
from tools.graders.phrases import PhraseIndex
from tools.graders.text import tokens, words


def named(text: str) -> list[str]:
    return [concept for concept, _, _ in concepts(list(words(text)))]


def test_no_variant_stands_in_two_concepts() -> None:
    homes: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for variants in lines():
        for variant in variants:
            homes[tuple(word.stem for word in words(variant))].add(variants[0])
    assert () not in homes
    assert {stems: found for stems, found in homes.items() if len(found) > 1} == {}


def test_no_concept_stands_twice() -> None:
    heads = [variants[0] for variants in lines()]
    assert len(heads) == len(set(heads))


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("заморозить", "freeze"),
        ("нехватка памяти", "out of memory"),
        ("утечка памяти", "memory leak"),
        ("повторная попытка", "retry"),
        ("смёржить", "merge"),
        ("бутылочное горлышко", "bottleneck"),
    ],
)
def test_a_concept_has_a_name_in_both_languages(russian: str, english: str) -> None:
    assert named(russian) == named(english) == [named(english)[0]]


def test_the_longest_variant_at_a_place_is_taken() -> None:
    assert named("a memory leak") == ["memory leak"]
    assert named("память") == ["memory"]


def test_russian_words_become_those_of_an_english_rubric() -> None:
    index = PhraseIndex({"kp1": ["The base weights are frozen"], "kp2": ["Retry after a failure"]}, "Explain it")
    translated = {token.stem for token in index.translate(tokens("веса замораживаем, при сбое ретраим"))}
    assert {"weight", "frozen", "retri", "failur"} <= translated


def test_a_word_that_the_rubric_has_stays_as_it_is() -> None:
    index = PhraseIndex({"kp1": ["веса заморожены, the weights are frozen"]}, "")
    assert [token.stem for token in index.translate(tokens("веса"))] == [token.stem for token in tokens("веса")]
