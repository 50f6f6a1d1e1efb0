"""The wheel: what is in it, of which commit it is, and that it runs from a folder full of decoys."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Run

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_four_rooms_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "agent", "tools", "prompts", "transcripts", f"razbor-{wheel.name.split('-')[1]}.dist-info",
    }  # fmt: skip
    assert sum(name.startswith("tools/questions/") and name.endswith(".yaml") for name in names) >= 8
    for name in ("prompts/ru.toml", "prompts/interviewer.ru.md", "tools/graders/stopwords.txt",
                 "agent/report/report.html.j2", "agent/report/report.css"):  # fmt: skip
        assert name in names
    assert any(name.startswith("transcripts/examples/") for name in names)
    assert "agent/build_hook.py" not in names


def test_the_wheel_holds_every_file_of_the_rooms_and_what_git_sees_stays(wheel: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    rooms = ["agent", "tools", "prompts", "transcripts"]
    tracked = subprocess.run(["git", "ls-files", *rooms], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names - {"agent/commit.txt"} >= {*tracked.split()} - {"agent/build_hook.py"}
    assert not (ROOT / "agent" / "commit.txt").exists()


def test_the_version_names_the_commit_of_the_checkout_wherever_it_is_asked_for(razbor: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    asked = razbor("--version", GIT_DIR=str(tmp_path / ".git"))
    commit = razbor("--version", PATH="").stdout  # no git
    assert commit == "razbor 0.1.0\n"
    if (ROOT / ".git").exists():
        assert re.fullmatch(r"razbor 0\.1\.0 \([0-9a-f]{7,}(-dirty)?\)\n", asked.stdout)


@pytest.mark.slow
def test_the_sdist_builds_the_same_wheel_also_where_git_is_not(wheel: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*build, "--sdist", str(ROOT)], check=True, capture_output=True)
    shutil.unpack_archive(next(tmp_path.glob("*.tar.gz")), tmp_path, filter="data")
    source = next(path for path in tmp_path.glob("razbor-*") if path.is_dir())
    subprocess.run([*build, "--wheel", str(source)], check=True, capture_output=True)
    first, second = (zipfile.ZipFile(path) for path in (wheel, next(tmp_path.glob("*.whl"))))
    assert sorted(first.namelist()) == sorted(second.namelist())
    for name in first.namelist():
        assert sorted(first.read(name).splitlines()) == sorted(second.read(name).splitlines()), name
    if (ROOT / ".git").exists():
        assert re.fullmatch(r"[0-9a-f]{7,}(-dirty)?\n", first.read("agent/commit.txt").decode())


def test_a_full_disk_is_said_of_the_version_too() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = [sys.executable, "-m", "agent", "--version"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, check=False, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_the_installed_script_ignores_decoys_in_the_current_folder(wheel: Path, tmp_path: Path) -> None:
    for decoy in ("agent", "tools", "prompts", "transcripts"):
        (tmp_path / "here" / decoy).mkdir(parents=True)
        (tmp_path / "here" / decoy / "__init__.py").write_text("raise SystemExit('decoy')\n", "utf-8")
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False, system_site_packages=False, symlinks=True)
    site = next((environment / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    (site / "dependencies.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")), "utf-8")
    script = environment / "bin" / "razbor"
    script.write_text(
        f"#!{environment}/bin/python\nimport sys\nfrom agent.__main__ import main\nsys.exit(main())\n", "utf-8"
    )
    script.chmod(0o755)
    done = subprocess.run([script, "bank", "list"], cwd=tmp_path / "here", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "lora-fine-tuning" in done.stdout
