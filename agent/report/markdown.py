"""A report as Markdown. All that comes from a transcript is made inert first."""

from agent.report.facts import grader_name
from agent.report.inert import block, inline
from agent.terminal.card import score_text
from agent.terminal.marked import marked
from prompts import say
from tools.question import Lang
from transcripts.events import Json


def interview(report: Json, lang: Lang) -> str:
    """The report of one interview."""
    model = say("first.embedded", lang) if report["offline"] else report["model"]
    grader = say("report.grader", lang, grader=grader_name(report["grader"]))
    head = " · ".join(
        inline(part) for part in (report["time"][:10], say(f"report.{report['mode']}", lang), model, grader)
    )
    parts = [f"# {say('report.title', lang, id=inline(report['id']))}", head, f"**{_mean(report, lang)}**"]
    for question in report["questions"]:
        parts += _question(question, lang)
    return "\n\n".join([*parts, *_disputes(report["disputes"], lang, of_one=True)]) + "\n"


def overview(report: Json, lang: Lang) -> str:
    """The table of all interviews, and every disputed line."""
    names = ("id", "date", "mode", "lang", "graded", "mean", "disputed")
    rows = [[say(f"report.column_{name}", lang) for name in names], ["---"] * len(names)]
    for row in report["interviews"]:
        graded = say("report.of", lang, graded=row["graded"], asked=row["asked"])
        mean, mode = score_text(row["mean"], lang), say(f"report.{row['mode']}", lang)
        rows.append([row["id"], row["time"][:10], mode, row["lang"], graded, mean, str(row["disputes"])])
    table = "\n".join(f"| {' | '.join(inline(cell) for cell in row)} |" for row in rows)
    return "\n\n".join([f"# {say('report.title_all', lang)}", table, *_disputes(report["disputes"], lang)]) + "\n"


def _mean(report: Json, lang: Lang) -> str:
    if report["mean"] is None:
        return say("summary.nothing", lang)
    mean = score_text(report["mean"], lang)
    return say("summary.mean", lang, mean=mean, graded=report["graded"], asked=report["asked"])


def _question(question: Json, lang: Lang) -> list[str]:
    topic = say(f"topic.{question['topic']}", lang)
    title = say("report.question", lang, number=question["number"], topic=topic, id=question["question"])
    parts = [f"## {title}", f"**{inline(question['prompt'])}**"]
    if question["answer"]:
        lines = [*question["key_points"], *question["mistakes"]]
        shown = marked(question["answer"], [(line["id"], line["verdict"], line["quote"]) for line in lines])
        parts += [say("report.answer", lang), block("".join(text for _, text in shown))]
    if question["status"] != "graded":
        return [*parts, f"**{_ungraded(question, lang)}**"]
    parts.append(f"**{say('card.score', lang, score=score_text(question['score'], lang))}**")
    points = question["key_points"]
    covered = sum(line["verdict"] == "covered" for line in points)
    return [
        *parts,
        f"### {say('card.key_points', lang, covered=covered, total=len(points))}",
        "\n".join(_line(line, lang) for line in points),
        f"### {say('card.mistakes', lang)}",
        "\n".join(_line(line, lang) for line in question["mistakes"]),
    ]


def _ungraded(question: Json, lang: Lang) -> str:
    if question["status"] is None:
        return say("report.unanswered", lang)
    return say("card.ungraded_skipped" if question["reason"] == "skipped" else "card.ungraded_failed", lang)


def _line(line: Json, lang: Lang) -> str:
    rows = [f"- {inline(line['id'])} **{_verdict(line['verdict'], lang)}**: {inline(line['text'])}"]
    if line["quote"]:
        rows.append(f"  - {say('report.quote', lang, quote=inline(line['quote']))}")
    if line.get("instead"):
        rows.append(f"  - {say('report.instead', lang, text=inline(line['instead']))}")
    rows += [f"  - {say('report.disputed', lang, reason=inline(reason))}" for reason in line["disputes"]]
    return "\n".join(rows)


def _verdict(verdict: str, lang: Lang) -> str:
    return say(f"report.{verdict}" if verdict in ("covered", "missing") else f"card.{verdict}", lang)


def _disputes(disputes: list[Json], lang: Lang, *, of_one: bool = False) -> list[str]:
    """The section of disputed lines; none where nothing was disputed."""
    rows = []
    for dispute in disputes:
        place = dispute["question"] if of_one else f"{dispute['session']} · {dispute['question']}"
        verdict = _verdict(dispute["verdict"], lang)
        rows.append(f"- {inline(place)} · {inline(dispute['line'])} **{verdict}**: {inline(dispute['text'])}")
        rows.append(f"  - {say('report.disputed', lang, reason=inline(dispute['reason']))}")
    return [f"## {say('report.disputes', lang)}", "\n".join(rows)] if rows else []
