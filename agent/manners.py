"""What an interviewer must not say, noticed by code: a score, a verdict, the answer, the wrong language. Pure.

Nothing depends on a model keeping to its prompt: words that fail here are not shown, and the model is told why.
"""

import re

from tools.graders.text import is_russian, tokens
from tools.interview import Attempt, Step
from tools.question import Lang

MAX_SPEECH = 700  # characters; a sentence or two is what was asked for
GIVEN_AWAY = 0.6  # of the telling words of one statement of the answer
FEWEST_WORDS = 4  # telling words that a statement must have to be recognised by them
FEWEST_LETTERS = 12

_SCORE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:/|out of|of|из)\s*10\b|\b(?:score|grade|mark)\w*\b.{0,20}\d|\bоцен[кя]\w*.{0,20}\d"
    r"|\b\d+\s*(?:points?|балл\w*)\b|\b\d+\s?%",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"\b(?:(?:is|are|was|were|that's|it's|you're|absolutely|exactly|partially|mostly|not|completely)\s+"
    r"(?:quite\s+|entirely\s+|not\s+|partly\s+)?(?:correct|incorrect|right|wrong|mistaken|true|false|inaccurate|accurate)"
    r"|correct!|incorrect|(?:great|excellent|perfect|good|nice|strong|solid|weak|wonderful|impressive|thorough|brilliant)\s+"
    r"(?:\w+\s+)?(?:answer|job|point|explanation|response|work|understanding|overview)|well\s+(?:done|said|explained|put)"
    r"|you\s+(?:missed|forgot|omitted|covered|didn't mention|did not mention|failed to)|your\s+mistake"
    r"|excellent[.!]|perfect[.!]|exactly[.!])"
    r"|\b(?:верно|неверно|правильно|неправильно|некорректно|ошиб(?:ка|ся|лись|очно)|отличн(?:о[.!]|ый|ая)|прекрасн(?:о[.!]|ый)"
    r"|молодец|замечательн(?:о[.!]|ый)|хороший\s+ответ|слабый\s+ответ|вы\s+(?:упустили|забыли|не упомянули|пропустили))\b",
    re.IGNORECASE,
)

_CANDIDATE = re.compile(
    r"\b(?:i would(?! like| love)|i'd(?! like| love)|i(?:'m| am) ready to|i don't know|in my (?:opinion|experience)|i think that"
    r"|let me (?:explain|start by|answer)|(?:rephrase|clarify|repeat) (?:the|your|this) question|my answer"
    r"|я бы(?! хотел)|я готов|я не знаю|по-моему|на мой взгляд|позвольте (?:объяснить|ответить)|перефразир\w+|мой ответ)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:tell|describe|explain|walk|give|elaborate|consider|suppose|imagine|share|name|show|please"
    r"|расскажите|опишите|поясните|объясните|приведите|уточните|назовите|представьте|подумайте|покажите|пожалуйста)\b",
    re.IGNORECASE,
)


def fault(words: str, step: Step, attempt: Attempt | None, lang: Lang, said: list[str]) -> str:
    """Why these words may not be shown at this step; "" when they may. `said`: the interviewer's words so far."""
    if len(words) > MAX_SPEECH:
        return "too_long"
    if _SCORE.search(words) and not (attempt and _SCORE.search(attempt.question.wording(lang).prompt)):
        return "announces_score"
    if _VERDICT.search(words):
        return "judges"
    if _CANDIDATE.search(words):
        return "plays_candidate"
    if step is Step.FOLLOW_UP and "?" not in words and not _REQUEST.search(words):
        return "no_question"
    if attempt and not attempt.revealed and gives_away(words, attempt, lang):
        return "tells_answer"
    if step is Step.FOLLOW_UP and _plain(words) in [_plain(text) for text in said]:
        return "repeats"
    if sum(char.isalpha() for char in words) >= FEWEST_LETTERS and is_russian(words) != (lang == "ru"):
        return "wrong_language"
    return ""


def gives_away(words: str, attempt: Attempt, lang: Lang) -> bool:
    """Whether a statement of the answer is in the words, that is in neither the question nor the candidate's answer."""
    wording = attempt.question.wording(lang)
    known = _telling(f"{wording.prompt} {attempt.answer}")
    spoken = _telling(words)
    for statement in (wording.short_answer, *wording.key_points, *wording.mistakes, *wording.contraries.values()):
        new = _telling(statement) - known
        if len(new) >= FEWEST_WORDS and len(new & spoken) >= GIVEN_AWAY * len(new):
            return True
    return False


def _telling(text: str) -> set[str]:
    return {token.stem for token in tokens(text) if not token.stop}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
