"""What is said to the user beside the data: lines on stderr, harmless for a terminal."""

import sys

from agent.printable import printable
from prompts import say
from transcripts.errors import InputError


def remark(key: str, lang: str, /, *, named: bool = False, **values: object) -> None:
    """Say one line; `named`: as razbor's own, as errors are. No name in it can look like a line of its own."""
    line = printable(say(key, lang, **values)).replace("\n", " ").strip()
    _print(f"razbor: {line}" if named else line)


def complain(text: str) -> None:
    """Say in one line what is wrong."""
    _print(f"razbor: {' '.join(printable(text).split())}")


def _print(line: str) -> None:
    """A line; at a terminal it is broken between words."""
    if sys.stderr.isatty():
        import shutil

        from agent.terminal.columns import wrapped

        line = "\n".join(wrapped(line, shutil.get_terminal_size((80, 24)).columns, breaking=False))
    print(line, file=sys.stderr)


def explain(error: InputError, lang: str) -> str:
    """The one line for an error, harmless for a terminal; what others say in it is in the user's language."""
    from agent.problems import told

    values = {name: told(value, lang) for name, value in error.values.items()}
    return " ".join(printable(say(error.key, lang, **values)).split())
