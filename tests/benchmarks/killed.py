"""Kill -9 after every single event of a three-question interview, then `razbor resume`.

    python -m tests.benchmarks.killed            # with the embedded interviewer, and with a scripted model

Says for each: how many times it was killed, and what came out otherwise than without a break.
"""

import sys
import tempfile
from pathlib import Path

from agent.record.verify import verify
from tests.agent.interrupting import ANSWERS, QUESTIONS, events_of, interviewer, killed_and_resumed, outcome, run
from tests.endpoint.scripted import Script
from tools.graders.local import LocalGrader
from transcripts.reader import read


def sweep(name: str, flags: list[str]) -> int:
    """Kill and resume at each event; the number of interviews that came out otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        assert run(whole, *flags, lines=ANSWERS).returncode == 0
        events, wrong = events_of(whole), 0
        for after in range(1, len(events)):
            home = Path(folder) / str(after)
            resumed = killed_and_resumed(home, flags, after)
            (path,) = (home / "transcripts").glob("*.jsonl")
            problems = [key for key, value in outcome(events).items() if outcome(resumed)[key] != value]
            problems += [str(difference) for difference in verify(read(path), LocalGrader()).differences]
            if problems:
                wrong += 1
                print(f"  after event {after} ({events[after - 1].type}): {problems}")
    print(f"{name}: killed after each of {len(events) - 1} events, resumed; {wrong} came out otherwise")
    return wrong


if __name__ == "__main__":
    plain = [*QUESTIONS, "--seed", "5", "--grader", "local"]
    failed = sweep("embedded", plain)
    with Script(forever=interviewer) as server:
        failed += sweep("scripted model", [*plain, "--base-url", server.url, "-m", "scripted"])
    sys.exit(bool(failed))
