"""Questions are found by words, in both languages. The queries were written before anybody saw what they find."""

import json
from pathlib import Path

import pytest

from agent.pool import RecordedPool
from tests.conftest import Run
from tests.endpoint.scripted import Script, call, say
from tools.bank import Bank, load
from tools.planner import Planner, Tried, Wish
from tools.search import _related
from transcripts.events import QuestionEvent
from transcripts.reader import read

QUERIES = [json.loads(line) for line in (Path(__file__).parent / "search_queries.jsonl").open(encoding="utf-8")]
FLOORS = {  # of hit@1 and hit@3, a little under what is measured
    ("lang", "en"): (0.68, 0.9),
    ("lang", "ru"): (0.73, 0.93),
    ("set", "first"): (0.7, 0.95),
    ("set", "later"): (0.6, 0.75),
}


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load()


@pytest.mark.parametrize("part", FLOORS)
def test_the_right_question_is_among_the_first(bank: Bank, part: tuple[str, str]) -> None:
    """`related.txt` was written with the `first` queries in view; nothing was changed for those that came `later`."""
    queries = [query for query in QUERIES if query[part[0]] == part[1]]
    places = [place(bank, query["query"], query["expected"]) for query in queries]
    first, third = (sum(at <= most for at in places) / len(queries) for most in (1, 3))
    assert first >= FLOORS[part][0]
    assert third >= FLOORS[part][1], [query for query, at in zip(queries, places, strict=True) if at > 3]


@pytest.mark.parametrize("words", ["how do I shrink a model", "как уменьшить модель", "сжать модель"])
def test_a_model_gets_the_question_that_it_asks_for_in_words(home: Path, razbor: Run, words: str) -> None:
    with Script(call("fetch_question", {"topic": words}), say("Please answer.")) as endpoint:
        done = razbor("--base-url", endpoint.url, "-m", "m", "--no-stream", "-q")
    assert done.returncode == 0
    (path,) = (home / "transcripts").glob("*.jsonl")
    transcript = read(path)
    (asked,) = (event.question["id"] for event in transcript.events if isinstance(event, QuestionEvent))
    assert asked == "llm-quantization-choice"
    assert asked in {head.id for head in RecordedPool(transcript).search(words)[:3]}


def test_what_is_related_is_said_in_words() -> None:
    """A variant of stopwords alone would be in every query."""
    assert all(variant for variants, _ in _related() for variant in variants)


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
