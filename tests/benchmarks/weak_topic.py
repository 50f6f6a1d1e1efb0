"""Whole interviews with a scripted candidate who is good at all topics but one: is the weak one found and revisited?

    python -m tests.benchmarks.weak_topic [--homes 10] [--seed 1]

Real processes over a pipe, the embedded interviewer and the local grader, 8 questions each. First series: one interview
in a home of its own. Second: three in the same home, three days apart; for that the times in the transcripts so far are
set back by three days before the next interview, as memory is made of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tools.ability import TOPICS, Ability
from tools.bank import load
from tools.memory import opened
from tools.question import Question

ROOT = Path(__file__).parents[2]
QUESTIONS = 8
APART = timedelta(days=3)
EMPTY = "It depends on the situation; I would follow best practice there, measure it and talk to the team."


@dataclass(frozen=True)
class Asked:
    """One question of an interview, as its transcript has it."""

    id: str
    topic: str
    score: float | None
    reason: str
    why: dict[str, Any]


def answer(question: Question, weak: str) -> str:
    """One line: what is right, or in the weak topic words that say nothing."""
    words = f"{question.short_answer} {question.breakdown}"
    return EMPTY if question.topic == weak else " ".join(words.split())


def interview(home: Path, weak: str, seed: int) -> list[Asked]:
    """Hold one interview in a home; each question is answered when the transcript shows it."""
    before, folder = set(home.glob("transcripts/*.jsonl")), home / "transcripts"
    command = [sys.executable, "-m", "agent", "--plain", "--seed", str(seed), "--questions", str(QUESTIONS)]
    command += ["--follow-ups", "0", "--grader", "local"]
    env = {**os.environ, "RAZBOR_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"}
    bank, answered = load().questions, 0
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, text=True
    ) as process:
        assert process.stdin
        assert process.stderr
        while process.poll() is None:
            for asked in transcript(set(folder.glob("*.jsonl")) - before)[answered:]:
                with suppress(BrokenPipeError):
                    print(answer(bank[asked.id], weak), file=process.stdin, flush=True)
                answered += 1
            time.sleep(0.1)
        assert process.returncode == 0, process.stderr.read()
    return transcript(set(folder.glob("*.jsonl")) - before)


def transcript(paths: Iterable[Path]) -> list[Asked]:
    """The questions of a transcript so far, and what became of them."""
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines(keepends=True)]
    events = [json.loads(line) for line in lines if line.endswith("\n")]
    plans = {event["question"]: event for event in events if event["type"] == "plan"}
    scores = {event["question"]: event["score"] for event in events if event["type"] == "grade"}
    asked = [event["question"] for event in events if event["type"] == "question"]
    return [
        Asked(q["id"], q.get("topic", "general"), scores.get(q["id"]), plans[q["id"]]["reason"], plans[q["id"]]["why"])
        for q in asked
    ]


def set_back(home: Path) -> None:
    """Let some days pass: everything recorded so far happened that much earlier."""
    for path in home.glob("transcripts/*.jsonl"):
        events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for event in events:
            event["time"] = (datetime.fromisoformat(event["time"]) - APART).isoformat(timespec="milliseconds")
        path.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), "utf-8")


def remembered(home: Path) -> Ability:
    """The ability that razbor remembers."""
    with opened(next(home.rglob("memory.sqlite3"))) as memory:
        return memory.ability(datetime.now().astimezone())


def judge(home: Path, weak: str, asked: list[Asked], due: Mapping[str, Any]) -> dict[str, bool]:
    """Print an interview and what came of it."""
    for one in asked:
        figures = ", ".join(f"{name} {value}" for name, value in one.why.items() if name != "committed")
        mark = "*" if one.topic == weak else " "
        print(f"  {mark} {one.id:30} {one.topic:17} {one.score!s:>5}  {one.reason:8} {figures}")
    ability, topics = remembered(home), sorted({question.topic for question in load().questions.values()})
    lowest = min(topics, key=lambda topic: ability.mean[TOPICS.index(topic)])
    verdict = {
        "found": lowest == weak,
        "asked": any(one.topic == weak for one in asked),
        "revisited": sum(one.topic == weak for one in asked) > 1,
        "repeats": len({one.id for one in asked}) < len(asked),
    }
    reviews = [one.id for one in asked if one.reason == "due"]
    back = f"; {len(reviews)} reviews, {len(due)} were due" if due else ""
    print(f"    weak: {weak}; lowest: {lowest} ({ability.expected(lowest):.1f}); {_words(verdict)}{back}")
    return verdict


def _words(verdict: Mapping[str, bool]) -> str:
    return ", ".join(f"{name} {'yes' if value else 'no'}" for name, value in verdict.items())


def due_today(home: Path) -> dict[str, Any]:
    """The questions that `razbor plan` calls due."""
    env = {**os.environ, "RAZBOR_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "agent", "plan", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return {row["question"]: row for row in json.loads(done.stdout)["due"]}


def series(name: str, homes: int, first: int, interviews: int) -> None:
    """Hold so many interviews in each of so many homes and count what came of them."""
    topics = sorted({question.topic for question in load().questions.values()})
    verdicts: list[list[dict[str, bool]]] = [[] for _ in range(interviews)]
    for n in range(homes):
        weak = topics[n % len(topics)]
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            for number in range(interviews):
                if number:
                    set_back(home)
                due = due_today(home) if number else {}
                seed = first + n * interviews + number
                print(f"{name}, home {n + 1}, interview {number + 1}, seed {seed}")
                verdicts[number].append(judge(home, weak, interview(home, weak, seed), due))
    for number, of in enumerate(verdicts, start=1):
        counts = ", ".join(f"{key} {sum(one[key] for one in of)}" for key in of[0])
        print(f"{name}, interview {number}, of {homes}: {counts}\n")


def main() -> None:
    """Both series."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    flags = parser.parse_args()
    series("one interview", flags.homes, flags.seed, 1)
    series("three interviews", flags.homes, flags.seed + 100, 3)


if __name__ == "__main__":
    main()
