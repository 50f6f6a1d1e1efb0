"""What several commands need: the settings, the bank and the grader that the flags ask for."""

import sys
from argparse import Namespace
from pathlib import Path

from agent.cli import explain
from tools.bank import Bank, load
from tools.grade_answer import Grader
from tools.graders.local import LocalGrader
from tools.question import Lang
from transcripts.errors import InputError


def open_bank(flags: Namespace, lang: Lang) -> Bank:
    """The questions; a file that cannot be used is named on stderr, and the others stay."""
    bank = load([Path(path) for path in flags.bank], builtin=not flags.no_builtin)
    for problem in bank.problems:
        print(f"razbor: {explain(problem, lang)}", file=sys.stderr)
    return bank


def open_grader(name: str) -> Grader:
    """The grader by its name; `auto` is `local` as long as there is no endpoint to ask."""
    if name == "judge":
        raise InputError("error.judge_needs_endpoint")
    return LocalGrader()
