"""A report as one HTML page that needs nothing beside itself: no script, no network, no file.

What a transcript says goes through `_inert` and the template's escaping; the page's own policy forbids the rest.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from agent.printable import printable
from agent.report import charts, wording
from agent.report.answer import turns
from agent.report.facts import grader_name
from agent.terminal.card import score_text
from prompts import LANGUAGES, counted, say
from tools.question import Lang
from transcripts.events import Json
from transcripts.grade import mean_score

SIGNS = {"covered": "✓", "avoided": "✓", "missing": "–", "not_addressed": "·", "unsure": "?", "committed": "✗"}
_STYLES = {"said-good": "covered", "said-unsure": "unsure", "said-bad": "committed"}
_KINDS = {"covered": "covered", "avoided": "covered", "unsure": "unsure", "committed": "committed"}  # what looks alike


def interview(report: Json, lang: Lang) -> str:
    """The page of one interview."""
    questions = [_question(question) for question in report["questions"]]
    pictures = {"topics": Markup(charts.topics(report["topics"], lang))}  # noqa: S704 - charts escape what they show
    return _page(lang, report | {"questions": questions}, pictures, day=report["time"][:10])


def overview(report: Json, lang: Lang) -> str:
    """The page of all interviews, the newest first."""
    rows = sorted(report["interviews"], key=lambda row: str(row["time"]), reverse=True)
    means = [row["mean"] for row in rows if row["mean"] is not None]
    pictures = {
        "topics": Markup(charts.topics(report["topics"], lang)),  # noqa: S704
        "time": Markup(charts.over_time(rows, lang)),  # noqa: S704
    }
    mean = mean_score(means)
    return _page(lang, report | {"interviews": rows, "mean": mean}, pictures)


def _question(question: Json) -> Json:
    """The question with its turns in pieces, and a place on the page for each line that a piece may name."""
    lines = [*question["key_points"], *question["mistakes"]]
    places: dict[str, str] = {}
    for at, line in enumerate(lines, start=1):
        places.setdefault(line["id"], f"q{question['number']}-{at}")
    verdicts = {line["id"]: line["verdict"] for line in lines}
    return question | {"said": turns(question), "places": places, "verdicts": verdicts}


def _by_kind(ids: Iterable[str], verdicts: Json) -> list[tuple[str, list[str]]]:
    """The lines that quote some words, each under its own sign: one quote may cover a point and make a mistake."""
    kinds = [(kind, [line for line in ids if _KINDS.get(verdicts[line]) == kind]) for kind in _STYLES.values()]
    return [(kind, lines) for kind, lines in kinds if lines]


def _page(lang: Lang, report: Json, pictures: dict[str, Markup], **more: object) -> str:
    style = _own("css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = _environment(lang).from_string(_own("html.j2"))
    sheet = Markup(style)  # noqa: S704 - our own file
    return template.render(report=report, pictures=pictures, style=sheet, digest=digest, **more).lstrip()


def _own(suffix: str) -> str:
    """One of the files beside this one."""
    return (files("agent.report") / f"report.{suffix}").read_text("utf-8")


def _environment(lang: Lang) -> Environment:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_inert, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        lang=lang,
        languages=LANGUAGES,
        say=lambda key, **values: say(key, lang, **values),
        score=lambda value: score_text(value, lang),
        wording={name: partial(_worded, getattr(wording, name), lang) for name in
                 ("mean", "interviewer", "verdict", "verdict_again", "ungraded", "duration", "planned", "expected")},
        grader_name=grader_name,
        effort=partial(_listed, wording.effort, lang),
        counted=lambda number: counted("times", number, lang),
        signs=SIGNS,
        styles=_STYLES,
        by_kind=_by_kind,
    )  # fmt: skip
    return environment


def _listed(words: Any, lang: Lang, value: object) -> list[str]:  # noqa: ANN401 - one of the functions of wording
    return list(words(value, lang))


def _worded(words: Any, lang: Lang, value: object) -> str:  # noqa: ANN401 - one of the functions of wording
    return str(words(value, lang))


def _inert(value: object) -> object:
    """What every value of the template goes through before it is escaped: no control, escape or bidi character."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
