"""How long razbor takes to start, beside a Python that only imports what that run needs of others.

`python -m tests.benchmarks.startup` runs `razbor --version` and an offline interview that ends before the first answer,
each in turn with a bare process that imports the modules which were loaded and are not razbor's, so that a busy machine
slows both. The figures are medians in ms, their ratio, and the quartiles of the ratio of neighbours. razbor lies in a
folder of its own, as in a wheel: a checkout asks git for its version.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAIRS = 31
RUNS = {"razbor --version": ["--version"], "razbor < /dev/null": []}
OURS = ("agent", "tools", "prompts", "transcripts")
LOADED = (  # what is in sys.modules at the end of a run, as the last line of stderr
    "import atexit, sys; bare = set(sys.modules);"
    "atexit.register(lambda: print(*(n for n in sys.modules if n not in bare), file=sys.stderr));"
    "from agent.__main__ import main; sys.exit(main())"
)
IMPORT = "import importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        installed = Path(folder) / "installed"
        for room in OURS:
            shutil.copytree(ROOT / room, installed / room, ignore=shutil.ignore_patterns("__pycache__"))
        (installed / "agent" / "commit.txt").write_text("0123456\n", "utf-8")
        env = {**os.environ, "RAZBOR_HOME": f"{folder}/home", "PYTHONPATH": str(installed), "LANG": "en_US.UTF-8"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        print(f"{sys.version.split()[0]}, {PAIRS} pairs, load {os.getloadavg()[0]:.1f}")
        for name, arguments in RUNS.items():
            compare(name, arguments, env)


def compare(name: str, arguments: list[str], env: dict[str, str]) -> None:
    """Measure one run and its baseline, and print the figures."""
    razbor = [sys.executable, "-m", "agent", *arguments]
    seconds(razbor, env)  # the home and the compiled modules are there from now on
    needed = loaded(arguments, env)
    baseline = [sys.executable, "-c", IMPORT.format(names=needed)]
    seconds(baseline, env)
    pairs = [(seconds(razbor, env), seconds(baseline, env)) for _ in range(PAIRS)]
    ours, bare = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    low, _, high = statistics.quantiles((mine / other for mine, other in pairs), n=4)
    print(
        f"{name:20} {ours:6.0f} ms; its {len(needed)} imports alone {bare:6.0f} ms;"
        f" ratio {ours / bare:.2f} ({low:.2f} to {high:.2f})"
    )


def loaded(arguments: list[str], env: dict[str, str]) -> list[str]:
    """The modules that a run loads, without razbor's own and those that Python loads anyway."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], env=env, cwd=env["PYTHONPATH"], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = done.stderr.splitlines()[-1].split() if done.stderr else []
    return [name for name in names if name.split(".")[0] not in (*OURS, "__mp_main__")]


def seconds(command: list[str], env: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=env, cwd=env["PYTHONPATH"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
