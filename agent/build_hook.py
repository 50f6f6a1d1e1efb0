"""Run by hatchling when it builds a wheel or an sdist, and not in the wheel: writes into it which commit it is of.

The repository stays as it is; a wheel that is built from an sdist gets the sdist's.
"""

import runpy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    """Adds agent/commit.txt."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write it, outside of the repository. An editable install asks git itself, each time."""
        release = runpy.run_path(str(Path(self.root) / "agent" / "release.py"))
        commit = release["of_checkout"]()
        if version == "editable" or not commit or release["of_build"]():
            return
        self._folder = TemporaryDirectory()  # goes when the hook does
        file = Path(self._folder.name) / "commit.txt"
        file.write_text(f"{commit}\n", "utf-8")
        build_data["force_include"][str(file)] = "agent/commit.txt"
