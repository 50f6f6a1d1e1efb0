"""A report as Markdown. All that comes from a transcript is made inert first."""

from agent.report import wording
from agent.report.answer import Turn, turns
from agent.report.facts import grader_name
from agent.report.inert import block, inline
from agent.terminal.card import score_text
from prompts import counted, say
from tools.question import Lang
from transcripts.events import Json


def interview(report: Json, lang: Lang) -> str:
    """The report of one interview."""
    model = wording.interviewer(report, lang)
    grader = say("report.grader", lang, grader=grader_name(report["grader"]))
    head = " · ".join(
        inline(part) for part in (report["time"][:10], say(f"report.{report['mode']}", lang), model, grader)
    )
    parts = [f"# {say('report.title', lang, id=inline(report['id']))}", head, f"**{wording.mean(report, lang)}**"]
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
    parts = [f"# {say('report.title_all', lang)}", table, *_progress(report, lang)]
    return "\n\n".join([*parts, *_disputes(report["disputes"], lang)]) + "\n"


def _progress(report: Json, lang: Lang) -> list[str]:
    """Mastery by topic, and the mistakes that come again."""
    rows = [f"- {say('topic.' + row['topic'], lang)}: {wording.expected(row, lang)}" for row in report["progress"]]
    made = [
        f"- {inline(row['question'])} · {inline(row['id'])}: {inline(row['text'])} "
        f"({say('report.made_times', lang, times=counted('times', row['times'], lang))})"
        for row in report["made_again"]
    ]
    parts = [f"## {say('report.mastery', lang)}", say("report.mastery_note", lang), "\n".join(rows)] if rows else []
    return [*parts, f"## {say('report.made_again', lang)}", "\n".join(made)] if made else parts


def _question(question: Json, lang: Lang) -> list[str]:
    topic = say(f"topic.{question['topic']}", lang)
    title = say("report.question", lang, number=question["number"], topic=topic, id=question["question"])
    parts = [f"## {title}", f"**{inline(question['prompt'])}**"]
    said = turns(question)
    parts += [part for turn in said for part in _turn(turn, lang)]
    if said and said[-1].by == "interviewer":
        parts.append(say("report.no_answer", lang))
    if question["status"] != "graded":
        return [*parts, f"**{wording.ungraded(question, lang)}**", *_course(question, lang)]
    parts.append(f"**{say('card.score', lang, score=score_text(question['score'], lang))}**")
    points = question["key_points"]
    covered = sum(line["verdict"] == "covered" for line in points)
    return [
        *parts,
        *_course(question, lang),
        f"### {say('card.key_points', lang, covered=covered, total=len(points))}",
        "\n".join(_line(line, lang) for line in points),
        f"### {say('card.mistakes', lang)}",
        "\n".join(_line(line, lang) for line in question["mistakes"]),
    ]


def _turn(turn: Turn, lang: Lang) -> list[str]:
    """What was said, with the quotes marked as in `[kp3: the smallest unit]`."""
    marked = "".join(f"[{', '.join(piece.ids)}: {piece.text}]" if piece.ids else piece.text for piece in turn.pieces)
    return [say("report.answer" if turn.by == "candidate" else "report.follow_up", lang), block(marked)]


def _course(question: Json, lang: Lang) -> list[str]:
    """The time that a question took, and the grades that count no more."""
    rows = [wording.planned(question, lang)] if question["plan"] else []
    rows += wording.effort(question, lang)
    if question["seconds"] is not None:
        rows.append(say("report.time_used", lang, time=wording.duration(question["seconds"], lang)))
    if question["earlier_grades"]:
        grades = ", ".join(inline(wording.earlier(grade, lang)) for grade in question["earlier_grades"])
        rows.append(say("report.earlier_list", lang, grades=grades))
    return rows


def _line(line: Json, lang: Lang) -> str:
    rows = [f"- {inline(line['id'])} **{wording.verdict_again(line, lang)}**: {inline(line['text'])}"]
    if line["quote"]:
        rows.append(f"  - {say('report.quote', lang, quote=inline(line['quote']))}")
    if line.get("instead"):
        rows.append(f"  - {say('report.instead', lang, text=inline(line['instead']))}")
    rows += [f"  - {say('report.disputed', lang, reason=inline(reason))}" for reason in line["disputes"]]
    return "\n".join(rows)


def _disputes(disputes: list[Json], lang: Lang, *, of_one: bool = False) -> list[str]:
    """The section of disputed lines; none where nothing was disputed."""
    rows = []
    for dispute in disputes:
        place = dispute["question"] if of_one else f"{dispute['session']} · {dispute['question']}"
        verdict = wording.verdict(dispute["verdict"], lang)
        rows.append(f"- {inline(place)} · {inline(dispute['line'])} **{verdict}**: {inline(dispute['text'])}")
        rows.append(f"  - {say('report.disputed', lang, reason=inline(dispute['reason']))}")
    return [f"## {say('report.disputes', lang)}", "\n".join(rows)] if rows else []
