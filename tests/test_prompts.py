"""The catalogues: the same keys and the same blanks in both languages, and no key that the code lacks."""

import re
from pathlib import Path
from string import Formatter

from prompts import catalogue

ROOT = Path(__file__).parents[1]


def blanks(text: object) -> set[str]:
    return {
        name
        for part in ([text] if isinstance(text, str) else text)
        for _, name, _, _ in Formatter().parse(part)
        if name
    }  # type: ignore[union-attr]


def test_english_and_russian_have_the_same_keys_and_blanks() -> None:
    english, russian = catalogue("en"), catalogue("ru")
    assert set(english) == set(russian)
    for key in english:
        assert blanks(english[key]) == blanks(russian[key]), key


def test_every_russian_text_is_russian() -> None:
    wordless = ("topic.", "plain.session", "origin.quoted", "command.edited")
    for key, text in catalogue("ru").items():
        assert re.search("[а-яё]", "".join(text), re.IGNORECASE) or key.startswith(wordless), key


def test_every_key_named_in_the_code_exists() -> None:
    known = set(catalogue("en")) | set(catalogue("model"))
    sections = {key.split(".")[0] for key in known}
    for path in (path for room in ("agent", "tools", "transcripts") for path in (ROOT / room).rglob("*.py")):
        for key in re.findall(r'"([a-z]+\.[a-z_]+)"', path.read_text("utf-8")):
            section, _, name = key.partition(".")
            if section in sections - {"tools"} and name not in ("py", "txt", "sql"):  # else it is a file
                assert key in known, f"{path}: {key}"
