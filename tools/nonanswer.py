"""Answers that say nothing: "I don't know", "не знаю", "pass", an empty line."""

import re
from functools import lru_cache

_NOTHING = re.compile(
    r"""\b(?:
      (?:i\ )?(?:really\ |honestly\ )?(?:do\ not|don'?t|dunno|can'?t|cannot|couldn'?t)\ ?(?:really\ )?
        (?:know|remember|recall|say|answer|have\ (?:an\ |any\ )?(?:answer|idea|clue))?
      | (?:i\ )?have\ no\ (?:idea|clue|answer) | no\ (?:idea|clue|answer) | not\ sure | idk | dunno
      | never\ (?:used|heard|worked|seen|did|done) | pass | skip | next(?:\ question)?(?:\ please)? | sorry
      | (?:я\ )?(?:не|ничего\ не|честно\ не|понятия\ не)\ (?:знаю|помню|знаком\w*|имею|могу|уверен\w*|скажу|готов\w*)
      | (?:без|нет)\ (?:понятия|идей|ответа) | понятия | ответить | затрудняюсь | пас | пропуст\w+ | дальше
      | следующий(?:\ вопрос)? | извини\w* | fine | ok(?:ay)? | ок | ладно | хорошо
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
MAX_LEFT = 4


@lru_cache(maxsize=8)  # which step is due depends on it, so it is asked again and again for the same few turns
def is_nonanswer(text: str) -> bool:
    """Whether a turn holds next to nothing once "I don't know" in its many forms is taken out of it."""
    words = re.findall(r"\w+", text)
    left = re.findall(r"\w+", _NOTHING.sub(" ", text.replace("’", "'")))
    return len(left) == 0 or (len(left) <= MAX_LEFT and len(left) < len(words))
