"""What an interviewer must not say, noticed by code: a score, a verdict, the answer, the wrong language. Pure.

Nothing depends on a model keeping to its prompt: words that fail here are not shown, and the model is told why.
The signs are in manners.toml.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tomli

from tools.attempt import Attempt
from tools.graders.text import is_russian, telling
from tools.interview import Step
from tools.question import Lang

HERE = Path(__file__).parent
MAX_SPEECH = 700  # characters; a sentence or two is what was asked for
GIVEN_AWAY = 0.6  # of the telling words of one statement of the answer
FEWEST_WORDS = 3  # telling words by which a statement can be recognised
OTHER_WORDS = 5  # telling words outside the prompt that make an invitation another question
FEWEST_LETTERS = 12  # from which on a language can be told
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Speech:
    """Words that the interviewer is about to say: at which step, of which question."""

    words: str
    step: Step
    attempt: Attempt | None
    lang: Lang


def fault(speech: Speech, but: Collection[str] = ()) -> str:
    """Why these words may not be shown; "" when they may. The names are keys of [turn] in the model's catalogue.

    Those in `but` are not looked for.
    """
    return next((name for name, found in _FAULTS.items() if name not in but and found(speech)), "")


@cache
def _signs(name: str) -> re.Pattern[str]:
    patterns = tomli.loads((HERE / "manners.toml").read_text("utf-8"))[name]
    return re.compile("|".join(patterns), re.IGNORECASE)


def _has(name: str) -> Callable[[Speech], bool]:
    return lambda speech: bool(_signs(name).search(speech.words))


def _judges(speech: Speech) -> bool:
    sentences = [part.strip() for part in _SENTENCE.split(speech.words)]
    statements = " ".join(part for part in sentences if not part.endswith("?"))
    return (
        any(_begins_with_verdict(part, speech.step) for part in sentences)
        or bool(_signs("praises").search(speech.words))
        or bool(_signs("judges").search(statements))
    )


def _begins_with_verdict(sentence: str, step: Step) -> bool:
    """Such as "Great, what else?"; but "Great, please begin", before there is an answer, judges nothing."""
    found = _signs("verdicts").match(sentence) or _signs("plain_verdicts").match(sentence)
    return found is not None and not (step is Step.INTRODUCE and sentence[found.end() :].startswith(","))


def _ends_early(speech: Speech) -> bool:
    return speech.step is not Step.FAREWELL and bool(_signs("ends_early").search(speech.words))


def _asks_other(speech: Speech) -> bool:
    """A question of its own in the place of the invitation: much is asked that is not in the prompt."""
    if speech.step is not Step.INTRODUCE or speech.attempt is None or "?" not in speech.words:
        return False
    prompt = telling(speech.attempt.question.wording(speech.lang).prompt)
    return len(telling(speech.words) - prompt) >= OTHER_WORDS


def _no_question(speech: Speech) -> bool:
    return speech.step is Step.FOLLOW_UP and "?" not in speech.words and not _signs("request").search(speech.words)


def _repeats(speech: Speech) -> bool:
    return speech.step is Step.FOLLOW_UP and speech.attempt is not None and says_again(speech.words, speech.attempt)


def says_again(words: str, attempt: Attempt) -> bool:
    """Whether the interviewer has said this already, to the word, about this question."""
    return _plain(words) in map(_plain, attempt.spoken)


def _wrong_language(speech: Speech) -> bool:
    letters = sum(char.isalpha() for char in speech.words)
    return letters >= FEWEST_LETTERS and is_russian(speech.words) != (speech.lang == "ru")


def _gives_away(speech: Speech) -> bool:
    """Whether a statement of the answer is in the words, that is in neither the question nor the answer so far."""
    attempt = speech.attempt
    if attempt is None or attempt.revealed:
        return False
    wording = attempt.question.wording(speech.lang)
    known = telling(f"{wording.prompt} {attempt.answer}")
    spoken = telling(speech.words)
    for statement in (wording.short_answer, *wording.key_points, *wording.mistakes, *wording.contraries.values()):
        new = telling(statement) - known
        if len(new & spoken) >= max(FEWEST_WORDS, GIVEN_AWAY * len(new)):
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


_FAULTS: dict[str, Callable[[Speech], bool]] = {
    "too_long": lambda speech: len(speech.words) > MAX_SPEECH,
    "announces_score": _has("announces_score"),
    "judges": _judges,
    "plays_candidate": _has("plays_candidate"),
    "ends_early": _ends_early,
    "asks_other": _asks_other,
    "no_question": _no_question,
    "tells_answer": _gives_away,
    "repeats": _repeats,
    "wrong_language": _wrong_language,
}
