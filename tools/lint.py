"""`razbor bank check`: what is wrong with question files, where, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tools.bank import read_question
from tools.lint_asks import check_asks
from tools.lint_phrases import Finding, Step, check_phrases
from tools.question import Question, Wording, sentences
from tools.question_files import question_files
from tools.safe_yaml import line_of
from transcripts.errors import InputError

MIN_LEAK_WORDS = 4

Watch = Callable[[Sequence[Path]], Iterator[Path]]


def check(paths: Iterable[Path], watch: Watch = iter) -> tuple[int, list[InputError]]:
    """Lint files and folders: the number of files read, and the findings in order.

    The files go through `watch`, which may say how far it has come.
    """
    findings: list[InputError] = []
    seen: dict[str, Path] = {}
    files = [file for root in paths for file in question_files(root)]
    for path in watch(files):
        try:
            question = read_question(path)
        except InputError as error:
            findings.append(error)
            continue
        for key, place, values in [*check_question(question), *_clashes(question, seen)]:
            findings.append(InputError(key, path=path, line=line_of(path, *place), **values))
        for mark in (question.id, question.content_sha256, question.prompt):
            seen.setdefault(mark, path)
    return len(files), findings


def _clashes(question: Question, seen: dict[str, Path]) -> Iterator[Finding]:
    if question.id in seen:
        yield "lint.same_id", ("id",), {"other": seen[question.id]}
    elif question.content_sha256 in seen or question.prompt in seen:
        other = seen.get(question.content_sha256) or seen[question.prompt]
        yield "lint.same_question", ("prompt",), {"other": other}


def check_question(question: Question) -> Iterator[Finding]:
    """What one question lacks or says twice."""
    yield from _check_mistakes(question)
    yield from check_phrases(question)
    yield from check_asks(question)
    for lang in ("en", "ru"):
        yield from _check_wording(question, lang, getattr(question, lang))
    yield from _check_duplicates(question)
    yield from _check_leak(question)


def _check_mistakes(question: Question) -> Iterator[Finding]:
    known = {f"kp{n}" for n in range(1, len(question.key_points) + 1)}
    for n, mistake in enumerate(question.mistakes):
        place = ("mistakes", n)
        if mistake.kind == "commission" and not mistake.contrary:
            yield "lint.no_contrary", place, {"id": f"m{n + 1}"}
        if mistake.kind == "omission" and not mistake.key_points:
            yield "lint.no_key_points", place, {"id": f"m{n + 1}"}
        for key_point in mistake.key_points:
            if key_point not in known:
                yield "lint.unknown_line", (*place, "key_points"), {"id": key_point}


def _check_wording(question: Question, lang: str, wording: Wording) -> Iterator[Finding]:
    for name in ("key_points", "mistakes", "tips", "hints", "follow_ups"):
        if not all(text.strip() for text in getattr(wording, name)):
            yield "lint.empty", (lang, name), {"part": f"{lang}.{name}"}
    for line_id in wording.contraries:
        if line_id not in {f"m{n + 1}" for n in range(len(question.mistakes))}:
            yield "lint.unknown_line", (lang, "contraries", line_id), {"id": line_id}


def _check_duplicates(question: Question) -> Iterator[Finding]:
    texts: list[tuple[tuple[Step, ...], str]] = [(("key_points", n), t) for n, t in enumerate(question.key_points)]
    texts += [(("mistakes", n), mistake.text) for n, mistake in enumerate(question.mistakes)]
    texts += [(("tips", n), text) for n, text in enumerate(question.tips)]
    texts += [(("hints", n), text) for n, text in enumerate(question.hints)]
    texts += [(("follow_ups", n), text) for n, text in enumerate(question.follow_ups)]
    for line_id, phrases in question.phrases.items():
        for name in ("said", "contrary", "area"):
            texts += [(("phrases", line_id, name, n), text) for n, text in enumerate(getattr(phrases, name))]
    seen: set[str] = set()
    for place, text in texts:
        folded = " ".join(text.casefold().split())
        if folded in seen:
            yield "lint.same_text", place, {"text": text[:60]}
        seen.add(folded)


def _check_leak(question: Question) -> Iterator[Finding]:
    """No prompt may contain a sentence of its own answer."""
    for lang in ("en", "ru"):
        wording = question.wording("ru" if lang == "ru" else "en")
        secret = [wording.short_answer, wording.breakdown, *wording.mistakes, *wording.tips]
        for sentence in (sentence for text in secret for sentence in sentences(text)):
            if len(sentence.split()) >= MIN_LEAK_WORDS and sentence.casefold() in wording.prompt.casefold():
                yield "lint.leak", ("prompt",), {"text": sentence[:60]}
