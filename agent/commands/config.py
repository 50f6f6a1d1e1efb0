"""`razbor config`: each setting, its value and where it comes from, and how to set one. Never a key."""

from argparse import Namespace
from typing import Any

from agent.config import DEFAULT, Value, config_file, resolve, transcripts_folder
from agent.endpoints import masked
from agent.exits import DONE
from agent.offer import short
from agent.problems import origin
from agent.report.inert import to_json
from agent.terminal.card import wrap
from agent.terminal.screen import terminal_width, write_plain
from prompts import say
from tools.question import Lang

_EXAMPLE = "questions = 3"
_VALUE = 26  # columns


def run(flags: Namespace) -> int:
    """Print the settings."""
    values = resolve(flags)
    if flags.json:
        values["config_file"] = Value(str(config_file()), "RAZBOR_HOME, XDG")
        values["transcripts"] = Value(str(transcripts_folder()), "RAZBOR_HOME, XDG")
        shown = {name: {"value": _without_key(value.value), "origin": value.origin} for name, value in values.items()}
        print(to_json(shown, indent=2))
    else:
        _print(values, values["lang"].value)
    return DONE


def _without_key(value: Any) -> Any:  # noqa: ANN401 - a setting of any type
    return masked(value) if isinstance(value, str) else value


def _print(values: dict[str, Value], lang: Lang) -> None:
    width = max(len(name) for name in values)
    for name, value in values.items():
        write_plain([[("", f"{name:<{width}}  {_text(value.value, lang):<{_VALUE}} {_origin(value, lang)}")]])
    file = config_file()
    key = "settings.file" if file.exists() else "settings.no_file"
    write_plain([[], [("", say(key, lang, path=short(file)))]])
    write_plain([[("", say("settings.transcripts", lang, path=short(transcripts_folder())))], []])
    write_plain(wrap(say("settings.how", lang, example=_EXAMPLE), terminal_width()))


def _text(value: Any, lang: Lang) -> str:  # noqa: ANN401
    """A value as config.toml has it, text without its quotes."""
    if value is None:
        return say("settings.none", lang)
    return str(value).lower() if isinstance(value, bool) else masked(str(value))


def _origin(value: Value, lang: Lang) -> str:
    if value.origin == DEFAULT:
        return "" if value.value is None else say("settings.default", lang)
    return config_file().name if value.origin == str(config_file()) else origin(value.origin, lang)
