"""The first minutes without a model: what razbor runs on, and the model on this machine that could ask instead."""

import json
import shlex
from argparse import Namespace
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cache import JsonCache
from agent.config import Value, config_file, folder, known_profiles, transcripts_folder
from agent.terminal.card import Line, wrap
from agent.terminal.screen import terminal_width, write_plain
from prompts import say
from tools.question import Lang

if TYPE_CHECKING:
    from agent.nearby import Server

SHOWN = 9  # models in the question: what one key can name
BEGINNER = 3  # interviews; after so many it is known what razbor runs on
DECLINED = "declined"

Settings = dict[str, Value]


def offered(flags: Namespace, settings: Settings) -> Settings:
    """The settings, with a model on this machine where one answers and the candidate takes it. For a terminal.

    Declining is remembered by address. Raises EOFError on Ctrl-D and KeyboardInterrupt on Ctrl-C.
    """
    if flags.quiet:
        return settings
    from agent.nearby import find_servers  # with it come sockets, which nothing else needs on a pipe

    memory = JsonCache(folder("state") / "nearby.json")
    declined = _texts(memory.get(DECLINED))
    servers = [server for server in find_servers(known_profiles()) if server.base_url not in declined]
    if not servers:
        return settings
    lang: Lang = settings["lang"].value
    shown = _shown(servers)
    _show(shown, lang)
    choices = [(server, model) for server, models in shown for model in models]
    number = _number(len(choices), lang)
    if not number:
        memory.put(DECLINED, [*declined, *(server.base_url for server in servers)])
        _write("offer.declined", lang)
        return settings
    server, model = choices[number - 1]
    _tell_how_to_keep(server, model, lang)
    return settings | {"base_url": Value(server.base_url, "offer"), "model": Value(model, "offer")}


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - what a file holds
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _shown(servers: "Sequence[Server]") -> "list[tuple[Server, tuple[str, ...]]]":
    """The models that get a number: of each server at least one, of the first ones as many as there is room for."""
    shown: list[tuple[Server, tuple[str, ...]]] = []
    room = SHOWN
    for later, server in zip(reversed(range(len(servers))), servers, strict=True):
        models = server.models[: max(room - later, 1)]
        room -= len(models)
        shown.append((server, models))
    return shown


def _show(shown: "Sequence[tuple[Server, tuple[str, ...]]]", lang: Lang) -> None:
    """The models with their numbers, under the server that has them."""
    number = 0
    for server, models in shown:
        _write("offer.found", lang, name=server.profile, url=server.base_url)
        for model in models:
            number += 1
            write_plain(wrap(model, terminal_width(), indent="     ", first=f"  {number}  "))
        if more := len(server.models) - len(models):
            _write("offer.more", lang, count=more, name=server.profile)


def _number(most: int, lang: Lang) -> int:
    """The number of the model that is taken; 0: none. Asks until it is one of these."""
    _write("offer.ask", lang, most=f"1–{most}" if most > 1 else "1")
    while True:
        try:
            typed = input("> ").strip()
        except UnicodeDecodeError:
            typed = "?"
        except (EOFError, KeyboardInterrupt):
            print()
            raise
        if not typed:
            return 0
        if typed in map(str, range(1, most + 1)):
            return int(typed)
        _write("offer.again", lang, most=f"1–{most}" if most > 1 else "1")


def command(server: "Server", model: str) -> str:
    """What takes a model at once, as a shell reads it."""
    return f"razbor --profile {shlex.quote(server.profile)} -m {shlex.quote(model)}"


def _tell_how_to_keep(server: "Server", model: str, lang: Lang) -> None:
    """The flags that say the same, and the lines of config.toml."""
    _write("offer.flags", lang)
    write_plain([[("", f"  {command(server, model)}")]])
    _write("offer.lines", lang, path=short(config_file()))
    for name, value in (("profile", server.profile), ("model", model)):
        write_plain([[("", f"  {name} = {json.dumps(value, ensure_ascii=False)}")]])


def runs_on(lang: Lang) -> list[Line]:
    """Two lines for a beginner on what asks and grades without a model, and how to add one; later nothing."""
    if len(list(islice(transcripts_folder().glob("*.jsonl"), BEGINNER + 1))) > BEGINNER:  # this one is there already
        return []
    width = terminal_width()
    how = say("offer.how", lang, path=short(config_file()))
    return [*wrap(say("offer.offline", lang), width, style="dim"), *wrap(how, width, style="dim")]


def short(path: Path) -> str:
    """A path as people write it, the home folder as ~."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere; or there is no home
        return str(path)


def _write(key: str, lang: Lang, /, **values: object) -> None:
    write_plain(wrap(say(key, lang, **values), terminal_width()))
