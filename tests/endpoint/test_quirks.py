"""Every quirk of the catalogue is played over the wire; `python -m tests.endpoint.test_quirks` counts them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.endpoints import Endpoint
from agent.models.failure import EndpointError
from agent.models.reply import Accumulator
from agent.models.sse import GarbledError, payloads
from agent.models.wire import Wire
from tests.endpoint import rows_calls, rows_requests, rows_streams, rows_weather
from tests.endpoint.holding import QUICK
from tests.endpoint.quirk import Row, play
from tests.endpoint.scripted import Response, Script, say, sse

ROWS = [*rows_calls.ROWS, *rows_streams.ROWS, *rows_requests.ROWS, *rows_weather.ROWS]
STREAMED = [row for row in ROWS if row.strange]
CATALOGUE = {
    "Q01", "Q02", "Q03", "Q04", "Q05", "Q06", "Q08", "Q09", "Q12", "Q13", "Q14",
    "Q15", "Q16", "Q17", "Q18", "Q19", "Q20",
    "Q23", "Q24", "Q25", "Q26", "Q27", "Q30", "Q31",
    "Q32", "Q33", "Q34", "Q35", "Q36", "Q37", "Q38", "Q39", "Q40", "Q41", "Q42", "Q43", "Q44", "Q45", "Q47", "Q48",
    "Q49", "Q50", "Q51", "Q52", "Q54",
    "Q55", "Q57", "Q59", "Q60", "Q61", "Q62", "Q63",
    "Q64", "Q65", "Q66", "Q67", "Q68", "Q69", "Q70", "Q71", "Q72",
    "Q73", "Q74", "Q75", "Q76", "Q77", "Q78", "Q79", "Q80", "Q81", "Q82", "Q83",
    "Q84", "Q85", "Q86", "Q87", "Q88", "Q89", "Q90", "Q91", "Q92", "Q93",
    "Q94", "Q96", "Q97", "Q98", "Q99",
    "Q100", "Q101",
}  # fmt: skip
# Where the model does not hold the interview to its end: the endpoint is dead, or the model is of no use.
TAKEN_OVER = {
    "Q51/never", "Q61/always", "Q62/always", "Q63/always", "Q87/failed", "Q88/long", "Q89", "Q89/402",
    "Q91/html", "Q91/list", "Q92/dead", "Q94",
}  # fmt: skip
SHAPES = {
    **{f"{row.quirk}-{n}": response for row in rows_streams.ROWS for n, response in enumerate(row.strange)},
    "plain": say("Please go ahead."),
    "line ends": Response([say("Please go ahead.").body.replace(b"\n", b"\r\n")]),
    "several bytes a letter": sse('data: {"choices": [{"delta": {"content": "\U0001f642 да"}}]}\n\n'),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.quirk)
def test_row(row: Row, tmp_path: Path) -> None:
    """The quirk comes to what it should."""
    play(row, tmp_path)


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[Script, Wire]]:
    """A server that plays whatever its `forever` is, and a connection to it."""
    with Script(forever=say("Hello.")) as script:
        wire = Wire(Endpoint(script.url, "scripted"), QUICK)
        yield script, wire
        wire.close()


def received(line: tuple[Script, Wire], response: Response) -> tuple[Any, ...]:
    """What is understood of a response that came over the wire, or how it failed."""
    script, wire = line
    script.forever = response
    turn, kind = Accumulator(), ""
    try:
        with wire.chat({"model": "scripted", "messages": [], "stream": True}) as chunks:
            for chunk in chunks:
                turn.add(chunk)
    except EndpointError as error:
        kind = error.kind
    return (turn.reply(), turn.usage, turn.answered, kind)


@pytest.mark.parametrize("row", STREAMED, ids=lambda row: row.quirk)
def test_row_byte_by_byte(row: Row, line: tuple[Script, Wire]) -> None:
    """The network may cut a stream anywhere: each byte on its own makes the same turn as all at once."""
    for response in row.strange:
        assert received(line, response.byte_by_byte()) == received(line, response)


def heard(pieces: list[bytes]) -> tuple[Any, ...]:
    """What is understood of a response, or that it is garbled."""
    turn = Accumulator()
    try:
        for chunk in payloads(pieces):
            turn.add(chunk)
    except GarbledError as error:
        return (turn.reply(), str(error))
    return (turn.reply(), turn.usage, turn.answered)


@pytest.mark.parametrize("response", SHAPES.values(), ids=SHAPES)
def test_cut_in_two_anywhere(response: Response) -> None:
    """A response in two pieces is what it is in one."""
    body = response.body
    expected = heard([body])
    for at in range(len(body) + 1):
        assert heard([body[:at], body[at:]]) == expected, body[:at]


def test_every_quirk_has_a_row() -> None:
    """All of the catalogue, nothing twice."""
    assert {row.id for row in ROWS} == CATALOGUE
    assert [name for name, times in Counter(row.quirk for row in ROWS).items() if times > 1] == []
    assert {row.quirk for row in ROWS if row.by == "take-over"} == TAKEN_OVER


def count() -> str:
    """The rows, by who holds the interview."""
    by = Counter(row.by for row in ROWS)
    forms = len([row for row in ROWS if row.by != "unit"])
    return (
        f"{len(ROWS)} rows for {len({row.id for row in ROWS})} of {len(CATALOGUE)} quirks; of {forms} interviews: "
        f"{by['model']} held by the model, {by['rescue']} with a turn taken by razbor, {by['take-over']} by take-over, "
        f"{by['remedy']} ended by a remedy before the first question; {by['unit']} rows are checks of their own"
    )


if __name__ == "__main__":
    print(count())
