"""An answer turn by turn, with what is quoted of it marked in place."""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.printable import printable
from agent.terminal.marked import Stretch, stretches
from transcripts.events import Json


@dataclass(frozen=True)
class Piece:
    """Some words of a turn, printable; `ids` are the lines that quote them, `style` is empty where none does."""

    text: str
    style: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """What the candidate or the interviewer said, in pieces."""

    by: str
    pieces: list[Piece]


def turns(question: Json) -> list[Turn]:
    """The turns of a question, as facts have it; a quote that runs on into the next turn is marked in both."""
    lines = [*question["key_points"], *question["mistakes"]]
    texts = [printable(turn["text"]) for turn in question["turns"]]
    answers = [text for text, turn in zip(texts, question["turns"], strict=True) if turn["by"] == "candidate"]
    found = stretches("\n".join(answers), [(line["id"], line["verdict"], line["quote"]) for line in lines])
    shown, at = [], 0
    for text, turn in zip(texts, question["turns"], strict=True):
        if turn["by"] == "candidate":
            shown.append(Turn("candidate", list(_pieces(text, at, found))))
            at += len(text) + 1
        else:
            shown.append(Turn("interviewer", [Piece(text)]))
    return shown


def _pieces(text: str, offset: int, found: list[Stretch]) -> Iterator[Piece]:
    """The words of a turn that begins at `offset` of the answer."""
    at = 0
    for stretch in found:
        start, end = max(stretch.start - offset, 0), min(stretch.end - offset, len(text))
        if start < end:
            if at < start:
                yield Piece(text[at:start])
            yield Piece(text[start:end], stretch.style, stretch.ids)
            at = end
    if at < len(text):
        yield Piece(text[at:])
