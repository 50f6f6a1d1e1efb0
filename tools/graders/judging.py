"""What a judge is asked, and what of its reply can be believed. Pure: no model is called here."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prompts import catalogue, judge_prompt, to_model
from tools.arguments import exact_object, readable_arguments
from tools.graders.evidence import address_to_grader, cut_quote
from tools.question import Question
from transcripts.events import Json

VERDICTS = {"kp": ("covered", "missing", "unsure"), "m": ("committed", "avoided", "not_addressed", "unsure")}
PROVED = ("covered", "committed", "avoided")  # by a quote; an omission is proved by where the thing is not
LEAST_QUOTE = 6  # characters; "144 GB" may prove something, "x" nothing
JOINER = "\u2060"  # what requests put into a template's own tokens, so that it stands in quotes of them
SENTENCE = re.compile(r"[^.!?\n]*")
BEGINNING = re.compile(r"""\{\s*["'](?:kp|m)\d""")
UNSURE = "unsure"


@dataclass(frozen=True)
class Judged:
    """A verdict on one line with its proof, and why it was dropped where it was: "verdict", "quote", "grader"."""

    verdict: str = UNSURE
    quote: str | None = None
    dropped: str | None = None


def schema(ids: Sequence[str]) -> Json:
    """The reply's JSON schema, flat: for each line the quote first, then a closed verdict."""
    return exact_object({line: exact_object({"quote": {"type": "string"}, "verdict": _verdict(line)}) for line in ids})


def messages(question: Question, answer: str, ids: Sequence[str], code: str) -> list[Json]:
    """The request: instructions, then question, reference, rubric lines and the answer as marked data.

    `code` must be one that the candidate cannot know. What changes most comes last, so that prompt caches hit.
    """
    wording = question.wording("en")
    texts = {f"kp{n}": text for n, text in enumerate(question.rubric_points(), 1)}
    for n, mistake in enumerate(question.mistakes, 1):
        right = to_model("judge.right", contrary=mistake.contrary) if mistake.contrary else ""
        texts[f"m{n}"] = f"{mistake.text}{right}"
    asked = to_model(
        "judge.ask", question=wording.prompt, short_answer=wording.short_answer, breakdown=wording.breakdown,
        rubric="\n".join(f"{line}: {texts[line]}" for line in ids), code=code, lines=", ".join(ids),
        answer="\n".join(f"| {line}" for line in answer.splitlines()),
    )  # fmt: skip
    return [{"role": "system", "content": judge_prompt()}, {"role": "user", "content": asked}]


def prompt_sha256() -> str:
    """The hash of everything said to a judge that is the same for all answers."""
    said = catalogue("model")
    return hashlib.sha256((judge_prompt() + said["judge.ask"] + said["judge.right"]).encode()).hexdigest()


def read_verdicts(reply: str, answer: str, ids: Sequence[str]) -> dict[str, Judged]:
    """The verdicts of a reply that stand: off the menu, unproved or proved by orders to the grader is `unsure`."""
    found = _object_in(reply, ids)
    return {line: _judged(found.get(line), answer, line) for line in ids}


def _object_in(reply: str, ids: Sequence[str]) -> Json:
    """The verdicts of a reply: all of it, or what follows thoughts and words; of several objects the last."""
    text = reply.rpartition("</think>")[2]
    start = max((match.start() for match in BEGINNING.finditer(text)), default=len(text))
    last = "" if "<think>" in text[:start] else text[start:]
    readings = (readable_arguments(part) for part in (reply, text, last))
    return next((found for found in readings if not found.keys().isdisjoint(ids)), {})


def _judged(given: Any, answer: str, line: str) -> Judged:  # noqa: ANN401 - whatever a model writes
    verdict = given.get("verdict") if isinstance(given, Mapping) else None
    if not isinstance(verdict, str) or verdict not in _menu(line):
        return Judged(dropped="verdict")
    if verdict not in PROVED:
        return Judged(verdict)
    place = find_quote(given.get("quote"), answer)
    if place is None:
        return Judged(dropped="quote")
    if _to_the_grader(answer, *place):
        return Judged(dropped="grader")
    return Judged(verdict, cut_quote(answer, *place))


def find_quote(quote: Any, answer: str) -> tuple[int, int] | None:  # noqa: ANN401 - whatever a model writes
    """Where a quote stands in the answer, but for case, white space and marks around it; None where it does not."""
    if not isinstance(quote, str):
        return None
    words = quote.replace("| ", " ").replace(JOINER, "").strip(" \t\n\"'«»“”….,;:|").split()
    words = [word for word in words if word.strip("|")]  # bars may stand between words, and never cost time
    if len(" ".join(words)) < LEAST_QUOTE:
        return None
    match = re.search(r"[\s|]+".join(map(re.escape, words)), answer, re.IGNORECASE)
    return match.span() if match else None


def _to_the_grader(answer: str, start: int, end: int) -> bool:
    """Whether the quote stands where the candidate addresses the grader."""
    first = max(answer.rfind(mark, 0, start) for mark in ".!?\n") + 1
    last = SENTENCE.match(answer, end)
    at = address_to_grader(answer[first : last.end() if last else end])
    return at is not None and first + at < end


def _menu(line: str) -> list[str]:
    return list(VERDICTS["kp" if line.startswith("kp") else "m"])


def _verdict(line: str) -> Json:
    return {"type": "string", "enum": _menu(line)}
