"""The wheel: what is in it, and that it runs from a folder full of decoys."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

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
        f"#!{environment}/bin/python\nimport sys\nfrom agent.cli import main\nsys.exit(main())\n", "utf-8"
    )
    script.chmod(0o755)
    done = subprocess.run([script, "bank", "list"], cwd=tmp_path / "here", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "lora-fine-tuning" in done.stdout
