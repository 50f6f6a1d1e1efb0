"""What many interviews say together: mastery of the topics with its uncertainty, and mistakes that come again."""

from collections import Counter
from collections.abc import Sequence

from tools.ability import Ability
from tools.mastery import Scored, mastery
from transcripts.event import moment
from transcripts.events import Json

AGAIN = 2  # times, from which on a mistake is one that comes again


def rows_of(report: Json) -> list[Json]:
    """What progress needs to know of the questions of one interview."""
    return [
        {
            "session": report["id"],
            "time": question["asked_at"] or report["time"],
            **{name: question[name] for name in ("question", "topic", "level", "score")},
            "made": {line["id"]: line["text"] for line in question["mistakes"] if line["verdict"] == "committed"},
        }
        for question in report["questions"]
    ]


def progress(rows: Sequence[Json]) -> list[Json]:
    """A row a topic, the weakest first, and how many questions it rests on.

    `expected`: the score to expect on a middle question now, 0 to 10, within `low` and `high` with 80 % probability;
    `before`: what was to be expected before the latest interview.
    """
    scored = sorted(
        (time, row["session"], Scored(time, row["topic"], row["level"], row["score"]))
        for row in rows
        if row["score"] is not None and (time := moment(row["time"]))
    )
    if not scored:
        return []
    latest = scored[-1][1]
    now = mastery([one for _, _, one in scored])
    before = mastery([one for _, session, one in scored if session != latest])
    counts = Counter(one.topic for _, _, one in scored)
    earlier = {one.topic for _, session, one in scored if session != latest}
    found = [_row(topic, now, before if topic in earlier else None) | {"questions": counts[topic]} for topic in counts]
    return sorted(found, key=lambda row: (row["expected"], row["topic"]))


def made_again(rows: Sequence[Json]) -> list[Json]:
    """The mistakes that were made more than once, the most frequent first."""
    texts, times = dict[tuple[str, str], str](), Counter[tuple[str, str]]()
    for row in rows:
        for line_id, text in row["made"].items():
            texts[row["question"], line_id] = text
            times[row["question"], line_id] += 1
    return [
        {"question": question, "id": line_id, "text": texts[question, line_id], "times": count}
        for (question, line_id), count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        if count >= AGAIN
    ]


def _row(topic: str, now: Ability, before: Ability | None) -> Json:
    low, high = now.interval(topic)
    return {
        "topic": topic,
        "expected": round(now.expected(topic), 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "before": round(before.expected(topic), 1) if before else None,
    }
