"""What a shell offers at TAB, by argcomplete's protocol: the line stands in the environment, the answer goes to fd 8.

What may follow a flag or stand at a place says its metavar: words in small letters stand for themselves, FILE is a
file, ID a question or an interview. Where something is wrong, nothing is offered; a TAB is no place for an error.
"""

import os
from argparse import SUPPRESS, Action, Namespace
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from agent.cli import COMMANDS, build_parser, with_command
from agent.config import known_profiles, shelf_file, transcripts_folder
from agent.flags import Parser
from prompts import LANGUAGES
from tools.bank import Bank, load
from transcripts.errors import InputError

FILES = {"FILE", "PATH", "FOLDER", "LABELLED.jsonl"}
ON_ONE = ("show", "rm")  # what is done with one of the things that a command lists

Completer = Callable[..., list[str]]


def complete() -> None:
    """Answer the shell and end the process."""
    from argcomplete import autocomplete
    from argcomplete.lexers import split_line

    words = split_line(os.environ["COMP_LINE"], int(os.environ["COMP_POINT"]))[3][1:]
    autocomplete(_parser(words), always_complete_options=False)


def _parser(words: Sequence[str]) -> Parser:
    """The command line as far as it is typed, each of its arguments with what may stand there."""
    try:
        asked = with_command(words)[0]
    except InputError:  # no command, and not the place to say so
        asked = "interview"
    parser = build_parser(asked, bare=True)
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to its arguments, here and below
        _offer(action, "interview", words)
        if asked in words and action.option_strings:
            action.help = SUPPRESS  # understood in front of the command, and not offered behind it
        if action.dest == "command" and isinstance(action.choices, dict):
            for of_command in action.choices[asked]._actions if asked in COMMANDS else ():  # noqa: SLF001
                _offer(of_command, asked, words)
    return parser


def _offer(action: Action, command: str, words: Sequence[str]) -> None:
    if action.choices is None:
        action.completer = _completer(action, command, words)  # type: ignore[attr-defined]  # argcomplete's


def _completer(action: Action, command: str, words: Sequence[str]) -> Completer:
    kinds = str(action.metavar or "").split("|")

    def find(prefix: str, parsed_args: Namespace, **_: object) -> list[str]:
        doing = getattr(parsed_args, "action", None) if command in ("bank", "sessions") else None
        with suppress(InputError, OSError):
            names = [*_names(action.dest, kinds, command, words)] if doing in (None, *ON_ONE) else []
            names = [name for name in names if name.startswith(prefix)]
            return names or (_files(prefix) if FILES & {*kinds} and doing not in ON_ONE else [])
        return []

    return find


def _names(dest: str, kinds: Sequence[str], command: str, words: Sequence[str]) -> Iterable[str]:
    """The names that are known for this place."""
    if dest == "lang":
        yield from LANGUAGES
    elif dest == "profile":
        yield from known_profiles()
    elif dest == "topic":
        yield from sorted({head.topic for head in _bank(words).heads.values()})
    elif "QUESTION" in kinds or ("ID" in kinds and (command == "bank" or dest == "question")):
        yield from _bank(words).heads
    else:
        yield from (kind for kind in kinds if kind.islower())
        if "ID" in kinds:
            recorded = (path.stem for path in transcripts_folder().glob("*.jsonl"))
            yield from sorted((name for name in recorded if name.isprintable()), reverse=True)  # the newest first


def _bank(words: Sequence[str]) -> Bank:
    """The questions, with those of each --bank on the line."""
    paths = [Path(path).expanduser() for flag, path in pairwise(words) if flag == "--bank"]
    paths += [Path(word.removeprefix("--bank=")).expanduser() for word in words if word.startswith("--bank=")]
    return load(paths, builtin="--no-builtin" not in words, shelf=shelf_file())


def _files(prefix: str) -> list[str]:
    """The files whose paths begin so; folders end in a slash, since one goes on from there."""
    at = prefix.rfind("/") + 1
    folder, begun = prefix[:at], prefix[at:]
    with os.scandir(Path(folder).expanduser()) as entries:
        found = [entry.name + "/" * entry.is_dir() for entry in entries if entry.name.startswith(begun)]
    shown = (name for name in sorted(found) if name.isprintable() and (begun or not name.startswith(".")))
    return [folder + name for name in shown]
