"""`razbor replay --verify` over many transcripts, beside merely parsing the same files with `json`.

    python -m tests.benchmarks.verify_speed [N] [--mixed]      # N = 1000 transcripts

No two have an answer in common, but only a number tells some apart; with --mixed each also has words from other answers
strewn in. Nothing is kept between transcripts but what was prepared of the questions (eight here; 32 are kept).
Both are timed as CPU and wall time of a process with its children; peak memory is that of the largest process.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from agent.candidate import TypingCandidate
from agent.course import Course
from agent.loop import Interviewing, run_interview
from agent.models.embedded import NAME, EmbeddedModel
from agent.session import Journal, assemble, begin, end
from tests.grading.data import lines as rows
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.planner import in_order
from transcripts.events import SessionEvent
from transcripts.recorder import Recorder

QUESTIONS = 3
PARSE = "import json, sys\nfor name in sys.argv[1:]:\n    for line in open(name, 'rb'):\n        json.loads(line)\n"


def record(folder: Path, count: int, *, mixed: bool = False) -> list[Path]:
    """So many interviews of three questions with a follow-up each; every answer has a sentence of its own."""
    bank, answers = BANK.questions, rows("answers_dev")
    by_question = {name: [label["answer"] for label in answers if label["question"] == name] for name in bank}
    paths = []
    for number in range(count):
        names = [list(bank)[(number + n * 3) % len(bank)] for n in range(QUESTIONS)]
        turns = [by_question[name][(number // len(bank) + turn) % len(by_question[name])] + f" Case {number}."
                 for name in names for turn in range(2)]  # fmt: skip
        if mixed:
            turns = [_mixed(turn, random.Random(f"{number}/{n}"), answers) for n, turn in enumerate(turns)]
        path = folder / f"{number:05d}.jsonl"
        _hold(path, number, names, turns)
        paths.append(path)
    return paths


def _mixed(turn: str, chance: random.Random, answers: list[dict[str, str]]) -> str:
    """The turn with every tenth word replaced by one of another answer."""
    words, others = turn.split(), chance.choice(answers)["answer"].split()
    for at in chance.sample(range(len(words)), len(words) // 10):
        words[at] = chance.choice(others)
    return " ".join(words)


def _hold(path: Path, seed: int, names: list[str], turns: list[str]) -> None:
    grader, lines = LocalGrader(), iter(turns)
    session = SessionEvent(
        id=path.stem, razbor="0", lang="en", mode="practice", questions=len(names), follow_ups=1, seed=seed, model=NAME,
        grader=grader.id, max_steps=200,
    )  # fmt: skip
    with closing(Recorder.create(path)) as recorder:
        journal = Journal([recorder.write])
        parts = assemble(session, in_order([BANK.get(n) for n in names]), grader, journal)
        emit = journal.emit
        candidate = TypingCandidate(lambda: next(lines, None), parts.interview, emit, lambda *_, **__: None, grader.id)
        course = Course(EmbeddedModel("en", seed), None, emit, "en")
        journal.listeners.append(course.hear)
        begin(parts)
        running = Interviewing(parts, course, candidate)
        end(parts, run_interview(running))


BANK = load()


def timed(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a process."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - begun


def main() -> None:
    """Print rates and memory."""
    given = [argument for argument in sys.argv[1:] if argument != "--mixed"]
    count = int(given[0]) if given else 1000
    with tempfile.TemporaryDirectory() as folder:
        paths = record(Path(folder), count, mixed="--mixed" in sys.argv)
        size = sum(path.stat().st_size for path in paths)
        names = [str(path) for path in paths]
        print(f"{count} transcripts, {size / 1e6:.0f} MB, {QUESTIONS} questions with a follow-up each")
        parsed, _ = timed([sys.executable, "-c", PARSE, *names])
        print(f"json alone       {parsed:7.2f} s of CPU  {count / parsed:7.0f} a second")
        for some in (count // 10, count):
            verified, wall = timed([sys.executable, "-m", "agent", "replay", "--verify", "--plain", *names[:some]])
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            ratio = verified / parsed * count / some
            print(f"verify {some:5}     {verified:7.2f} s of CPU  {some / verified:7.0f} a second  {wall:.2f} s in all")
            print(f"                 {ratio:.1f} times json; peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
