"""razbor again and again for the price of one start: a process that has read everything forks for each run.

Each run is a process of its own with pipes of its own, as if it had been typed: `python -m tests.warm` reads a run a
line, as JSON, and answers each with what became of it.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from agent.__main__ import main
from prompts import LANGUAGES
from tools.bank import load
from tools.graders.local import LocalGrader

ROOT = Path(__file__).parents[1]


class Warm:
    """The process, for as long as the `with` lasts; it has read the rubrics of these questions."""

    def __init__(self, *questions: str) -> None:
        self._questions = questions

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", *self._questions],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "LANG": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(
        self, arguments: Sequence[str], stdin: bytes, environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """One run as it would be from this folder, with this on a pipe and this environment."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {
            "argv": arguments,
            "stdin": stdin.decode("latin-1"),
            "environment": {**environment},
            "folder": str(folder),
        }
        print(json.dumps(job), file=self._process.stdin, flush=True)
        done = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, done["status"], done["stdout"], done["stderr"])

    def razbor(
        self, home: Path, *arguments: str, lines: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """One run, its home being `home`, with these lines on a pipe."""
        stdin = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
        here = {**os.environ, "LANG": "en_US.UTF-8", "NO_PROXY": "*", "RAZBOR_HOME": str(home), **environment}
        return self.run(arguments, stdin, here, ROOT)


def _run(job: dict[str, Any]) -> dict[str, Any]:
    read_end, write_end = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            os.close(write_end)
            for ours, its in ((read_end, 0), (out.fileno(), 1), (err.fileno(), 2)):
                os.dup2(ours, its)
            _begin_anew(job)
        os.close(read_end)
        feeding = threading.Thread(target=_feed, args=(write_end, job["stdin"].encode("latin-1")))
        feeding.start()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        feeding.join()
        texts = [file.seek(0) or file.read().decode("utf-8", "replace") for file in (out, err)]
    return {"status": status, "stdout": texts[0], "stderr": texts[1]}


def _begin_anew(job: dict[str, Any]) -> NoReturn:
    """What a process begins with, and how it ends."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - nothing was read ahead from it
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    signal.alarm(300)  # what hangs ends, and its test fails
    sys.argv = ["razbor", *job["argv"]]
    status: object = 1
    try:
        status = main()
    except SystemExit as leaving:
        status = leaving.code
    except BaseException:  # noqa: BLE001 - what Python does
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)  # Python's own end takes 0.2 s


def _feed(pipe: int, data: bytes) -> None:
    with suppress(BrokenPipeError), open(pipe, "wb") as file:
        file.write(data)


def _get_warm(names: Sequence[str]) -> None:
    """Import and read what a run needs of the program and of these questions."""
    for module in (
        "agent.commands.interview",
        "agent.commands.replay",
        "agent.commands.resume",
        "agent.connect",
        "openai",
        "openai.resources.chat",
    ):
        import_module(module)
    bank = load()
    for name in names:
        for lang in LANGUAGES:
            LocalGrader().grade(bank.get(name), "Nothing yet.", "ru" if lang == "ru" else "en")


if __name__ == "__main__":
    _get_warm(sys.argv[1:])
    gc.freeze()  # so that a fork need not copy what it does not change
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)
