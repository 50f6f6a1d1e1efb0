"""`razbor config`: each setting, its value and where it comes from. Never a key."""

import json
from argparse import Namespace
from typing import Any

from agent.cli import DONE
from agent.config import Value, config_file, resolve, transcripts_folder
from agent.endpoints import masked
from agent.problems import origin
from agent.terminal.printable import printable


def _without_key(value: Any) -> Any:  # noqa: ANN401 - a setting of any type
    return masked(value) if isinstance(value, str) else value


def run(flags: Namespace) -> int:
    """Print the settings."""
    values = resolve(flags)
    lang = values["lang"].value
    values["config_file"] = Value(str(config_file()), "RAZBOR_HOME, XDG")
    values["transcripts"] = Value(str(transcripts_folder()), "RAZBOR_HOME, XDG")
    if flags.json:
        shown = {name: {"value": _without_key(value.value), "origin": value.origin} for name, value in values.items()}
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        width = max(len(name) for name in values)
        for name, value in values.items():
            text = "-" if value.value is None else masked(str(value.value))
            print(printable(f"{name:<{width}} {text:<12} ({origin(value.origin, lang)})"))
    return DONE
