"""What the calibration sees of a rubric line: a few figures with names, the same for every question."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from tools.graders.align import Alignment, Progress, align
from tools.graders.growing import Match
from tools.graders.overlap import overlap_features
from tools.graders.phrases import PhraseIndex
from tools.graders.stance import Odds, log_odds, stance
from tools.graders.windows import Window
from tools.rubric import RubricLine

LEAST_RIVAL = -0.5
NOTHING = Match()

Features = dict[str, float]


def contrary_of(line_id: str) -> str:
    """The name of the side that holds the contrary of a line."""
    return f"{line_id} contrary"


def area_of(line_id: str) -> str:
    """The name of the side that holds the area of an omission."""
    return f"{line_id} area"


class Reader:
    """A rubric that is ready to be found in answers. Making one takes a tenth of a second, so it is kept."""

    def __init__(self, key_points: Sequence[RubricLine], mistakes: Sequence[RubricLine], prompt: str) -> None:
        self.key_points, self.mistakes = list(key_points), list(mistakes)
        sides: dict[str, Iterable[str]] = {}
        for line in (*key_points, *mistakes):
            sides[line.id] = line.said
            sides |= {contrary_of(line.id): line.contrary} if line.contrary else {}
            sides |= {area_of(line.id): line.area} if line.area else {}
        self.index = PhraseIndex(sides, prompt)
        self._before: Progress | None = None  # of the answer that was read last; it may go on
        self._odds = {line.id: self._log_odds(line) for line in (*key_points, *mistakes) if line.contrary}

    def _log_odds(self, line: RubricLine) -> Odds:
        said, contrary = self.index.sides.index(line.id), self.index.sides.index(contrary_of(line.id))
        sizes = self.index.side_of.count(said), self.index.side_of.count(contrary)
        return log_odds(self.index.words[said], self.index.words[contrary], sizes)

    def read(self, answer: str) -> Alignment:
        """Where each side of the rubric was said."""
        found = align(self.index, answer, self._before)
        self._before = found.progress
        return found

    def topic(self, found: Alignment) -> Features:
        """The figures of the whole answer, for whether it is one to this question."""
        said = [found.matches[line.id] for line in self.key_points]
        return {
            "on_topic": found.on_topic,
            "substance": fmean(match.value for match in said),
            "substance_three": fmean(match.three for match in said),
        }

    def key_point(self, found: Alignment, line: RubricLine) -> Features:
        """The figures of a key point; `rival` is how far a mistake outdoes it in the same place."""
        said, right = found.matches[line.id], found.matches.get(contrary_of(line.id), NOTHING)
        rivals = [found.matches[mistake.id] for mistake in self.mistakes]
        here = [rival.value - said.value for rival in rivals if overlap(rival.window, said.window)]
        return {
            "said": said.value,
            "contrary": right.value,
            "rival": max([*here, LEAST_RIVAL]),
            **self._overlap(said),
            **self._common(line, said, right, (said.window, right.window)),
        }

    def mistake(self, found: Alignment, line: RubricLine, covered: Mapping[str, float]) -> Features:
        """The figures of a mistake; `covered` is the probability of each key point."""
        said, right = found.matches[line.id], found.matches.get(contrary_of(line.id), NOTHING)
        omission = float(line.kind == "omission")
        return {
            "said": said.plain,
            "contrary": right.plain,
            "omission": omission,
            "omission_area": omission * found.matches.get(area_of(line.id), NOTHING).plain,
            "omission_covered": omission * max((covered[point] for point in line.key_points), default=0.0),
            "substance": fmean(covered.values()) if covered else 0.0,
            **self._common(line, said, right, (said.place, right.place)),
        }

    def _overlap(self, match: Match) -> Features:
        statement = self.index.phrases[match.phrase] if match.phrase is not None else {}
        window = match.window.words if match.window else {}
        return overlap_features(statement, window, self.index.prompt, self.index.weigh)

    def _common(self, line: RubricLine, said: Match, right: Match, at: tuple[Window | None, Window | None]) -> Features:
        odds = self._odds.get(line.id, {})
        return {
            "said_three": said.three,
            "contrary_three": right.three,
            "said_stance": stance(odds, at[0]),
            "contrary_stance": stance(odds, at[1]),
        }


def overlap(a: Window | None, b: Window | None) -> bool:
    """Whether two windows share a part of the answer."""
    return bool(a and b and a.start < b.end and b.start < a.end)
