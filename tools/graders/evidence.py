"""Quotes: a verdict stands on the candidate's own words, letter by letter, or it does not stand."""

import re

MAX_QUOTE = 240  # characters
MIN_REST = 20
_FRAGMENT = re.compile(r"\w+(?:[^\w.!?]+\w+)?[.!?]\s+")

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_LATIN, _CYRILLIC = re.compile("[a-z]", re.IGNORECASE), re.compile("[а-яё]", re.IGNORECASE)
_DOUBLES = str.maketrans("аеорсухіЅѕјкмтвнАЕОРСУХІКМТВН", "aeopcyxiSsjkmtbhAEOPCYXIKMTBH")

# Text addressed to whoever grades. Each line needs an address or an order about the grade itself: honest answers
# speak of scores, system prompts and top 10 too.
_WHO = (
    r"(?:grader|examiner|evaluator|reviewer|judge|assessor|language\ model"
    r"|грейдер\w*|экзаменатор\w*|проверяющ\w+|оценщик\w*)"
)
_FULL = r"(?:10|ten|full|max\w*|perfect|highest|covered|avoided|correct|complete\w*|passed|mentioned)"
_POLNO = r"(?:10|десят\w+|балл\w*|максим\w+|верн\w+|засчит\w+|раскрыт\w*|зачт\w+|правильн\w+|полн\w+)"
_TO_THE_GRADER = re.compile(
    rf"""
      (?-i:^\W*(?:SYSTEM|DEVELOPER|ADMIN\w*|СИСТЕМА)\W*[:\]]) | \[/?(?:system|developer|admin|система)\]
    | ^\W*(?:system|developer|admin\w*|системн\w+)\ (?:note|override|message|notice|update|сообщение)\b
    | \b(?:ignore|disregard|forget|override)\b.{{0,30}}\b(?:instructions?|prompts?|rubric|rules|criteria|above)\b
    | \b(?:игнорируй\w*|проигнорируй\w*|забудь\w*)\b.{{0,40}}\b(?:инструкц|промпт|указани|правил|критери|выше|рубрик)
    | ^\W*(?:ai\ )?{_WHO}\s*[:,] | \b(?:dear|hey|attention|to\ the|notes?\ (?:to|for)(?:\ the)?)\ (?:ai\ )?{_WHO}\b
    | \b(?:уважаем\w+|дорог\w+|для|эй)\ {_WHO}\b | \byou\ are\ a\ (?:strict\ |fair\ )?{_WHO}
    | \b(?:give|award|assign)\ (?:me|this|it|us|my|the\ (?:answer|candidate)|full|maximum|a)\b
      .{{0,40}}\b(?:10|ten|full|max\w*|perfect|marks?|score)\b
    | \b(?:grade|score|rate|mark|treat|count|consider)\ (?:me|my|this\ answer|the\ (?:answer|above|candidate)|anything
      |everything|(?:all|every|each)(?:\ \w+){{0,2}}\ (?:points?|mistakes?|lines?|criteri\w+))\b.{{0,60}}\b{_FULL}\b
    | \bset\ (?:the|my)\ (?:score|grade)\ ?(?:to|=|at)\ ?(?:10|ten|max\w*|full)
    | \b(?:full|maximum|perfect)\ (?:marks?|grade|points|score\ (?:for|to|on))\b | \bmaximum\ score\b
    | \b(?:поставь|поставьте|выстави|выставьте|засчитай\w*)\b
      .{{0,60}}\b(?:10|десят\w+|балл\w*|максим\w+|верн\w+|ответ\w*|все)\b
    | \b(?:оцени|оцените|отметь|отметьте|считай|считайте)\ (?:это\w*|мо\w+|ответ\w*|меня|на|вс\w+|кажд\w+|пункт\w*)\b
      .{{0,60}}\b{_POLNO}
    | ["']score["']\s*:\s*["']?(?:10|[6-9])\b | ["'](?:verdict|key_points|covered|mistakes|status)["']\s*:
    | </?(?:tool_call|tool_result|grade|score)\b | </(?:system|answer|candidate_answer|user)> | \[/?INST\]
    | <\|im_start\|>\s*(?:system|user|assistant|developer)
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
    """The quote from `start` to `end`, always a part of `answer`.

    The last word or two of a sentence before it are left out; where it is long it is shortened at a word's end.
    """
    quote = answer[start:end]
    fragment = _FRAGMENT.match(quote)
    if fragment and len(quote) - fragment.end() >= MIN_REST:
        quote = quote[fragment.end() :]
    if len(quote) <= MAX_QUOTE:
        return quote
    short = quote[:MAX_QUOTE].rsplit(None, 1)[0]
    return short or quote[:MAX_QUOTE]


def is_verbatim(quote: str | None, answer: str) -> bool:
    """Whether a quote stands in the answer as it is; no quote needs no proof."""
    return quote is None or (bool(quote) and quote in answer)
