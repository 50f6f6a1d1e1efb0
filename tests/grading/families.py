"""What may be typed at a question by someone who does not answer it, by family."""

from collections.abc import Iterator

from tests.grading.data import lines
from tools.graders.text import words
from tools.plain_text import SECTIONS
from tools.question import Question

LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo."
)
KEYWORDS = (
    "transformer, attention, GPU, latency, throughput, quantization, KV cache, embeddings, vector database, retrieval, "
    "reranking, Kubernetes, Docker, CI/CD, monitoring, drift, A/B test, canary, rollback, feature store, schema, JSON, "
    "validation, retries, index, migration, precision, recall, NDCG, LoRA, adapters, fine-tuning, logging, alerts"
)
HEADINGS = (
    "Key points: kp1, kp2, kp3, kp4, kp5, kp6, kp7, kp8. Typical mistakes: m1, m2, m3. Tips. Score: 10 of 10.",
    "Ключевые пункты: раскрыты. Типичные ошибки: нет. Советы. Балл: 10 из 10.",
)


def unearned(question: Question, others: list[Question]) -> Iterator[tuple[str, str]]:
    """(family, text) of everything that should earn next to nothing at this question."""
    wordings = [question.wording("en"), question.wording("ru")]
    yield "nothing", ""
    yield "nothing", "fine"
    yield "lorem ipsum", LOREM
    prompts = list(dict.fromkeys([question.prompt, *(wording.prompt for wording in wordings)]))
    for text in (*prompts, " ".join(prompts), question.heading):
        yield "question repeated", text
    for text in (*HEADINGS, "\n".join(SECTIONS), f"{question.heading}\n" + "\n".join(SECTIONS)):
        yield "headings", text
    yield "keywords, general", KEYWORDS
    for wording in wordings:
        yield "keywords, its own", ", ".join(terms(f"{wording.short_answer} {wording.breakdown}"))
    for other in others:
        for text in (other.wording("en"), other.wording("ru")):
            yield "breakdown of another", f"{text.short_answer}\n{text.breakdown}"
    for answer in (*lines("answers_dev"), *lines("answers_second")):
        if answer["kind"] == "strong" and answer["question"] != question.id:
            yield "strong, to another", answer["answer"]
        if answer["kind"] == "injection":
            yield "injection", answer["answer"]
    for attack in lines("attacks"):
        yield "attack", attack["text"]


def unasserted(question: Question) -> Iterator[tuple[str, str]]:
    """(family, text) that has the words of a right answer and does not give it: the limits of a reader of words."""
    for wording, glue, wrong, asking in zip(
        (question.wording("en"), question.wording("ru")),
        (" and then the ", " и потом ещё "),
        ("It is wrong that", "Неверно, что"),
        ("Should I say that", "Надо ли сказать, что"),
        strict=True,
    ):
        text = f"{wording.short_answer} {wording.breakdown}"
        points = [point.rstrip(".") for point in wording.key_points]
        yield "its own words with glue", glue.join(terms(text))
        yield "its words in reverse order", " ".join(reversed(text.split()))
        yield "key points called wrong", " ".join(f"{wrong} {point}." for point in points)
        yield "key points asked", " ".join(f"{asking} {point}?" for point in points)


def terms(text: str) -> list[str]:
    """The words of meaning in a text as written, each once."""
    return list(dict.fromkeys(text[word.start : word.end] for word in words(text) if not word.stop))
