"""A terminal for each test that wants one, closed when the test is over."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.terminal.driving import Terminal, razbor

Open = Callable[..., Terminal]


@pytest.fixture
def tty() -> Iterator[Open]:
    """Start razbor with these arguments at a terminal; `command=` starts something else."""
    opened: list[Terminal] = []

    def start(*arguments: object, command: list[str] | None = None, **settings: Any) -> Terminal:
        opened.append(Terminal(command or razbor(*arguments), **settings))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
