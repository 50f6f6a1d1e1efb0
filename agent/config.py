"""Settings: flag, then environment, then the user's config.toml, then the default. Nothing from the current folder."""

import os
import tomllib
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prompts import LANGUAGES
from tools.bank import nearest
from tools.safe_yaml import read_text
from transcripts.errors import InputError

MODES = ("practice", "live")
GRADERS = ("auto", "local", "judge")


@dataclass(frozen=True)
class Value:
    """A setting and where it comes from."""

    value: Any
    origin: str


def _choice(known: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:  # noqa: ANN401 - what a file or a flag holds
        if value not in known:
            raise ValueError(" | ".join(known))
        return str(value)

    return check


def _number(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:  # noqa: ANN401
        text = str(value)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{least} … {most}")
        return int(text)

    return check


SETTINGS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "lang": ("en", _choice(LANGUAGES)),
    "mode": ("practice", _choice(MODES)),
    "questions": (5, _number(1, 1000)),
    "follow_ups": (1, _number(0, 10)),
    "grader": ("auto", _choice(GRADERS)),
    "max_steps": (2000, _number(1, 1_000_000)),
}
ENVIRONMENT = {"lang": "RAZBOR_LANG"}


def folder(kind: str) -> Path:
    """The folder for "config" or "data": RAZBOR_HOME where it is set, else the platform's own."""
    if home := os.environ.get("RAZBOR_HOME"):
        return Path(home).expanduser()
    import platformdirs

    find = platformdirs.user_config_path if kind == "config" else platformdirs.user_data_path
    return find("razbor", appauthor=False)


def config_file() -> Path:
    """The user's config.toml, whether it is there or not."""
    return folder("config") / "config.toml"


def transcripts_folder() -> Path:
    """Where interviews are recorded."""
    return folder("data") / "transcripts"


def locale_language(environ: Mapping[str, str]) -> str | None:
    """The language of the locale where razbor speaks it, else None."""
    name = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return name[:2].lower() if name[:2].lower() in LANGUAGES else None


def _from_file() -> dict[str, Any]:
    path = config_file()
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError("error.config_toml", path=path, problem=error) from error
    for key in values:
        if key not in SETTINGS:
            raise InputError("error.config_key", path=path, key=key, nearest=nearest(key, SETTINGS))
    return values


def resolve(flags: Namespace) -> dict[str, Value]:
    """Every setting with its origin; InputError when one of them has an impossible value."""
    file = _from_file()
    return {name: _resolve_one(name, flags, file) for name in SETTINGS}


def _resolve_one(name: str, flags: Namespace, file: dict[str, Any]) -> Value:
    default, check = SETTINGS[name]
    variable = ENVIRONMENT.get(name, "")
    flag = getattr(flags, name, None)
    if flag is not None:
        given = Value(flag, "--" + name.replace("_", "-"))
    elif os.environ.get(variable):
        given = Value(os.environ[variable], variable)
    elif name in file:
        given = Value(file[name], str(config_file()))
    elif name == "lang" and (own := locale_language(os.environ)):
        given = Value(own, "locale")
    else:
        given = Value(default, "default")
    try:
        return Value(check(given.value), given.origin)
    except ValueError as error:
        if name == "lang":
            raise InputError("error.unknown_lang", lang=given.value, origin=given.origin) from error
        raise InputError(
            "error.setting_value", name=name, value=given.value, origin=given.origin, expected=error
        ) from error
