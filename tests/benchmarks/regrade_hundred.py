"""`replay --regrade` of 100 transcripts, interrupted and resumed: is each answer graded exactly once?

    python -m tests.benchmarks.regrade_hundred

With a scripted judge (requests are counted where they arrive): stopped by Ctrl-C, then gone on with. And with kill -9,
after which what was in flight may be asked again, but is on record once.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.verify_speed import record
from tests.endpoint.judges import lines_asked
from tests.endpoint.scripted import Json, Response, Script, say
from transcripts.events import GradeEvent
from transcripts.reader import read

COUNT = 100


def main() -> None:
    """Print what was graded how often."""
    for name in ("SIGINT", "SIGKILL"):
        with tempfile.TemporaryDirectory() as folder, Script(forever=_slowly) as server:
            paths = record(Path(folder) / "from", COUNT)
            command = [sys.executable, "-m", "agent", "replay", *map(str, paths), "--regrade", "--grader", "judge",
                       "--base-url", server.url, "-m", "scripted", "--out", f"{folder}/to", "--json"]  # fmt: skip
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while len(server.bodies) < COUNT:
                time.sleep(0.05)
            running.send_signal(signal.Signals[name])
            status, first = running.wait(), len(server.bodies)
            done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            table = json.loads(done.stdout)
            print(f"{name}: {COUNT} transcripts, {len(table['answers'])} answers; stopped with status {status} after"
                  f" {first} requests, then {len(server.bodies) - first} more, status {done.returncode}")  # fmt: skip
            print(f"  regrades on record: {sorted(_on_record(Path(folder) / 'to').items())} (times: answers)")


def _slowly(body: Json) -> Response:
    """A judge that finds nothing in an answer, after a while."""
    time.sleep(0.02)
    nothing = {line: {"quote": "", "verdict": "missing" if line[0] == "k" else "not_addressed"}
               for line in lines_asked(body)}  # fmt: skip
    return say(json.dumps(nothing))


def _on_record(folder: Path) -> Counter[int]:
    """How many answers have how many regrades."""
    times: Counter[tuple[str, int | None]] = Counter()
    for path in folder.glob("*.jsonl"):
        times.update((path.name, event.regrade_of) for event in read(path).events
                     if isinstance(event, GradeEvent) and event.regrade_of is not None)  # fmt: skip
    return Counter(times.values())


if __name__ == "__main__":
    main()
