"""Installs razbor as people do, with pipx and with uv, uses it, and removes it: `python -m tests.install`.

Takes a minute and needs a package index: pip's settings are pipx's, too; uv has its own (UV_INDEX, UV_FIND_LINKS,
SSL_CERT_FILE). Everything happens in a temporary folder.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "transcripts" / "examples" / "ru-practice.jsonl"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "installers", with_pip=True)
        installers = folder / "installers" / "bin"
        run([installers / "pip", "install", "-q", "pipx", "uv"], folder)
        run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", ROOT], folder)
        wheel = next((folder / "dist").glob("*.whl"))
        of_pipx = {"PIPX_HOME": folder / "pipx", "PIPX_BIN_DIR": folder / "pipx-bin", "PIPX_MAN_DIR": folder / "man"}
        of_uv = {"UV_TOOL_DIR": folder / "uv", "UV_TOOL_BIN_DIR": folder / "uv-bin", "UV_CACHE_DIR": folder / "cache"}
        try_out([installers / "pipx", "install", wheel], [installers / "pipx", "uninstall", "razbor"], of_pipx, folder)
        try_out(
            [installers / "uv", "tool", "install", "--python", sys.executable, wheel],
            [installers / "uv", "tool", "uninstall", "razbor"], of_uv, folder,
        )  # fmt: skip
    return 0


def try_out(install: list[str | Path], uninstall: list[str | Path], where: Mapping[str, Path], folder: Path) -> None:
    """Install, use, uninstall; what is left must be the user's own data."""
    print(f"== {Path(install[0]).name}")
    here, home, env = folder / "elsewhere", folder / "home", {name: str(path) for name, path in where.items()}
    here.mkdir(exist_ok=True)
    print(run(install, here, env))
    before = {path for path in folder.rglob("razbor*") if folder / "dist" not in path.parents}
    tool = next(path for name, path in where.items() if "BIN" in name) / "razbor"
    env |= {"RAZBOR_HOME": str(home), "PATH": f"{tool.parent}:{os.environ['PATH']}", "LANG": "en_US.UTF-8"}
    print(run([tool, "--version"], here, env))
    print(run([tool], here, env))
    print(run([tool, "bank", "list"], here, env)[:400], "…")
    print(run([tool, "replay", EXAMPLE, "--verify"], here, env))
    tab = 'eval "$(razbor completions bash)"; COMP_LINE="razbor grade lor" COMP_POINT=16 COMP_WORDBREAKS= '
    print(run(["bash", "-c", tab + '_python_argcomplete razbor; echo "TAB: ${COMPREPLY[*]}"'], here, env))
    print(run(uninstall, here, env))
    left = [path for path in before if path.exists() and "cache" not in path.parts and "__pycache__" not in path.parts]
    if left or not any((home / "transcripts").glob("*.jsonl")):
        raise SystemExit(f"left behind, or data lost: {left}")
    print("nothing is left but", sorted(path.name for path in home.iterdir()))


def run(command: list[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What it printed; ends the script where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, text=True, check=False,
        capture_output=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return (done.stdout or done.stderr).strip()


if __name__ == "__main__":
    sys.exit(main())
