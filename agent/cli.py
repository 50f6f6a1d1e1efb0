"""The command line: what was asked for, in which language, and with which exit status it ends."""

import os
import sys
from argparse import SUPPRESS, Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from agent.arguments import add_arguments, help_text, sentence
from agent.config import locale_language
from agent.exits import DONE, FAILED, INTERRUPTED, USAGE
from agent.flags import Parser
from agent.models.failure import UnavailableError
from agent.telling import complain, explain
from prompts import LANGUAGES
from tools.nearest import nearest
from transcripts.errors import InputError, RecordingError

COMMANDS = {  # command: its module in agent.commands, and an example
    "interview": ("interview", "razbor interview --questions 3 --topic mlops"),
    "resume": ("resume", "razbor resume latest"),
    "sessions": ("sessions", "razbor sessions show latest"),
    "replay": ("replay", "razbor replay interview.jsonl --verify"),
    "report": ("report", "razbor report --format html --out report.html"),
    "grade": ("grade", "razbor grade kubernetes-primitives answer.txt"),
    "eval": ("evaluate", "razbor eval labelled.jsonl --require score_pearson=0.8"),
    "bank": ("bank", "razbor bank import questions.txt --out my-questions"),
    "plan": ("plan", "razbor plan --date 2027-03-01 --minutes 30"),
    "memory": ("memory", "razbor memory rebuild"),
    "doctor": ("doctor", "razbor doctor --base-url http://127.0.0.1:11434/v1 -m qwen3:8b"),
    "config": ("config", "razbor config --json"),
    "completions": ("completions", 'eval "$(razbor completions bash)"'),
    "mcp": ("mcp", "claude mcp add razbor -- razbor mcp --questions 3"),
}
VALUE_FLAGS = (  # common flags that may stand before the command with a value
    "--lang", "--bank", "--seed", "-m", "--model", "--base-url", "--api-key-env", "--grader", "--grader-model",
    "--grader-base-url", "--grader-api-key-env", "--dialect", "--profile",
)  # fmt: skip


def _common(command: str) -> Parser:
    """The flags that every command takes. In its help stand only those that do something for it."""
    parser = Parser(add_help=False)
    group = parser.add_argument_group(help_text("common"))

    def add(*names: str, text: str, unused: tuple[str, ...] = (), **how: Any) -> None:  # noqa: ANN401 - argparse's
        group.add_argument(*names, help=SUPPRESS if command in unused else help_text(text), **how)

    alone = ("report", "sessions", "bank", "plan", "memory")
    no_model = (*alone, "mcp")  # a client of it brings its own
    asked = ("report", "sessions", "replay", "doctor", "memory")
    add("--lang", text="lang", metavar="en|ru")
    add("--bank", text="bank_path", unused=asked, action="append", default=[], metavar="PATH")
    add("--no-builtin", text="no_builtin", unused=asked, action="store_true")
    add("--seed", text="seed", unused=(*asked, "resume", "grade", "eval", "bank", "plan"), type=int, metavar="N")
    add("-m", "--model", text="model", unused=no_model, metavar="NAME")
    add("--base-url", text="base_url", unused=no_model, metavar="URL")
    add("--api-key-env", text="api_key_env", unused=no_model, metavar="NAME")
    add("--profile", text="profile", unused=no_model, metavar="NAME")
    add("--dialect", text="dialect", unused=no_model, metavar="auto|native|schema|json|prompted")
    add("--grader", text="grader", unused=alone, metavar="auto|local|judge")
    add("--grader-model", text="grader_model", unused=alone, metavar="NAME")
    add("--grader-base-url", text="grader_base_url", unused=alone, metavar="URL")
    add("--grader-api-key-env", text="grader_api_key_env", unused=alone, metavar="NAME")
    add("--json", text="json", unused=("interview", "resume", "memory", "mcp"), action="store_true")
    add("--plain", text="plain", unused=("report", "bank", "config", "plan", "memory", "mcp"), action="store_true")
    add("-q", "--quiet", text="quiet", unused=("sessions", "config", "plan"), action="store_true")
    add("-v", "--verbose", text="verbose", unused=(*alone, "config", "grade", "eval", "mcp"), action="store_true")
    return parser


