"""Quotes: a verdict stands on the candidate's own words, letter by letter, or it does not stand."""

import re

MAX_QUOTE = 240  # characters

# Text addressed to whoever grades, at the start of a clause or naming the grader: it earns nothing.
_TO_THE_GRADER = re.compile(
    r"""
      ^\W*(?:system|assistant|developer|admin\w*|tool|note|instruction\w*|система|ассистент|внимание)\b[^:]{0,40}:
    | ^\W*(?:please\ |now\ |so\ |пожалуйста,?\ )*(?:ignore|disregard|forget|override|игнорируй\w*|забудь\w*|проигнорируй\w*)\b
      .{0,60}\b(?:instruction|prompt|rubric|rule|criteria|above|previous|инструкц|промпт|указани|правил|критери|выше)
    | \b(?:grader|evaluator|examiner|grading\ (?:system|model|bot)|проверяющ\w+|экзаменатор\w*|оценщик\w*|грейдер\w*)\b
    | \b(?:give|award|assign|grade|score|rate|mark|set)\b.{0,40}\b(?:10|ten|full|maximum|max|perfect|top|covered|avoided)\b
      .{0,20}\b(?:score|mark|point|grade|/\ ?10|out\ of|all)?
    | \b(?:mark|treat|count|consider)\b.{0,30}\b(?:as\ )?(?:covered|avoided|correct|complete|passed)\b
    | \b(?:full|maximum|perfect|highest|top)\ (?:score|marks?|grade|points)\b
    | \b(?:поставь\w*|оцени\w*|выстав\w*|засчита\w*|отметь\w*)\b.{0,60}\b(?:10|десят\w+|балл\w*|максим\w+|высш\w+|верн\w+|правильн\w+|раскрыт\w*|все)\b
    | ["'](?:score|verdict|key_points|status)["']\s*: | <\/?(?:tool_call|system|grade|score)\b | \[/?INST\]
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)  # fmt: skip


def addressed_to_grader(clause: str) -> bool:
    """Whether a clause talks to the grader instead of answering the question."""
    return bool(_TO_THE_GRADER.search(clause))


def cut_quote(answer: str, start: int, end: int) -> str:
    """The quote from `start` to `end`, shortened at a word's end where it is long; always a part of `answer`."""
    quote = answer[start:end]
    if len(quote) <= MAX_QUOTE:
        return quote
    short = quote[:MAX_QUOTE].rsplit(None, 1)[0]
    return short or quote[:MAX_QUOTE]


def is_verbatim(quote: str | None, answer: str) -> bool:
    """Whether a quote stands in the answer as it is; no quote needs no proof."""
    return quote is None or (bool(quote) and quote in answer)
