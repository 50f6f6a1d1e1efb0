"""Whether words of the interviewer hold a piece of the answer. Pure, and independent of `manners`, which it checks.

`manners` looks at telling words in any order and stops what it finds; this looks for verbatim runs in what was shown.
"""

import math
import re
from collections.abc import Iterator, Sequence

from tools.attempt import Attempt
from tools.question import Question, sentences

RUN = 8  # words in a row that nobody says by chance
MOST = 0.6  # of a shorter line
FEWEST = 4  # words in a row, below which a match says nothing
NEW = 2  # words of the run that are in neither the question nor the answer
SHORT = 3  # letters of words that do not count as new


def given_away(words: str, attempts: Sequence[Attempt]) -> bool:
    """Whether the words hold eight words in a row, or most of a line, of a breakdown that is not open yet.

    What the question or the candidate said in the same words gives nothing away. Both languages are looked at.
    """
    spoken = _words(words)
    return any(_holds(spoken, attempt) for attempt in attempts if not attempt.revealed)


def _holds(spoken: list[str], attempt: Attempt) -> bool:
    known = [_words(text) for text in (*_prompts(attempt.question), *attempt.words)]
    heard = {word for text in known for word in text}
    for line in _lines(attempt.question):
        size = min(RUN, max(FEWEST, math.ceil(MOST * len(line))))
        runs = (_runs(spoken, size) & _runs(line, size)).difference(*(_runs(text, size) for text in known))
        if any(sum(len(word) > SHORT and word not in heard for word in run) >= NEW for run in runs):
            return True
    return False


def _prompts(question: Question) -> Iterator[str]:
    yield question.wording("en").prompt
    yield question.wording("ru").prompt


def _lines(question: Question) -> Iterator[list[str]]:
    """The sentences of the answer part, as words: what the breakdown shows, without its tips on how to say it."""
    for wording in (question.wording("en"), question.wording("ru")):
        statements = [*wording.key_points, *wording.mistakes, *wording.contraries.values()]
        for text in (*statements, *sentences(wording.short_answer), *sentences(wording.breakdown)):
            yield _words(text)


def _runs(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
