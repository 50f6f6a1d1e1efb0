"""`razbor plan [--date YYYY-MM-DD] [--minutes N]`: what is due, and a plan to the date of the interview."""

import sys
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta

from agent.config import resolve
from agent.exits import DONE
from agent.recollection import Recollection, Remembered
from agent.report.inert import to_json
from agent.resources import open_bank
from agent.terminal.card import wrap
from agent.terminal.screen import terminal_width, write_plain
from prompts import counted, say
from tools.bank import Bank
from tools.plan import Day, Span, plan
from tools.question import Lang
from tools.schedule import forgotten
from transcripts.errors import InputError
from transcripts.events import Json

WEEK = 7
LONGEST = 365  # days


def run(flags: Namespace) -> int:
    """Print what is due and the plan."""
    settings = resolve(flags)
    lang: Lang = settings["lang"].value
    today = datetime.now().astimezone().date()
    span = _span(flags.date, today)
    bank = open_bank(flags, lang)
    remembered = Recollection(lang).everything()
    heads = list(bank.heads.values())
    planned = plan(heads, remembered.cards, remembered.ability, span, settings["minutes"].value)
    due = _due(bank, remembered, settings["question_lang"].value)
    if flags.json:
        rows = [{"date": f"{day.date}", "minutes": _minutes(day), "questions": _questions(day)} for day in planned]
        print(to_json({"due": due, "days": rows}, indent=2))
        return DONE
    _print(due, planned, flags.date, lang)
    return DONE


def _span(text: str | None, today: date) -> Span:
    """The days of practice: up to the one before the interview; without a date, a week. InputError for no such date."""
    if text is None:
        return Span(today, WEEK)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError("error.no_date", date=text) from error
    if not 0 <= (day - today).days <= LONGEST:
        raise InputError("error.date_range", date=text, today=today, days=LONGEST)
    days = max((day - today).days, 1)
    return Span(today, days, today + timedelta(days=days - 1))


def _due(bank: Bank, remembered: Remembered, lang: Lang) -> list[Json]:
    """The questions that are due today, the most forgotten first, with the mistakes that were made in them."""
    now, rows = datetime.now(UTC), dict[str, Json]()
    for (question_id, mistake), card in remembered.due.items():
        if question_id not in bank.heads:
            continue
        wording = bank.get(question_id).wording(lang)
        row = rows.setdefault(question_id, {
            "question": question_id, "topic": bank.heads[question_id].topic, "prompt": wording.prompt,
            "forgotten": 0.0, "mistakes": [],
        })  # fmt: skip
        row["forgotten"] = max(row["forgotten"], round(forgotten(card, now), 2))
        times, number = remembered.committed.get((question_id, mistake), 0), int(mistake.removeprefix("m") or 0)
        if times and number <= len(wording.mistakes):
            row["mistakes"].append({"id": mistake, "text": wording.mistakes[number - 1], "times": times})
    return sorted(rows.values(), key=lambda row: (-row["forgotten"], row["question"]))


def _questions(day: Day) -> list[Json]:
    return [
        {"id": item.question.id, "topic": item.question.topic, "level": item.question.level, "reason": item.reason,
         "minutes": item.minutes}
        for item in day.items
    ]  # fmt: skip


def _minutes(day: Day) -> float:
    return sum(item.minutes for item in day.items)


def _print(due: list[Json], planned: list[Day], until: str | None, lang: Lang) -> None:
    width = terminal_width()
    lines = wrap(say("plan.due" if due else "plan.nothing_due", lang, count=len(due)), width)
    for row in due:
        lines += wrap(f"{row['question']}: {row['prompt']}", width, indent="    ", first="  - ")
        for mistake in row["mistakes"]:
            text = say("plan.mistake", lang, times=counted("times", mistake["times"], lang), text=mistake["text"])
            lines += wrap(text, width, indent="      ", first="      ")
    lines += [[], *wrap(say("plan.until" if until else "plan.week", lang, date=until), width)]
    for day in planned:
        lines += wrap(say("plan.day", lang, date=day.date, minutes=round(_minutes(day))), width, first="  ")
        reasons = dict.fromkeys(item.reason for item in day.items)
        for reason in reasons:
            ids = ", ".join(item.question.id for item in day.items if item.reason == reason)
            lines += wrap(say(f"plan.{reason}", lang, ids=ids), width, indent="      ", first="    ")
        lines += [] if reasons else wrap(say("plan.free", lang), width, first="    ")
    write_plain(lines)
    if sys.stdout.isatty():
        write_plain([[], *wrap(say("plan.begin", lang), width)])
