"""What is wrong with the phrases of a question that has any; part of `razbor bank check`."""

from collections.abc import Iterator
from typing import Literal

from tools.graders.phrases import words_of
from tools.graders.text import is_russian, words
from tools.question import Lang, Phrases, Question

Step = str | int
Finding = tuple[str, tuple[Step, ...], dict[str, object]]  # catalogue key, place in the file, values
Side = Literal["said", "contrary", "area"]

FEWEST = 3  # phrases per side and language: with one or two a line is known by accidents of wording
LONGEST = 40  # words: an answer has no stretch that resembles more
SHOWN = 60  # characters of a phrase that a finding quotes
SIDES: tuple[Side, ...] = ("said", "contrary", "area")
LANGS: tuple[Lang, ...] = ("en", "ru")


def check_phrases(question: Question) -> Iterator[Finding]:
    """Which lines lack phrases, and which phrases are of no use."""
    if not question.phrases:
        return
    lines = [f"kp{n + 1}" for n in range(len(question.rubric_points()))]
    lines += [f"m{n + 1}" for n in range(len(question.mistakes))]
    for line_id in question.phrases:
        if line_id not in lines:
            yield "lint.unknown_line", ("phrases", line_id), {"id": line_id}
    for line_id in lines:
        yield from _check_number(line_id, question.phrases.get(line_id, Phrases()))
    yield from _check_sides(question)
    yield from _check_texts(question)


def _check_number(line_id: str, phrases: Phrases) -> Iterator[Finding]:
    """Every line is said in both languages, and every side that exists often enough."""
    for side in SIDES:
        texts = getattr(phrases, side)
        for lang in LANGS:
            count = sum(_lang(text) == lang for text in texts)
            values = {"id": line_id, "side": side, "lang": lang, "count": count, "least": FEWEST}
            if side == "said" and count == 0:
                yield "lint.no_phrases", ("phrases", line_id, side), {"id": line_id, "lang": lang}
            elif texts and count < FEWEST:
                yield "lint.few_phrases", ("phrases", line_id, side), values


def _lang(text: str) -> Lang:
    return "ru" if is_russian(text) else "en"


def _check_sides(question: Question) -> Iterator[Finding]:
    """A commission is told from its contrary, an omission from silence by its area."""
    for n, mistake in enumerate(question.mistakes):
        line_id = f"m{n + 1}"
        phrases = question.phrases.get(line_id, Phrases())
        if mistake.kind == "commission" and not phrases.contrary:
            yield "lint.no_contrary_phrases", ("phrases", line_id), {"id": line_id}
        if mistake.kind == "omission" and not phrases.area:
            yield "lint.no_area_phrases", ("phrases", line_id), {"id": line_id}


def _check_texts(question: Question) -> Iterator[Finding]:
    """Too long, nothing but the prompt, or the same as a phrase elsewhere: compared by stems, word forms being one."""
    prompt = words_of(f"{question.prompt} {question.en.prompt} {question.ru.prompt}")
    seen: dict[tuple[str, ...], tuple[str, Side]] = {}
    for line_id, side, n, text in _phrases(question):
        place, shown = ("phrases", line_id, side, n), text[:SHOWN]
        if len(text.split()) > LONGEST:
            yield "lint.long_phrase", place, {"text": shown, "most": LONGEST}
        if words_of(text).keys() <= prompt.keys():
            yield "lint.phrase_is_prompt", place, {"text": shown}
        home = seen.setdefault(tuple(word.stem for word in words(text)), (line_id, side))
        if home != (line_id, side):
            yield "lint.same_phrase", place, {"text": shown, "other": ".".join(home)}


def _phrases(question: Question) -> Iterator[tuple[str, Side, int, str]]:
    for line_id, phrases in question.phrases.items():
        for side in SIDES:
            for n, text in enumerate(getattr(phrases, side)):
                yield line_id, side, n, text
