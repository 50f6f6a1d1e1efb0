"""What a large bank costs, beside the built-in one: starts, a wish in words, a list, memory, and the transcript.

    python -m tests.benchmarks.big_bank [N]      # N = 10000 questions of the user's own

The questions are made of sentences of the built-in ones, in both languages for every second question, each with words
of its own. A start is the whole process, to its end: at the end of input it has put one question on the screen.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tools.bank import load
from tools.planner import Planner, Wish, draw
from tools.question import Question, sentences

ROUNDS = 5
WISHES = (
    "how do I shrink a model", "why is my SQL so slow", "memory needed to train all the parameters",
    "как уменьшить модель", "данные изменились, и качество упало", "pozelle 1234",
)  # fmt: skip
SYLLABLES = ["ka", "lo", "mi", "ru", "tes", "van", "or", "pel", "dim", "su", "gra", "net", "zo", "bri", "fal"]


def written(folder: Path, count: int) -> int:
    """Write so many question files; returns their size in bytes."""
    chance, size = random.Random(1), 0
    originals = list(load().questions.values())
    for number in range(count):
        text = "".join(_lines(number, chance, originals))
        size += (folder / f"q{number:06}.yaml").write_bytes(text.encode())
    return size


def _lines(number: int, chance: random.Random, originals: list[Question]) -> Iterator[str]:
    one, other = chance.sample(originals, 2)

    def mixed(lang: str, length: int) -> str:
        first, second = (q.wording("ru" if lang == "ru" else "en") for q in (one, other))
        pool = [s for w in (first, second) for s in sentences(f"{w.prompt}\n{w.breakdown}")]
        own = "".join(chance.choices(SYLLABLES, k=3))
        return " ".join([*chance.sample(pool, min(length, len(pool))), f"{own} {number}."])

    def texts(lang: str, indent: str) -> Iterator[str]:
        for name, length in (("prompt", 2), ("short_answer", 2), ("breakdown", 12)):
            yield f"{indent}{name}: {json.dumps(mixed(lang, length), ensure_ascii=False)}\n"
        for name, count in (("key_points", 6), ("tips", 3)):
            yield f"{indent}{name}:\n"
            yield from (f"{indent}  - {json.dumps(mixed(lang, 1), ensure_ascii=False)}\n" for _ in range(count))

    yield f"id: q{number:06}\ntopic: {one.topic}\nlevel: {one.level}\nheading: Question {number}\n"
    yield from texts("en", "")
    yield "mistakes:\n"
    yield from (f"  - text: {json.dumps(mixed('en', 1), ensure_ascii=False)}\n" for _ in range(3))
    if number % 2:
        yield "ru:\n"
        yield from texts("ru", "  ")


def process(home: Path, *arguments: str) -> tuple[float, float, int]:
    """Seconds of a razbor process, its seconds of CPU, and its peak memory in MB."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env={**os.environ, "RAZBOR_HOME": str(home)},
    )  # fmt: skip
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"razbor {arguments}: exit status {child.returncode}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of CPU, the median of some rounds."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return statistics.median(times) * 1000


def of_processes(home: Path, paths: list[Path]) -> dict[str, float]:
    """What a person waits for, and the peak of memory meanwhile."""
    flags = [text for path in paths for text in ("--bank", str(path))]
    found: dict[str, float] = {}
    for label, rounds, arguments in (("first start", 1, ["-q"]), ("later start", ROUNDS, ["-q"]),
                                     ("bank list", ROUNDS, ["bank", "list"])):  # fmt: skip
        seconds, cpu, peaks = zip(*(process(home, *arguments, *flags) for _ in range(rounds)), strict=True)
        found[f"{label}, ms"], found[f"{label}, ms of CPU"] = (1000 * statistics.median(ts) for ts in (seconds, cpu))
        found[f"{label}, peak MB"] = max(peaks)
    transcript = max((home / "transcripts").glob("*.jsonl"))
    with transcript.open("rb") as file:
        found["session line, bytes"] = len(file.readline())
    return found


def of_parts(home: Path, paths: list[Path]) -> dict[str, float]:
    """What the parts of it cost."""
    shelf = home / "bank.sqlite3"
    found = {"opening the bank, ms of CPU": median(lambda: load(paths, shelf=shelf))}
    bank = load(paths, shelf=shelf)
    planner = Planner(
        draw(list(bank.heads.values()), 1), bank.get, seed=1,
        search=lambda words: [bank.head(question_id) for question_id in bank.search(words)],
    )  # fmt: skip
    found["choice without a wish, ms of CPU"] = median(lambda: planner.choose([], Wish()), 50)
    found["choice with a wish, first, ms of CPU"] = median(lambda: planner.choose([], Wish(WISHES[0])), 1)
    each = [median(lambda w=w: planner.choose([], Wish(w))) for w in WISHES]
    found["choice with a wish, ms of CPU"], found["slowest wish, ms of CPU"] = statistics.median(each), max(each)
    found["shelf, MB"] = shelf.stat().st_size / 1e6
    return found


def main() -> None:
    """Print the figures of both banks, and how they have grown."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        small, large, own = (Path(name) / part for part in ("small", "large", "questions"))
        own.mkdir()
        with ProcessPoolExecutor(1) as pool:  # a process counts the memory of the one that starts it as its own
            size = pool.submit(written, own, count).result()
        print(f"{count} questions of {size // count} bytes beside the built-in bank")
        rows = [of_processes(small, []), of_processes(large, [own])]
        rows = [row | of_parts(home, paths) for row, home, paths in zip(rows, (small, large), ([], [own]), strict=True)]
        print(f"listing the folder and the state of each file: {median(lambda: _scan(own)):.0f} ms of CPU")
    print(f"{'':<38}{'built-in':>12}{'with ' + str(count):>12}{'factor':>9}")
    for label, figure in rows[0].items():
        print(f"{label:<38}{figure:>12,.1f}{rows[1][label]:>12,.1f}{rows[1][label] / figure:>9.2f}")


def _scan(folder: Path) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            entry.stat()


if __name__ == "__main__":
    main()
