"""The judge: a model is asked about each rubric line, and code decides what of its reply stands.

One structured request per answer, without tools and history; a line that comes out unsure is asked once more, alone.
No verdict stands without the candidate's own words, nor against what the local grader knows better than a model can
be talked out of: in an answer to another question nothing is covered, and no key point of which the words of the
answer say next to nothing. The score is computed as ever.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence

from prompts import say
from tools.graders.calibration import Kind
from tools.graders.judging import PROVED, UNSURE, Judged, messages, prompt_sha256, read_verdicts, schema
from tools.graders.local import LocalGrader
from tools.graders.reading import Reading
from tools.question import Lang, Question
from tools.rubric import RubricLine, graded, line_texts, ungraded
from transcripts.events import Json
from transcripts.grade import Grade, GraderId, KeyPointLine, MistakeLine

VERSION = "1"
LONGEST = 6_000  # characters of an answer that a judge is given
TOKENS_A_LINE, TOKENS_MORE = 70, 60  # room for the reply
PLAUSIBLE: dict[Kind, float] = {"phrases": 0.2, "bare": 0.05}  # least probability by the words of a covered line
LINES_A_QUOTE = 2  # that one quote may prove
Ask = Callable[[Sequence[Json], Json, int], str]  # messages, schema, most tokens -> the reply's text


class JudgeUnavailableError(Exception):
    """The judge gave nothing that can be used; the text says why, in the candidate's language."""


class JudgeGrader:
    """Grades by asking a model. `ask` raises JudgeUnavailableError; then `local` grades, or with `alone` nobody."""

    def __init__(
        self, ask: Ask, model: str, local: LocalGrader, *, alone: bool = False, says: Lang | None = None
    ) -> None:
        self.id = GraderId(name="judge", version=VERSION, model=model, prompt_sha256=prompt_sha256())
        self.dropped: Counter[str] = Counter()
        self._ask = ask
        self._local = local
        self._alone = alone
        self._says = says  # the language of notes; else that of the rubric

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer; `disagreed` names the lines on which the local grader holds the contrary."""
        reading = self._local.readers.read(question, answer, lang)
        local = self._local.grade_reading(reading, question, answer, lang)
        if not reading.found.parts:  # nothing was said: there is nothing to ask
            return local
        try:
            judged = self._judged(question, answer, lang)
        except JudgeUnavailableError as error:
            if self._alone:
                return ungraded(question, str(error), self.id, lang)
            note = say("judge.graded_locally", self._says or lang, reason=error)
            return local.model_copy(update={"notes": [note]})
        judged = _plausible(judged, reading)
        points = [KeyPointLine(**_line(line, judged[line.id])) for line in reading.reader.key_points]
        mistakes = [MistakeLine(**_line(line, judged[line.id])) for line in reading.reader.mistakes]
        grade = graded(question, answer, lang, (points, mistakes), self.id)
        return grade.model_copy(update={"disagreed": disagreed(grade, local)})

    def _judged(self, question: Question, answer: str, lang: Lang) -> dict[str, Judged]:
        if len(answer) > LONGEST:
            raise JudgeUnavailableError(say("judge.too_long", self._says or lang, limit=LONGEST))
        ids = list(line_texts(question, lang))
        judged = self._asked(question, answer, ids)
        unsure = [line for line in ids if judged[line].verdict == UNSURE]
        if 2 * len(unsure) > len(ids):
            raise JudgeUnavailableError(say("judge.unusable", self._says or lang, lines=len(unsure), of=len(ids)))
        for line in unsure:
            try:
                judged |= self._asked(question, answer, [line])
            except JudgeUnavailableError:  # what was said before stands
                break
        return judged

    def _asked(self, question: Question, answer: str, ids: Sequence[str]) -> dict[str, Judged]:
        request = messages(question, answer, ids, secrets.token_hex(6))
        reply = self._ask(request, schema(ids), TOKENS_A_LINE * len(ids) + TOKENS_MORE)
        judged = read_verdicts(reply, answer, ids)
        self.dropped.update(one.dropped for one in judged.values() if one.dropped)
        return judged


def _plausible(judged: dict[str, Judged], reading: Reading) -> dict[str, Judged]:
    """What is left of the verdicts when no line is covered against all probability, or by a quote for everything."""
    floor, used = PLAUSIBLE[reading.kind], Counter[str]()
    result = {}
    for line, one in judged.items():
        possible = reading.covered[line] >= floor if one.verdict == "covered" else True
        if one.verdict == "covered" and one.quote:
            used[one.quote] += 1
            possible = possible and used[one.quote] <= LINES_A_QUOTE
        result[line] = one if possible else Judged(dropped="implausible")
    return result


def _line(line: RubricLine, judged: Judged) -> Json:
    quote = judged.quote if judged.verdict in PROVED else None
    return {"id": line.id, "text": line.text, "verdict": judged.verdict, "quote": quote}


def disagreed(one: Grade, other: Grade) -> list[str]:
    """The lines on which two grades are sure of different things."""
    mine, theirs = _sure(one), _sure(other)
    return [line for line, verdict in mine.items() if verdict != theirs.get(line, verdict)]


def _sure(grade: Grade) -> dict[str, str]:
    return {line.id: line.verdict for line in grade.lines if line.verdict != UNSURE}
