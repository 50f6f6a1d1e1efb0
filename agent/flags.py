"""What argparse says, in the language of the user: headings of a help text, and what is wrong with the flags."""

import re
from argparse import ArgumentParser, HelpFormatter
from typing import Any, NoReturn

from prompts import catalogue, say
from transcripts.errors import InputError

_HEADINGS = {"positional arguments": "help.arguments", "options": "help.options"}
_PROBLEMS = {  # what argparse says: how we say it; whatever else it may say stays as it is
    r"unrecognized arguments: (?P<what>.*)": "flags.unknown",
    r"the following arguments are required: (?P<what>.*)": "flags.required",
    r"argument (?P<name>.*?): invalid choice: (?P<what>.*?) \(choose from (?P<known>.*)\)": "flags.choice",
    r"argument (?P<name>.*?): not allowed with argument (?P<other>.*)": "flags.together",
    r"argument (?P<name>.*?): expected (?:one|at least one) argument": "flags.value",
    r"argument (?P<name>.*?): invalid int value: (?P<what>.*)": "flags.number",
    r"argument (?P<name>-\w)\S*: ignored explicit argument (?P<what>.*)": "flags.dashes",
}


class Parser(ArgumentParser):
    """An argument parser that speaks `lang`, and whose errors are one line and say what to do."""

    lang = "en"
    asked = "interview"  # the command whose arguments are parsed
    _intermixing = False

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of ArgumentParser
        super().__init__(**{"formatter_class": _Formatter, **options, "add_help": False})
        if options.get("add_help", True):
            self.add_argument("-h", "--help", action="help", help=say("help.help", Parser.lang))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401
        """What argparse does, the names of values being in the user's language; arguments may stand behind flags."""
        for action in self._actions:
            if isinstance(action.metavar, str):
                action.metavar = re.sub("[A-Z]+", _meta, action.metavar)
        if self._subparsers or self._intermixing:
            return super().parse_known_args(args, namespace)
        self._intermixing = True  # what follows comes back to this method, and takes the usage for English
        self.usage = self.format_usage().removeprefix(say("help.usage", Parser.lang)).strip().replace("%", "%%")
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixing = False

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing the usage and leaving."""
        command = self.prog.removeprefix("razbor").strip() or self.asked
        raise InputError("error.unknown_option", problem=_problem(message), command=command)


class _Formatter(HelpFormatter):
    def start_section(self, heading: str | None) -> None:
        super().start_section(say(_HEADINGS[heading], Parser.lang) if heading in _HEADINGS else heading)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ANN401
        """The positional arguments only: all the options stand below, and here would fill half a screen."""
        del groups  # of options
        named = [action for action in actions if not action.option_strings]
        if prefix is None:  # else it is the beginning of a command's usage
            self._prog = f"{self._prog} [{say('meta.options', Parser.lang)}]"
        super().add_usage(usage, named, [], say("help.usage", Parser.lang) if prefix is None else prefix)


def _meta(word: re.Match[str]) -> str:
    key = f"meta.{word[0].lower()}"
    return say(key, Parser.lang) if key in catalogue(Parser.lang) else word[0]


def _problem(message: str) -> str:
    for pattern, key in _PROBLEMS.items():
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(key, Parser.lang, **{name: text.replace("'", "") for name, text in found.groupdict().items()})
    return message
