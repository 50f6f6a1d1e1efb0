"""An interview killed after an event and resumed, beside the same interview held without a break."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.endpoint.scripted import GO_ON, Response, obey, say
from transcripts.events import CommandEvent, DisputeEvent, Event, GradeEvent, MessageEvent, QuestionEvent
from transcripts.reader import read

ROOT = Path(__file__).parents[2]
ANSWERS = (
    "A pod is the smallest deployable unit,\\nand a node is a machine that runs pods.",
    "A Service selects pods by labels; a Deployment keeps replicas up to date.",
    "/repeat",
    "First add nullable columns, backfill in batches, then switch reads.",
    "Test it on a staging copy, and prefer a forward fix to a rollback.",
    "I would use retrieval with reranking and measure recall at k.",
    "/dispute kp1 I said that",
    "Chunk the documents, cite sources, evaluate faithfulness.",
)
QUESTIONS = (
    "--question",
    "kubernetes-primitives",
    "--question",
    "safe-schema-migration",
    "--question",
    "rag-end-to-end",
)


def interviewer(body: dict[str, Any]) -> Response:
    """A model that does what is due, and never says the same twice."""
    due = obey(body)
    if due.body == say(GO_ON).body:
        return say(f"{GO_ON} Part {len(body['messages'])} of {sum(len(str(m['content'])) for m in body['messages'])}.")
    return due


def run(
    home: Path, *arguments: str, lines: Sequence[str], dying_after: int | str = 0
) -> subprocess.CompletedProcess[bytes]:
    """razbor in a process of its own; it kills itself after so many events, if any (see `dying`)."""
    program = ["tests.agent.dying", str(dying_after)] if dying_after else ["agent"]
    return subprocess.run(
        [sys.executable, "-m", *program, *arguments], input="".join(f"{line}\n" for line in lines).encode(),
        capture_output=True, timeout=120, check=False, cwd=ROOT,
        env={**os.environ, "RAZBOR_HOME": str(home), "LANG": "en_US.UTF-8", "NO_PROXY": "*"},
    )  # fmt: skip


def events_of(home: Path) -> list[Event]:
    """The events of the one transcript."""
    (path,) = (home / "transcripts").glob("*.jsonl")
    return read(path).events


def typed(events: Sequence[Event]) -> list[str]:
    """The lines that the candidate has typed, as far as they are on record."""
    lines = []
    for event in events:
        if isinstance(event, MessageEvent) and event.role == "user":
            lines.append(event.content.replace("\n", "\\n"))
        elif isinstance(event, CommandEvent) and event.name.startswith("/"):
            lines.append(f"{event.name} {event.argument}".strip())
        elif isinstance(event, DisputeEvent):
            lines.append(f"/dispute {event.line} {event.reason}")
    return lines


def outcome(events: Sequence[Event]) -> dict[str, Any]:
    """What must be the same however often an interview was interrupted."""
    own = {"seq", "time", "regrade_of", "notes", "measured"}
    grades = {event.question: event.model_dump(exclude=own) for event in events if isinstance(event, GradeEvent)}
    asked = [event.question["id"] for event in events if isinstance(event, QuestionEvent)]
    return {"asked": asked, "typed": typed(events), "grades": grades, "end": events[-1].model_dump(exclude=own)}


def killed_and_resumed(home: Path, flags: Sequence[str], after: int) -> list[Event]:
    """An interview that is killed after its event number `after` (from 1), and resumed with the lines that are left."""
    begun = run(home, *flags, lines=ANSWERS, dying_after=after)
    assert begun.returncode == -signal.SIGKILL, begun.stderr.decode()
    before = events_of(home)
    assert len(before) == after
    left = ANSWERS[len(typed(before)) :]
    resumed = run(home, "resume", lines=left)
    assert resumed.returncode == 0, resumed.stderr.decode()
    return events_of(home)
