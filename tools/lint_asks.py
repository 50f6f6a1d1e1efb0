"""What is wrong with the hints and follow-ups of a question that has any; part of `razbor bank check`.

They are read before the breakdown is open, so none of them may say what the answer should.
"""

from collections.abc import Iterator

from tools.graders.text import tokens
from tools.lint_phrases import LANGS, SHOWN, Finding, Step
from tools.question import Lang, Question

HINTS = 2
MOST_GIVEN = 0.4  # of the telling words of a rubric line


def check_asks(question: Question) -> Iterator[Finding]:
    """Which hints and follow-ups are missing, or tell a piece of the answer."""
    if question.hints and len(question.hints) != HINTS:
        yield "lint.hints", ("hints",), {"count": len(question.hints), "want": HINTS}
    for lang in LANGS:
        wording = question.wording(lang)
        statements = [*wording.key_points, *wording.contraries.values()]
        for n, text in enumerate(wording.hints):
            for line in statements:
                yield from _giveaway(question, lang, ("hints", n), text, line)
        for n, text in enumerate(wording.follow_ups):
            yield from _giveaway(question, lang, ("follow_ups", n), text, wording.key_points[n])


def _giveaway(question: Question, lang: Lang, place: tuple[str, int], text: str, line: str) -> Iterator[Finding]:
    known = _telling(f"{question.prompt} {question.en.prompt} {question.ru.prompt}")
    secret = _telling(line) - known
    given = secret & _telling(text)
    if given and (len(given) > MOST_GIVEN * len(secret) or any(word[0].isdigit() for word in given)):
        steps: tuple[Step, ...] = (lang, *place) if getattr(getattr(question, lang), place[0]) else place
        shown: dict[str, object] = {"text": text[:SHOWN], "words": ", ".join(sorted(given)), "line_text": line[:SHOWN]}
        yield "lint.gives_away", steps, shown


def _telling(text: str) -> set[str]:
    return {token.stem for token in tokens(text) if not token.stop}
