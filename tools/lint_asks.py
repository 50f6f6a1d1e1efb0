"""What is wrong with the hints and follow-ups of a question that has any; part of `razbor bank check`.

They are read before the breakdown is open, so none of them may say what the answer should.
"""

from collections.abc import Iterator

from tools.graders.text import telling
from tools.lint_phrases import LANGS, SHOWN, Finding, Step
from tools.question import Question, Wording

HINTS = 2
MOST_GIVEN = 0.4  # of the telling words of a rubric line


def check_asks(question: Question) -> Iterator[Finding]:
    """Which hints and follow-ups are missing, or tell a piece of the answer."""
    if question.hints and len(question.hints) != HINTS:
        yield "lint.hints", ("hints",), {"count": len(question.hints), "want": HINTS}
    known = telling(f"{question.prompt} {question.en.prompt} {question.ru.prompt}")
    for lang in LANGS:
        for place, text, line in _asks(question.wording(lang)):
            secret = telling(line) - known
            given = secret & telling(text)
            if given and (len(given) > MOST_GIVEN * len(secret) or any(word[0].isdigit() for word in given)):
                steps: tuple[Step, ...] = (lang, *place) if getattr(getattr(question, lang), place[0]) else place
                words = ", ".join(sorted(given))
                yield "lint.gives_away", steps, {"text": text[:SHOWN], "words": words, "line_text": line[:SHOWN]}


def _asks(wording: Wording) -> Iterator[tuple[tuple[str, int], str, str]]:
    """Each hint beside each statement of the answer, each follow-up beside its key point; where it stands first."""
    for n, text in enumerate(wording.hints):
        for line in (*wording.key_points, *wording.contraries.values()):
            yield ("hints", n), text, line
    for n, (text, line) in enumerate(zip(wording.follow_ups, wording.key_points, strict=False)):
        yield ("follow_ups", n), text, line