def build_parser(asked: str, *, bare: bool = False) -> Parser:
    """The command line, with the flags of the command that is asked for: building those of all would take its time.

    Help texts are in the language that `Parser.lang` says. `bare`: the flags of an interview stand without the command,
    too; else `with_command` has put it in front.
    """
    example = help_text("example", example="razbor --lang ru")
    flags = [_common("interview")] if bare else []
    parser = Parser(prog="razbor", description=help_text("program"), epilog=example, parents=flags)
    parser.asked = asked
    if bare:
        add_arguments("interview", parser)
    parser.add_argument("--version", action="store_true", help=help_text("version"))  # `main` sees to it
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=help_text("commands"))
    for name, (_, example) in COMMANDS.items():
        if name != asked:
            commands.add_parser(name, help=help_text(name), add_help=False)
            continue
        epilog = help_text("example", example=example)
        own = commands.add_parser(
            name, parents=[_common(name)], help=help_text(name), description=sentence(name), epilog=epilog,
            allow_abbrev=False,
        )  # fmt: skip
        add_arguments(name, own)
    return parser


def with_command(argv: Sequence[str]) -> list[str]:
    """The arguments with the command in front: `razbor --questions 2` means `razbor interview --questions 2`."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in VALUE_FLAGS else 1
    word = argv[at] if at < len(argv) else ""
    if word in COMMANDS:
        return [word, *argv[:at], *argv[at + 1 :]]
    if at == 0 and word:
        raise InputError("error.unknown_command", name=word, nearest=nearest(word, COMMANDS))
    for asked in ("--version", "--help", "-h"):
        if asked in argv:
            return [asked]
    return ["interview", *argv]


def language(argv: Sequence[str]) -> str:
    """The language to speak before the arguments are parsed; what is wrong with it is said later."""
    told = [argv[n + 1] for n, arg in enumerate(argv[:-1]) if arg == "--lang"]
    told += [arg.removeprefix("--lang=") for arg in argv if arg.startswith("--lang=")]
    told += [os.environ.get("RAZBOR_LANG", ""), locale_language(os.environ) or ""]
    return next((lang for lang in told if lang in LANGUAGES), "en")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    Parser.lang = language(arguments)
    try:
        words = with_command(arguments)
        status = _version() if words == ["--version"] else _command(words)
        sys.stdout.flush()
        return status  # noqa: TRY300 - the flush belongs inside: it may fail as a write may
    except InputError as error:
        complain(explain(error, Parser.lang))
        return USAGE
    except (RecordingError, UnavailableError) as error:
        complain(_lost(error))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `razbor … | head -1`: nobody reads on, and that is no fault
        _drop_output()
        return DONE
    except OSError as error:  # what concerns a file was caught where it is named; this is the output itself
        _drop_output()
        complain(explain(InputError("error.output", reason=error), Parser.lang))
        return FAILED


def _command(words: Sequence[str]) -> int:
    flags: Namespace = build_parser(words[0]).parse_args(words)
    return int(import_module(f"agent.commands.{COMMANDS[flags.command][0]}").run(flags))


def _version() -> int:
    from agent.release import release

    print(f"razbor {release()}")
    return DONE


def _lost(error: RecordingError | UnavailableError) -> str:
    """What the run could not do without."""
    if isinstance(error, UnavailableError):
        return str(error)
    return explain(InputError("error.recording", path=error.path, reason=error.reason), Parser.lang)


def _drop_output() -> None:
    """Nothing more can be written to stdout; what is still in its buffer must not fail at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _prepare_streams() -> None:
    """No character may crash the output: a terminal of ASCII only is taken for UTF-8, others show a "?"."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by who called us: as good as empty
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole run
    for stream in (sys.stdout, sys.stderr):
        encoding = (stream.encoding or "ascii").lower()
        if encoding in ("ascii", "us-ascii", "ansi_x3.4-1968"):
            encoding = "utf-8"
        stream.reconfigure(encoding=encoding, errors="replace")  # type: ignore[union-attr]  # a TextIOWrapper
