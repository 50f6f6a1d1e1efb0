"""`razbor bank list | show | check | import`."""

import sys
from argparse import Namespace
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

from agent.config import resolve
from agent.exits import CHECK_FAILED, DONE
from agent.printable import printable
from agent.report.inert import to_json
from agent.resources import open_bank
from agent.telling import explain, remark
from agent.terminal.card import shortened
from agent.terminal.counting import Counting
from agent.terminal.screen import terminal_width
from prompts import say
from tools.bank import load
from tools.lint import check
from tools.plain_text import parse, to_yaml
from tools.question import Lang, Question
from transcripts.errors import InputError


def run(flags: Namespace) -> int:
    """Do what `action` says."""
    lang = resolve(flags)["lang"].value
    actions = {"list": _list, "show": _show, "check": _check, "import": _import}
    return actions[flags.action](flags, lang)


def _list(flags: Namespace, lang: Lang) -> int:
    listing = open_bank(flags, lang).listing(resolve(flags)["question_lang"].value)
    if flags.json:
        rows = [
            {"id": head.id, "topic": head.topic, "level": head.level, "heading": heading, "prompt": prompt,
             "source": head.source}
            for head, heading, prompt, _ in listing
        ]  # fmt: skip
        print(to_json(rows, indent=2))
        return DONE
    for head, _, _, shown in listing:
        row = printable(f"{head.id:<24} {head.topic:<14} {head.level or '':<7} {shown}")
        print(shortened(row, terminal_width()) if sys.stdout.isatty() else row)
    return DONE


def _target(flags: Namespace) -> str:
    if not flags.target:
        raise InputError("error.bank_target" if flags.action == "show" else "error.bank_file")
    return str(flags.target)


def _show(flags: Namespace, lang: Lang) -> int:
    question = open_bank(flags, lang).get(_target(flags))
    print(to_json(question.model_dump(), indent=2) if flags.json else printable(to_yaml(question)))
    return DONE


def _check(flags: Namespace, lang: Lang) -> int:
    """Lint the named path, or all that an interview would use: the built-in questions and what --bank adds."""
    with as_file(files("tools") / "questions") as builtin:
        roots = [Path(flags.target)] if flags.target else [Path(path) for path in flags.bank]
        if not flags.target and not flags.no_builtin:
            roots.insert(0, builtin)
        count, findings = check(roots, Counting(lang, flags).over)
    if flags.json:
        rows = [{"file": str(f.values["path"]), "line": f.values.get("line"), "finding": explain(f, lang)}
                for f in findings]  # fmt: skip
        print(to_json({"files": count, "findings": rows}, indent=2))
    else:
        for finding in findings:
            print(explain(finding, lang))
        print(say("plain.check_bad" if findings else "plain.check_ok", lang, files=count, findings=len(findings)))
    return CHECK_FAILED if findings else DONE


def _import(flags: Namespace, lang: Lang) -> int:
    path = Path(_target(flags))
    if not flags.out:
        raise InputError("error.bank_out")
    questions = parse(path, load().questions.values())
    question_id, times = Counter(question.id for question in questions).most_common(1)[0]
    if times > 1:
        raise InputError("error.import_same_id", path=path, id=question_id)
    folder = Path(flags.out)
    for question in questions:
        _write(folder / f"{question.id}.yaml", question)
        if not flags.quiet:
            print(printable(str(folder / f"{question.id}.yaml")))
    remark("plain.imported", lang, count=len(questions), folder=folder)
    return DONE


def _write(path: Path, question: Question) -> None:
    text = to_yaml(question)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_text("utf-8") != text:
            raise InputError("error.import_exists", path=path)
        if not path.exists():
            with path.open("x", encoding="utf-8") as file:  # not through a link that leads nowhere yet
                file.write(text)
    except OSError as error:
        raise InputError("error.cannot_write_out", path=path, reason=error) from error
