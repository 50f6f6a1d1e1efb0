"""Typing and pasting at a terminal: what is on the screen while it is typed, and what is on record then."""

from pathlib import Path

import pytest

from tests.terminal.conftest import Open
from tests.terminal.driving import ALT_ENTER, BACKSPACE, BRACKETED, ENTER
from tests.terminal.talking import ONE, QUESTION, ended, said

PASTED = "\n".join(f"line {n} о подах" if n % 3 else "" for n in range(200)).strip()
WIDE = "日本語 👩‍💻 кот"
COMBINING = "Каи\u0306ф cafe\u0301"
MANY = ("--question", QUESTION, "--question", "safe-schema-migration", "--question", "rag-end-to-end",
        "--question", "llm-72b-a100-memory", "--follow-ups", "0")  # fmt: skip


def test_what_is_typed_and_pasted_is_shown_and_is_the_answer(tty: Open, home: Path) -> None:
    one = tty(*MANY, columns=60)
    one.wait_for("Question 1 of 4")
    one.wait_for_prompt()
    one.type(f"поддд{BACKSPACE}{BACKSPACE} и узел")
    one.wait_for("> под и узел")
    assert one.cursor[1] == len("> под и узел")
    one.type(f"{ALT_ENTER}второй")
    one.wait_for("> под и узел второй")
    one.type(ENTER)
    one.wait_for("Question 2 of 4")
    one.wait_for_prompt()
    one.type(WIDE)
    one.wait(lambda: one.cursor[1] == 2 + 6 + 1 + 4 + 1 + 3, "the cursor behind wide letters")
    one.type(BACKSPACE * len(WIDE) + COMBINING)
    one.wait_for("> Кайф café")
    assert one.rows[one.cursor[0]] == "> Кайф café"
    assert one.cursor[1] == len("> Кайф café")
    one.type(f"{BACKSPACE * len(COMBINING)}{(WIDE + ' ') * 9}")
    one.wait(lambda: "".join(one.text.split()).count("日本語👩💻кот") == 9, "nine times the wide words, whole")
    one.type(ENTER)
    one.wait_for("Question 3 of 4")
    one.wait_for_prompt()
    assert BRACKETED in one.screen.mode
    one.paste(PASTED)
    one.wait_for("line 199 о подах")
    one.type(ENTER)
    one.wait_for("Question 4 of 4")
    one.wait_for_prompt()
    one.type(f"ёж 你好{ENTER}")
    assert one.status() == 0
    assert one.faults == []
    assert [" ".join(text.split()) if n == 1 else text for n, text in enumerate(said(home))] == [
        "под и узел\nвторой", " ".join([WIDE] * 9), PASTED, "ёж 你好",
    ]  # fmt: skip
    assert ended(home) == "completed"


@pytest.mark.slow
def test_a_paste_at_a_terminal_without_brackets_is_one_answer(tty: Open, home: Path) -> None:
    one = tty(*ONE)
    one.wait_for_prompt()
    one.paste(PASTED, brackets=False)
    one.wait_for("line 199 о подах")
    one.type(ENTER)
    assert one.status() == 0
    assert said(home) == [PASTED]


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["й", "日", "и\u0306", "e\u0301", "👩‍💻", "🇷🇺", "👍🏽"])
def test_one_backspace_takes_one_letter_away(tty: Open, home: Path, letter: str) -> None:
    one = tty(*ONE)
    one.wait_for_prompt()
    one.type(f"под{letter}{BACKSPACE}ы{ENTER}")
    assert one.status() == 0
    assert said(home) == ["поды"]


@pytest.mark.slow
@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "", "LC_CTYPE": "C"}])
@pytest.mark.parametrize("flags", [(), ("--plain",)], ids=["keys", "plain"])
def test_cyrillic_is_read_and_shown_without_a_locale(
    tty: Open, home: Path, locale: dict[str, str], flags: tuple[str, ...]
) -> None:
    one = tty(*ONE, "--lang", "ru", *flags, **locale)
    one.wait_for("Вопрос 1 из 1")
    one.wait_for_prompt()
    one.type(f"Под{ENTER}" if flags else f"подд{BACKSPACE}{ENTER}")
    assert one.status() == 0
    assert [text.lower() for text in said(home)] == ["под"]
    assert "Итоги" in one.text or "Итог" in one.text
    assert "?" * 3 not in one.text
