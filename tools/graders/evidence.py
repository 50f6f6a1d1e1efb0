"""Quotes: a verdict stands on the candidate's own words, letter by letter, or it does not stand."""

import re

MAX_QUOTE = 240  # characters

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_LATIN, _CYRILLIC = re.compile("[a-z]", re.IGNORECASE), re.compile("[а-яё]", re.IGNORECASE)
_DOUBLES = str.maketrans("аеорсухіЅѕјкмтвнАЕОРСУХІКМТВН", "aeopcyxiSsjkmtbhAEOPCYXIKMTBH")

# Text addressed to whoever grades. Each line needs an address or an order about the grade itself: honest answers
# speak of scores, system prompts and top 10 too.
_TO_THE_GRADER = re.compile(
    r"""
      ^\W*(?:system|developer|admin\w*|система)(?:\ (?:note|override|message|notice))?\W*:
    | \b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|prompts?|rubric|rules|criteria|above)\b
    | \b(?:игнорируй\w*|проигнорируй\w*|забудь\w*)\b.{0,40}\b(?:инструкц|промпт|указани|правил|критери|выше|рубрик)
    | \b(?:grader|examiner|грейдер\w*|экзаменатор\w*)\b
    | (?:^\W*|\b(?:dear|to\ the|attention|уважаем\w+|для)\ )(?:evaluator|reviewer|проверяющ\w+|оценщик\w*)\b
    | \b(?:give|award|assign)\ (?:me|this|it|us|my|the\ (?:answer|candidate)|full|maximum|a)\b
      .{0,40}\b(?:10|ten|full|max\w*|perfect|marks?|score)\b
    | \b(?:grade|score|rate|mark|treat|count|consider)\ (?:this|it|me|my|the\ (?:answer|above)|all|every\w*)\b
      .{0,40}\b(?:10|ten|full|max\w*|perfect|covered|avoided|correct|complete|passed)\b
    | \bset\ (?:the|my)\ (?:score|grade)\b | \b(?:full|maximum|perfect)\ (?:score|marks?|grade|points)\b
    | \b(?:поставь|поставьте|выстави|выставьте|засчитай\w*)\b
      .{0,60}\b(?:10|десят\w+|балл\w*|максим\w+|верн\w+|ответ\w*|все)\b
    | \b(?:оцени|оцените|отметь|отметьте|считай|считайте)\ (?:это\w*|мо\w+|ответ\w*|меня|на|вс\w+|кажд\w+|пункт\w*)\b
    | ["'](?:score|verdict|key_points|status)["']\s*: | </?(?:tool_call|system|grade|score)\b | \[/?INST\]
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)  # fmt: skip


def address_to_grader(sentence: str) -> int | None:
    """Where a sentence begins to talk to the grader instead of answering the question; None if it does not."""
    match = _TO_THE_GRADER.search(_plain_letters(sentence))
    return match.start() if match else None


def _plain_letters(text: str) -> str:
    """The text with letters of one alphabet in the place of their doubles from another; same length."""
    return "".join(_mixed(word) for word in re.split(r"(\W+)", _INVISIBLE.sub(" ", text)))


def _mixed(word: str) -> str:
    return word.translate(_DOUBLES) if _LATIN.search(word) and _CYRILLIC.search(word) else word


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
