"""Quantities: the same amount has the same name, whatever its unit and language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.graders.quantity import number, quantities


def names(text: str) -> list[str]:
    return [quantity.name for quantity in quantities(text)]


@pytest.mark.parametrize(
    "same",
    [
        [
            "144 GB",
            "144GB",
            "144-GB",
            "144 gigabytes",
            "144 гигабайта",
            "144 ГБ",
            "144000 MB",
            "144,000 MB",
            "0.144 TB",
        ],
        ["half a byte", "полбайта", "0.5 bytes", "0,5 байта", "4 bits", "4-bit", "four bits", "4 бита"],
        ["72B", "72 млрд", "72 billion", "72 миллиарда", "72000 million", "72bn"],
        ["2 bytes", "two bytes", "2 B", "два байта", "16 bit", "16-битный"],
        ["100 ms", "0.1 s", "100 мс", "0,1 секунды"],
        ["5%", "5 percent", "5 процентов", "5 %", "five percent"],
        ["1.5 GB", "1,5 ГБ", "1500 MB"],
        ["2 days", "48 hours", "2 дня", "48 часов"],
        ["a hundred GB", "hundred GB", "100 GB", "сто гигабайт"],
    ],
)
def test_one_amount_has_one_name(same: list[str]) -> None:
    found = {text: names(text) for text in same}
    assert len({tuple(value) for value in found.values()}) == 1, found
    assert all(len(value) == 1 for value in found.values()), found


@pytest.mark.parametrize(("one", "other"), [("72B", "72 B"), ("4 bits", "4 bytes"), ("1 MB", "1 GB"), ("5 s", "5 ms")])
def test_other_amounts_have_other_names(one: str, other: str) -> None:
    assert names(one) != names(other)


@pytest.mark.parametrize("text", ["", "GB", "A100", "INT4", "v2", "kp1", "GPT-4", "section 3.2 shows", "x2b"])
def test_no_quantity_where_there_is_none(text: str) -> None:
    assert names(text) == []


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("0123456789.,- eGBМБк%½٣")), max_size=80))
def test_any_text_is_read_and_places_are_inside(text: str) -> None:
    ends = 0
    for quantity in quantities(text):
        assert ends <= quantity.start < quantity.end <= len(text)
        ends = quantity.end


@given(st.integers(1, 999), st.sampled_from([("GB", "MB", 1000), ("s", "ms", 1000), ("hours", "minutes", 60)]))
def test_a_unit_may_be_exchanged_for_a_smaller_one(amount: int, units: tuple[str, str, int]) -> None:
    large, small, factor = units
    assert names(f"{amount} {large}") == names(f"{amount * factor} {small}")


@given(st.integers(0, 10**9))
def test_thousands_may_be_set_apart(value: int) -> None:
    assert number(f"{value:,}") == number(str(value)) == value
