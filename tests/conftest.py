"""What the tests share: an isolated home, and a way to run razbor as a person does."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from tests.warm import Warm

# A slow machine is no failure; what CI tries must be the same each time.
settings.register_profile("razbor", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("razbor")

ROOT = Path(__file__).parents[1]

Run = Callable[..., subprocess.CompletedProcess[str]]

_one_at_a_time = threading.Lock()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Config, data and state of the test live in its own folder; the language is English."""
    for name in ("LC_ALL", "LC_MESSAGES", "RAZBOR_LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("RAZBOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def warmed() -> Iterator[Warm]:
    """A process that has read everything, of which each run is a fork."""
    with Warm("kubernetes-primitives", "lora-fine-tuning") as process:
        yield process


@pytest.fixture
def razbor(tmp_path: Path, warmed: Warm) -> Run:
    """Run razbor in a process of its own, with `stdin` on a pipe; bytes or text.

    Where Python itself is told something, or two run at once, the process is one from the ground up.
    """

    def run(*arguments: str, stdin: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
        if not any(name.startswith(("LANG", "LC_", "PYTHON")) for name in env) and _one_at_a_time.acquire(
            blocking=False
        ):
            try:
                return warmed.run(arguments, data, environment, tmp_path)
            finally:
                _one_at_a_time.release()
        return _from_the_ground_up(arguments, data, environment, tmp_path)

    return run


def _from_the_ground_up(
    arguments: Sequence[str], data: bytes, environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "agent", *arguments], input=data, capture_output=True, timeout=300, check=False,
        cwd=folder, env=environment,
    )  # fmt: skip
    text = [part.decode("utf-8", "replace") for part in (done.stdout, done.stderr)]
    return subprocess.CompletedProcess(done.args, done.returncode, *text)


@pytest.fixture
def transcript(home: Path) -> Callable[[], Path]:
    """The newest transcript of the test."""
    return lambda: max((home / "transcripts").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
