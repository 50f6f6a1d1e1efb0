"""What the tests share: an isolated home, and a way to run razbor as a person does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure; what CI tries must be the same each time.
settings.register_profile("razbor", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("razbor")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Config, data and state of the test live in its own folder; the language is English."""
    for name in ("LC_ALL", "LC_MESSAGES", "RAZBOR_LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("RAZBOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def razbor(tmp_path: Path) -> Run:
    """Run razbor in a process of its own, with `stdin` on a pipe; bytes or text."""

    def run(*arguments: str, stdin: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "agent", *arguments],
            input=data,
            capture_output=True,
            timeout=300,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **env},
        )
        text = [part.decode("utf-8", "replace") for part in (done.stdout, done.stderr)]
        return subprocess.CompletedProcess(done.args, done.returncode, *text)

    return run


@pytest.fixture
def transcript(home: Path) -> Callable[[], Path]:
    """The newest transcript of the test."""
    return lambda: max((home / "transcripts").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
