"""What a candidate does not say of himself: negated, reported in order to reject it, or taken back.

Each word gets a polarity: True where it is asserted. "It does not fit", "people think it fits, but" and "it fits, no
wait" all say the same of "fit". Scope ends with the clause; no grammar is parsed, so this is a rule of thumb.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

REACH = 5  # words of meaning that one negation governs

_NEGATION = re.compile(
    r"""\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|avoid\w*|instead\ of|rather\ than|hardly
      |fails?\ to|\w+n['’]t|dont|doesnt|cant|wont|isnt|arent|didnt|shouldnt
      |не|нет|нету|без|ни|никогда|нельзя|ничего|никак\w*|никто|вместо|избега\w+|вряд\ ли)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_A_VERB = re.compile(r"n['’]?t$|^(?:not|never|hardly|не|нет|нету|нельзя|никогда)$", re.IGNORECASE)
_NO_NEGATION = re.compile(
    r"\b(?:not\s+(?:only|just|to\s+mention)|no\s+(?:matter|doubt|wonder)|не\s+(?:только|просто|то\s+чтобы))\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"""\b(?:
      (?:people|many|some|others|everyone|everybody|candidates|juniors)
        (?:\s\w+){0,2}?\s(?:say|think|believe|assume|claim|forget|expect|confuse)
    | (?:you|one)\s(?:often|sometimes|may|might|could)\s(?:hear|think|read)
    | (?:it['’]?s|it\sis|would\sbe)?\s?tempting | (?:common|typical|classic|usual|frequent)\s(?:mistake|error|trap|myth)
    | (?:the|a)\s(?:trap|myth|misconception|pitfall) | (?:a\smistake|wrong|naive|incorrect)\sto
    | (?:wrong|incorrect|untrue|false|not\strue)\sthat | none\sof\s(?:this|it)\sis\strue
    | (?:don['’]?t|do\snot)\sknow\s(?:whether|if) | not\ssure\s(?:whether|if|that)
    | (?:should|shall|do|must)\si\s(?:say|mention|add) | is\sit\strue
    | (?:at\sfirst|first|initially)\si(?:['’]d)?\s(?:\w+\s)?(?:thought|said|say|assumed)
    | i\s(?:used\sto\sthink|first\sthought) | contrary\sto
    | (?:многие|некоторые|часто|иногда|новички|люди|все|кто-то|кандидаты)
        (?:\s\w+){0,2}?\s(?:думают|считают|говорят|путают|забывают|полагают|называют|скажут|думает|скажет|говорит)
    | казалось\sбы | соблазн\w* | заманчиво | заблуждение | миф | ловушк\w+
    | (?:частая|типичная|распростран\w+|классическая|обычная)\sошибка | ошибк\w+\s(?:думать|считать|полагать|говорить)
    | (?:неправильно|неверно|ошибочно|наивно)\s(?:думать|считать|говорить|полагать)
    | (?:неверно|неправда|не\sправда),?\sчто | ничто\sиз\sэтого\sне\sверно | правда\sли | верно\sли
    | не\s(?:знаю|уверен\w*|помню),?\s(?:что|если|\w+\sли|ли) | (?:стоит|надо|нужно)\sли\s(?:сказать|говорить|добавить)
    | (?:сначала|раньше)\sя?\s?(?:думал|подумал|сказал|считал)\w*
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_END_OF_REPORT = re.compile(
    r"[.;!?\n]|\b(?:but|however|yet|actually|in\s+fact|no|которых|но|однако|а\s+на\s+самом|на\s+деле|нет|только)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:no,?\s+wait|wait,?\s+no|scratch\s+that|(?:sorry|actually),?\s+no|i\s+misspoke|let\s+me\s+correct"
    r"|(?:ой|нет),?\s+(?:стоп|нет|вру|погоди\w*|не\s+так)|стоп,?\s+нет|вру|поправлюсь|оговорил\w+|то\s+есть\s+нет)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r"[,;:(—–-]\s*(?:and\s+|but\s+|а\s+|и\s+|но\s+)?$", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[.,;:!?()\n—–→]|->|\b(?:but|because|so|then|which|that's|if|но|а|потому|поэтому|чтобы|если|когда)\b",
    re.IGNORECASE,
)
_STATEMENT_END = re.compile(
    r"[.;:!?()\n—–→]|->|\b(?:but|because|which|that's|но|а|потому|поэтому|чтобы)\b", re.IGNORECASE
)
FEW = 2
LEAD = 8  # characters before a negation in which a comma makes it a contrast
RETRACTED = 6  # words before "no wait" that are taken back
FARTHEST = 250  # characters that a cue governs in a text without punctuation


def polarities(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """For each word of meaning, given by its place in `text`, whether the speaker asserts it."""
    starts = [start for start, _ in spans]
    denied = [False] * len(spans)
    for governed in (_negated, _reported, _taken_back):
        mine = {n for words in governed(text, starts) for n in words}
        denied = [before != (n in mine) for n, before in enumerate(denied)]
    return [not word for word in denied]


def _negated(text: str, starts: Sequence[int]) -> Iterator[Sequence[int]]:
    """The words after a negation; where a negated verb stands last in its clause ("logs I don't keep"), those before.

    "X, not Y" denies Y only, and the "no" of "no wait" denies nothing.
    """
    taken_back = [match.span() for match in _TAKEN_BACK.finditer(text)]
    for match in _NEGATION.finditer(text):
        if _NO_NEGATION.match(text, match.start()) or _within(taken_back, match.start()):
            continue
        after = _words(starts, match.end(), _end(_CLAUSE_END, text, match.end()))
        yield after[:REACH]
        contrast = _CONTRAST.search(text, max(match.start() - LEAD, 0), match.start())
        if len(after) < FEW and _OF_A_VERB.search(match.group()) and not contrast:
            yield _words(starts, _statement_start(text, match.start()), match.start())[-REACH:]


def _within(spans: Sequence[tuple[int, int]], place: int) -> bool:
    at = bisect_right(spans, (place, len(spans) and spans[-1][1])) - 1
    return at >= 0 and place < spans[at][1]


def _reported(text: str, starts: Sequence[int]) -> Iterator[Sequence[int]]:
    for match in _REPORTED.finditer(text):
        yield _words(starts, match.end(), _end(_END_OF_REPORT, text, match.end()))


def _taken_back(text: str, starts: Sequence[int]) -> Iterator[Sequence[int]]:
    for match in _TAKEN_BACK.finditer(text):
        yield _words(starts, 0, match.start())[-RETRACTED:]


def _words(starts: Sequence[int], start: int, end: int) -> range:
    return range(bisect_left(starts, start), bisect_left(starts, end))


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    stop = min(start + FARTHEST, len(text))
    match = pattern.search(text, start, stop)
    return match.start() if match else stop


def _statement_start(text: str, end: int) -> int:
    begin = max(end - FARTHEST, 0)
    marks = list(_STATEMENT_END.finditer(text, begin, end))
    return marks[-1].end() if marks else begin
