"""The arguments that a command has of its own, beside the common flags."""

from collections.abc import Callable

from agent.flags import Parser
from prompts import say


def help_text(key: str, /, **values: object) -> str:
    """A text of the help, in the language of the parser."""
    return say(f"help.{key}", Parser.lang, **values).replace("%", "%%")


def sentence(key: str) -> str:
    """What a command does, as the first line of its help."""
    text = help_text(key)
    return f"{text[:1].upper()}{text[1:]}."


def add_arguments(command: str, parser: Parser) -> None:
    """Add those of one command, if it has any."""
    if command in _ARGUMENTS:
        _ARGUMENTS[command](parser)


def _question_lang(parser: Parser) -> None:
    parser.add_argument("--question-lang", metavar="en|ru", help=help_text("question_lang"))


def _interview(parser: Parser) -> None:
    _plan_of_interview(parser)
    parser.add_argument("--time", metavar="MINUTES", help=help_text("time"))
    parser.add_argument("--transcript", metavar="FILE", help=help_text("transcript"))
    parser.add_argument("--no-stream", dest="stream", action="store_false", default=None, help=help_text("no_stream"))
    parser.add_argument("--max-steps", metavar="N", help=help_text("max_steps"))


def _plan_of_interview(parser: Parser) -> None:
    _question_lang(parser)
    parser.add_argument("--questions", metavar="N", help=help_text("questions"))
    parser.add_argument("--topic", action="append", default=[], metavar="NAME", help=help_text("topic"))
    parser.add_argument("--question", action="append", default=[], metavar="ID", help=help_text("question"))
    parser.add_argument("--mode", metavar="practice|live", help=help_text("mode"))
    parser.add_argument("--follow-ups", metavar="N", help=help_text("follow_ups"))


def _resume(parser: Parser) -> None:
    parser.add_argument("id", nargs="?", default="latest", metavar="ID|latest|FILE", help=help_text("interrupted"))


def _sessions(parser: Parser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        choices=("list", "show", "rm"),
        default="list",
        metavar="list|show|rm",
        help=help_text("sessions_do"),
    )
    parser.add_argument("id", nargs="?", metavar="ID|latest", help=help_text("id"))


def _replay(parser: Parser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE|ID|latest", help=help_text("files"))
    parser.add_argument("--speed", metavar="X|max", help=help_text("speed"))
    parser.add_argument("--question", metavar="N", help=help_text("from_question"))
    parser.add_argument("--step", action="store_true", help=help_text("step"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--verify", action="store_true", help=help_text("verify"))
    how.add_argument("--regrade", action="store_true", help=help_text("regrade"))
    how.add_argument("--model-check", action="store_true", help=_model_check())
    parser.add_argument("--out", metavar="FOLDER", help=help_text("regrade_out"))
    parser.add_argument("--jobs", metavar="N", help=help_text("jobs"))


def _report(parser: Parser) -> None:
    _question_lang(parser)
    parser.add_argument("id", nargs="?", default="latest", metavar="ID|latest|all", help=help_text("which"))
    parser.add_argument("--format", choices=("md", "html", "json"), default="md", help=help_text("format"))
    parser.add_argument("--out", metavar="FILE", help=help_text("out_file"))
    parser.add_argument("--disputes", metavar="FILE", help=help_text("disputes"))
    parser.add_argument("--anki", metavar="FILE", help=help_text("anki"))


def _grade(parser: Parser) -> None:
    _question_lang(parser)
    parser.add_argument("question", metavar="QUESTION", help=help_text("graded_question"))
    parser.add_argument("file", nargs="?", metavar="FILE", help=help_text("answer_file"))


def _doctor(parser: Parser) -> None:
    parser.add_argument("--calibrate", action="store_true", help=help_text("calibrate"))


def _eval(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help=help_text("labelled"))
    parser.add_argument("--require", default="", metavar="NAME=N,…", help=help_text("require"))


def _plan(parser: Parser) -> None:
    _question_lang(parser)
    parser.add_argument("--date", metavar="YYYY-MM-DD", help=help_text("date"))
    parser.add_argument("--minutes", metavar="N", help=help_text("minutes"))


def _memory(parser: Parser) -> None:
    parser.add_argument("action", choices=("rebuild",), metavar="rebuild", help=help_text("memory_do"))


def _bank(parser: Parser) -> None:
    _question_lang(parser)
    parser.add_argument(
        "action",
        choices=("list", "show", "check", "import"),
        metavar="list|show|check|import",
        help=help_text("bank_do"),
    )
    parser.add_argument("target", nargs="?", metavar="ID|PATH|FILE", help=help_text("bank_target"))
    parser.add_argument("--out", metavar="FOLDER", help=help_text("out"))


def _completions(parser: Parser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def _model_check() -> str:
    """The help of --model-check, with the thresholds."""
    from agent.check.fitness import limits

    return say("check.flag", Parser.lang, **limits()).replace("%", "%%")


_ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "interview": _interview,
    "resume": _resume,
    "sessions": _sessions,
    "replay": _replay,
    "report": _report,
    "grade": _grade,
    "doctor": _doctor,
    "eval": _eval,
    "plan": _plan,
    "memory": _memory,
    "bank": _bank,
    "completions": _completions,
    "mcp": _plan_of_interview,
}
