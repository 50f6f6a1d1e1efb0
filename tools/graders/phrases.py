"""The phrases of a question's rubric, indexed by their stems: what the windows of an answer are compared with."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from tools.graders.glossary import concepts
from tools.graders.scope import polarities
from tools.graders.text import Token, is_russian, tokens, words

PROMPT_WEIGHT = 0.4  # a word of the prompt says that the topic was met, not what was said of it
LEAST_WEIGHT = 6.0  # a phrase of one or two words must not be matched by one of them
SHORTEST = 5  # letters of a stem that is mended; in shorter ones another letter makes another word
NEAREST = 80  # similarity (0 to 100) from which an unknown word counts as a misspelt known one

Words = dict[str, bool]  # stem -> asserted


def words_of(text: str) -> Words:
    """The words of meaning in a text, each with its polarity; one that is asserted anywhere counts as asserted."""
    kept = [token for token in tokens(text) if not token.stop]
    found: Words = {}
    for token, asserted in zip(kept, polarities(text, [(t.start, t.end) for t in kept]), strict=True):
        found[token.stem] = found.get(token.stem, False) or asserted
    return found


class Use(NamedTuple):
    """Where a rubric uses a word: phrases that say it the same way or the other way, and sides.

    With a side stands what the word adds to its breadth, with polarity and without.
    """

    agreeing: list[int]
    opposing: list[int]
    sides: list[int]
    shares: list[tuple[int, float]]
    plain_shares: list[tuple[int, float]]


class PhraseIndex:
    """The sides of a rubric, each with its phrases. A side is "kp1", "m1", "m1 contrary" or "m1 area".

    A stem weighs log(1 + lines / lines that use it): inverse document frequency (Spärck Jones 1972) with the rubric
    lines as documents. Words of the prompt weigh 0.4 of that.
    """

    def __init__(self, sides: Mapping[str, Iterable[str]], prompt: str) -> None:
        texts = {side: list(dict.fromkeys(phrases)) for side, phrases in sides.items()}
        self.sides = list(texts)
        self.prompt = words_of(prompt)
        by_side = [[found for found in map(words_of, phrases) if found] for phrases in texts.values()]
        self.phrases = [phrase for phrases in by_side for phrase in phrases]
        ends = list(accumulate(map(len, by_side), initial=0))
        self.places = [slice(first, end) for first, end in pairwise(ends)]  # of each side's phrases among all
        self.side_of = [side for side, phrases in enumerate(by_side) for _ in phrases]
        self.words = [Counter(word for phrase in phrases for word in phrase.items()) for phrases in by_side]
        self.weight = self._weights()
        self.total = [max(math.fsum(map(self.weigh, phrase)), LEAST_WEIGHT) for phrase in self.phrases]
        self.spread = [{w: self.weigh(w[0]) * math.sqrt(n) for w, n in words.items()} for words in self.words]
        stems = [Counter(stem for phrase in phrases for stem in phrase) for phrases in by_side]
        self.plain_spread = [{s: self.weigh(s) * math.sqrt(n) for s, n in side.items()} for side in stems]
        self._postings: dict[str, list[tuple[int, bool]]] = {}
        for number, phrase in enumerate(self.phrases):
            for stem, asserted in phrase.items():
                self._postings.setdefault(stem, []).append((number, asserted))
        self._uses: dict[tuple[str, bool], Use] = {}  # of the words that came in answers so far
        self._cyrillic = any(map(is_russian, self.weight))
        self._long_stems = sorted(stem for stem in self.weight if len(stem) >= SHORTEST and stem.isalpha())
        self._bridges = self._bridge(text for phrases in texts.values() for text in phrases)

    def use(self, word: tuple[str, bool]) -> Use | None:
        """Who uses a stem, asserted or denied; None for one that the rubric does not know."""
        if word[0] in self.weight and word not in self._uses:
            self._uses[word] = self._use(*word)
        return self._uses.get(word)

    def _use(self, stem: str, asserted: bool) -> Use:
        postings, word = self._postings[stem], (stem, asserted)
        sides = [side for side, spread in enumerate(self.plain_spread) if stem in spread]
        return Use(
            [phrase for phrase, polarity in postings if polarity == asserted],
            [phrase for phrase, polarity in postings if polarity != asserted],
            sides,
            [(side, self.spread[side][word]) for side in sides if word in self.spread[side]],
            [(side, self.plain_spread[side][stem]) for side in sides],
        )

    def _weights(self) -> dict[str, float]:
        lines: dict[str, set[str]] = {}
        for side, found in zip(self.sides, self.words, strict=True):
            lines.setdefault(side.split()[0], set()).update(stem for stem, _ in found)
        used_by = Counter(stem for stems in lines.values() for stem in stems)
        self.unknown = math.log(1 + len(lines))
        return {
            stem: math.log(1 + len(lines) / count) * (PROMPT_WEIGHT if stem in self.prompt else 1)
            for stem, count in used_by.items()
        }

    def _bridge(self, texts: Iterable[str]) -> dict[str, str]:
        """Concept -> the weightiest stem by which the rubric names it."""
        bridges: dict[str, str] = {}
        for spoken in (list(words(text)) for text in dict.fromkeys(texts)):
            for concept, first, end in concepts(spoken):
                stems = [token.stem for token in spoken[first:end] if token.stem in self.weight]
                stems += [bridges[concept]] if concept in bridges else []
                if stems:
                    bridges[concept] = max(stems, key=lambda stem: (self.weight[stem], stem))
        return bridges

    def can_tell(self, stem: str) -> bool:
        """Whether a stem says anything of the topic: one in letters that the rubric has none of does not."""
        return self._cyrillic or not is_russian(stem)

    def weigh(self, stem: str) -> float:
        """What a stem weighs; one that the rubric does not know as much as one that a single line uses."""
        return self.weight.get(stem, self.unknown)

    def translate(self, text: Sequence[Token]) -> list[Token]:
        """The words of an answer as the rubric has them: bridged by the glossary, then mended where misspelt."""
        result = list(text)
        for concept, first, end in concepts(text):
            bridge = self._bridges.get(concept)
            if not any(token.stem in self.weight for token in text[first:end]):
                name = bridge or f"~{concept}"  # a term that the rubric does not use is still a term
                result[first] = Token(name, text[first].start, text[end - 1].end, stop=False)
        return [
            token if token.stop or token.stem in self.weight else token._replace(stem=self._mended(token.stem))
            for token in result
        ]

    def _mended(self, stem: str) -> str:
        if stem in self.weight or len(stem) < SHORTEST or not stem.isalpha():
            return stem
        from rapidfuzz import fuzz, process

        found = process.extractOne(stem, self._long_stems, scorer=fuzz.ratio, score_cutoff=NEAREST)
        return str(found[0]) if found else stem
