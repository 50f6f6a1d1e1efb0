"""The last step of the grader without a model: probabilities become verdicts; where they do not decide, `unsure`."""

from tools.graders.align import Alignment
from tools.graders.evidence import cut_quote
from tools.graders.features import NOTHING, area_of, contrary_of
from tools.graders.reading import Reading
from tools.graders.windows import Window
from tools.rubric import RubricLine
from transcripts.grade import KeyPointLine, KeyPointVerdict, MistakeLine, MistakeVerdict

COVERED = 0.4  # from this probability on a key point counts as said
PERHAPS = 0.3  # from this one on it may have been said
ACCUSED = 0.6  # a mistake is not alleged below this probability


def verdicts(reading: Reading, answer: str) -> tuple[list[KeyPointLine], list[MistakeLine]]:
    """The lines of the rubric, each with a verdict and its quote from the answer that was read."""
    reader, found, covered = reading.reader, reading.found, reading.covered
    points = [_key_point(line, found, covered[line.id], answer) for line in reader.key_points]
    mistakes = [_mistake(m, found, reading.chances.get(m.id, {}), covered, answer) for m in reader.mistakes]
    return points, mistakes


def _key_point(line: RubricLine, found: Alignment, chance: float, answer: str) -> KeyPointLine:
    verdict: KeyPointVerdict = "missing"
    if chance >= COVERED:
        verdict = "covered"
    elif chance >= PERHAPS:
        verdict = "unsure"
    window = found.matches[line.id].window if verdict != "missing" else None
    if window is None:
        return KeyPointLine(id=line.id, text=line.text, verdict="missing")
    return KeyPointLine(id=line.id, text=line.text, verdict=verdict, quote=cut_quote(answer, window.start, window.end))


def _mistake(
    line: RubricLine, found: Alignment, chances: dict[MistakeVerdict, float], covered: dict[str, float], answer: str
) -> MistakeLine:
    verdict: MistakeVerdict = max(chances, key=lambda name: chances[name]) if chances else "not_addressed"
    if verdict == "committed" and chances["committed"] < ACCUSED:
        verdict = "unsure"
    window = _evidence(line, found, verdict, covered)
    if window is None:  # no verdict without the candidate's own words
        return MistakeLine(id=line.id, text=line.text, verdict="not_addressed")
    return MistakeLine(id=line.id, text=line.text, verdict=verdict, quote=cut_quote(answer, window.start, window.end))


def _evidence(line: RubricLine, found: Alignment, verdict: str, covered: dict[str, float]) -> Window | None:
    """Where the answer shows what the verdict says."""
    if verdict == "not_addressed":
        return None
    said, right = found.matches[line.id], found.matches.get(contrary_of(line.id), NOTHING)
    if verdict == "avoided":
        points = sorted(line.key_points, key=lambda point: -covered[point])
        places = [right.place, *(found.matches[point].window for point in points), said.place]
    else:
        area = found.matches.get(area_of(line.id), NOTHING)
        places = [said.place, area.place] if said.plain >= area.plain else [area.place, said.place]
    return next((place for place in places if place), None)
