"""What grading again has changed, whatever it looks like: the object that `razbor replay --regrade --json` prints."""

from collections.abc import Iterable
from itertools import groupby

from agent.regrading.regrade import Row
from tools.change import change, differences, score_change
from transcripts.events import Json
from transcripts.grade import Grade, GraderId


def of_rows(rows: list[Row], grader: GraderId) -> Json:
    """The object that `--json` prints: each answer, each interview, and the figures over all."""
    interviews = []
    for copy, of_copy in groupby(rows, lambda row: row.copy):
        own = list(of_copy)
        head = {"session": own[0].session, "path": str(own[0].path), "copy": str(copy)}
        interviews.append(head | score_change(_pairs(own)))
    return {
        "grader": grader.model_dump(),
        "answers": [_answer(row) for row in rows],
        "interviews": interviews,
        "summary": change(_pairs(rows)),
    }


def _answer(row: Row) -> Json:
    old, new = (
        grade and grade.model_dump(exclude={"type", "seq", "time", "regrade_of"}) for grade in (row.old, row.new)
    )
    return {
        "session": row.session,
        "copy": str(row.copy),
        "question": row.question,
        "regrade_of": row.seq,
        "old": old,
        "new": new,
        "differ": differences(row.old, row.new) if row.new else [],
        "failed": row.failed or None,
    }


def _pairs(rows: Iterable[Row]) -> list[tuple[Grade, Grade]]:
    return [(row.old, row.new) for row in rows if row.old and row.new and row.old.status == "graded"]
