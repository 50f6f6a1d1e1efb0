"""Questions are found by words, in both languages. The queries were written before anybody saw what they find."""

import json
from pathlib import Path

import pytest

from tools.bank import Bank, load
from tools.planner import Planner, Tried, Wish

QUERIES = [json.loads(line) for line in (Path(__file__).parent / "search_queries.jsonl").open(encoding="utf-8")]
FLOOR = {"en": (0.5, 0.85), "ru": (0.5, 0.8)}  # hit@1 and hit@3, a little under what is measured


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_right_question_is_among_the_first(bank: Bank, lang: str) -> None:
    queries = [query for query in QUERIES if query["lang"] == lang]
    places = [place(bank, query["query"], query["expected"]) for query in queries]
    first, third = (sum(at <= most for at in places) / len(queries) for most in (1, 3))
    assert len(queries) >= 20
    assert (first, third) >= FLOOR[lang], [query for query, at in zip(queries, places, strict=True) if at > 3]
    assert third >= FLOOR[lang][1]


def place(bank: Bank, words: str, expected: list[str]) -> int:
    found = bank.search(words)
    return min((found.index(one) + 1 for one in expected if one in found), default=99)


@pytest.mark.parametrize(
    "words", ["", "the", "how do I", "…", "capital of France", "как сварить кофе", '"', '" OR *', "zzz:zz* -qq", "\0"]
)
def test_nothing_is_found_where_nothing_is(bank: Bank, words: str) -> None:
    assert bank.search(words) == []


def test_a_wish_in_words_is_heeded_beyond_what_was_drawn(bank: Bank) -> None:
    hand = [head for head in bank.heads.values() if head.topic == "databases"]
    planner = Planner(hand, bank.get, search=lambda words: [bank.head(found) for found in bank.search(words)])
    assert planner.choose([], Wish("LoRA adapters")).question.id == "lora-fine-tuning"
    asked = [Tried(bank.head("lora-fine-tuning"))]
    assert planner.choose(asked, Wish("LoRA adapters")).question.id != "lora-fine-tuning"
    assert planner.choose([], Wish("capital of France")).question.topic == "databases"
