"""Settings: flag, then environment, then the user's config.toml, then the default. Nothing from the current folder."""

import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

from prompts import LANGUAGES
from tools.nearest import nearest
from tools.text_file import read_text
from transcripts.errors import InputError, Problem

HERE = Path(__file__).parent
MODES = ("practice", "live")
GRADERS = ("auto", "local", "judge")
DIALECTS = ("native", "schema", "json", "prompted")  # in the order of falling back


DEFAULT = "default"


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


def _language(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else _choice(LANGUAGES)(value)


def _number(least: int, most: int, *, optional: bool = False) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:  # noqa: ANN401
        if optional and value is None:
            return None
        text = str(value)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{least} … {most}")
        return int(text)

    return check


def _text(value: Any) -> str | None:  # noqa: ANN401
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ValueError(Problem("setting", code="text"))
    return value.strip() if value is not None else None


def _switch(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise ValueError("true | false")  # noqa: TRY004 - a value that is not possible, whatever its type
    return value


SETTINGS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "lang": ("en", _choice(LANGUAGES)),
    "question_lang": (None, _language),
    "mode": ("practice", _choice(MODES)),
    "questions": (5, _number(1, 1000)),
    "follow_ups": (1, _number(0, 10)),
    "time": (None, _number(1, 600, optional=True)),
    "minutes": (30, _number(1, 1440)),
    "grader": ("auto", _choice(GRADERS)),
    "max_steps": (2000, _number(1, 1_000_000)),
    "profile": (None, _text),
    "model": (None, _text),
    "base_url": (None, _text),
    "api_key_env": (None, _text),
    "dialect": ("auto", _choice(("auto", *DIALECTS))),
    "stream": (True, _switch),
    "keys": ("emacs", _choice(("emacs", "vi"))),
    "timeout": (None, _number(1, 3600, optional=True)),
    "grader_model": (None, _text),
    "grader_base_url": (None, _text),
    "grader_api_key_env": (None, _text),
}
ENVIRONMENT = {"lang": "RAZBOR_LANG", "model": "RAZBOR_MODEL", "base_url": "OPENAI_BASE_URL"}
IN_PROFILE = ("base_url", "model", "api_key_env", "dialect")
ADVICE = ("start", "better")  # commands that doctor recommends


def folder(kind: str) -> Path:
    """The folder for "config", "data" or "state": RAZBOR_HOME where it is set, else the platform's own."""
    if home := os.environ.get("RAZBOR_HOME"):
        return Path(home).expanduser()
    import platformdirs

    find = {"config": platformdirs.user_config_path, "data": platformdirs.user_data_path,
            "state": platformdirs.user_state_path}  # fmt: skip
    return find[kind]("razbor", appauthor=False)


def config_file() -> Path:
    """The user's config.toml, whether it is there or not."""
    return folder("config") / "config.toml"


def transcripts_folder() -> Path:
    """Where interviews are recorded."""
    return folder("data") / "transcripts"


def shelf_file() -> Path:
    """Where what was parsed of the question bank is kept."""
    return folder("state") / "bank.sqlite3"


def locale_language(environ: Mapping[str, str]) -> str | None:
    """The language of the locale where razbor speaks it, else None."""
    name = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return name[:2].lower() if name[:2].lower() in LANGUAGES else None


def _from_file() -> dict[str, Any]:
    """What config.toml says, each profile checked as the settings are; InputError names what is wrong."""
    path = config_file()
    if not path.exists():
        return {}
    try:
        values = tomli.loads(read_text(path))
    except tomli.TOMLDecodeError as error:
        raise InputError("error.config_toml", path=path, problem=error) from error
    _check_keys(values, (*SETTINGS, "profiles"), path)
    own = values.get("profiles", {})
    if not isinstance(own, dict) or not all(isinstance(profile, dict) for profile in own.values()):
        raise InputError("error.config_profiles", path=path)
    for profile in own.values():
        _check_keys(profile, (*IN_PROFILE, *ADVICE), path)
        for name in (*IN_PROFILE, *ADVICE):
            checked(name, Value(profile.get(name, SETTINGS.get(name, (None,))[0]), str(path)))
    return values


def _check_keys(values: dict[str, Any], known: tuple[str, ...], path: Path) -> None:
    for key in values:
        if key not in known:
            raise InputError("error.config_key", path=path, key=key, nearest=nearest(key, known))


def checked(name: str, given: Value) -> Value:
    """The value as its setting takes it; InputError, naming its origin, where it does not."""
    _, check = SETTINGS.get(name, (None, _text))
    try:
        return Value(check(given.value), given.origin)
    except ValueError as error:
        origin = Problem("origin", code=given.origin)
        if name in ("lang", "question_lang"):
            raise InputError("error.unknown_lang", lang=given.value, origin=origin) from error
        raise InputError(
            "error.setting_value", name=name, value=given.value, origin=origin, expected=error.args[0]
        ) from error


def known_profiles() -> dict[str, dict[str, str]]:
    """The profiles: the built-in ones, as the user's config.toml changes them or adds to them."""
    return _profiles(_from_file())


def _profiles(file: dict[str, Any]) -> dict[str, dict[str, str]]:
    known = tomli.loads((HERE / "profiles.toml").read_text("utf-8"))
    for name, profile in file.get("profiles", {}).items():
        builtin = known.get(name, {})
        if "base_url" in profile:  # a key of the built-in endpoint is not for another one
            builtin.pop("api_key_env", None)
        known[name] = builtin | profile
    return known


def _profile(flags: Namespace, file: dict[str, Any]) -> tuple[dict[str, str], bool]:
    """The values of the chosen profile, and whether a flag chose it: then it goes before the environment."""
    flag = getattr(flags, "profile", None)
    name = checked("profile", Value(flag or file.get("profile"), str(config_file()))).value
    if not name:
        return {}, False
    known = _profiles(file)
    if name not in known:
        raise InputError("error.profile", name=name, known=", ".join(known))
    return known[name], bool(flag)


def resolve(flags: Namespace) -> dict[str, Value]:
    """Every setting with its origin; InputError when one of them has an impossible value."""
    file = _from_file()
    profile, by_flag = _profile(flags, file)
    values = {name: _resolve_one(name, flags, file, profile, by_flag=by_flag) for name in SETTINGS}
    if values["question_lang"].value is None:
        values["question_lang"] = Value(values["lang"].value, values["lang"].origin)
    return values


def _resolve_one(name: str, flags: Namespace, file: dict[str, Any], profile: dict[str, str], *, by_flag: bool) -> Value:
    """The first source that has a value: the order of these lines is the order of precedence."""
    default, _ = SETTINGS[name]
    variable = ENVIRONMENT.get(name, "")
    of_profile = profile.get(name) if name in IN_PROFILE else None
    sources = (
        Value(getattr(flags, name, None), "--no-stream" if name == "stream" else "--" + name.replace("_", "-")),
        Value(of_profile if by_flag else None, "--profile"),
        Value(os.environ.get(variable) or None, variable),
        Value(file.get(name), str(config_file())),
        Value(of_profile, "profile"),
        Value(locale_language(os.environ) if name == "lang" else None, "locale"),
    )
    return checked(name, next((source for source in sources if source.value is not None), Value(default, DEFAULT)))
