"""One name for one concept: "kv-кэш" and "KV cache", "дрифт" and "drift", "p-value" and "уровень значимости".

`glossary.txt` has a concept per line, its variants between bars, the plain English one first. Variants are compared
by their stems, so word forms need no entries of their own. The glossary is a bridge, used where a candidate's word
does not occur in the rubric: where it does, the word itself says more than its concept.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tools.graders.text import Token, words

HERE = Path(__file__).parent


def lines() -> Iterator[list[str]]:
    """The concepts, each as its variants."""
    for line in (HERE / "glossary.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield [variant.strip() for variant in line.split("|")]


@cache
def _variants() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First stem of a variant -> the variants that begin so, longest first, each with its concept."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for variants in lines():
        for variant in variants:
            stems = tuple(word.stem for word in words(variant))
            if stems:
                found.setdefault(stems[0], []).append((stems, variants[0]))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


def concepts(text: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """The concepts that a run of words names: (concept, first word, word after the last), longest first at a place."""
    known, place, said = _variants(), 0, tuple(word.stem for word in text)
    while place < len(said):
        for stems, concept in known.get(said[place], ()):
            if said[place : place + len(stems)] == stems:
                yield concept, place, place + len(stems)
                place += len(stems) - 1
                break
        place += 1
