"""Several commands of razbor one after the other in one process, behind a prelude that changes the process."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_RUN = """
import json, sys
from agent.cli import main
for arguments in json.loads(sys.argv[1]):
    try:
        status = main(arguments)
    except SystemExit as end:  # --help
        status = end.code
    print(f"STATUS {status} {arguments}", file=sys.stderr)
"""


def together(home: Path, prelude: str, commands: Sequence[Sequence[str]], lines: Sequence[str]) -> list[str]:
    """What stderr says, in lines; each command ends with STATUS. The lines on stdin are for the first that reads."""
    done = subprocess.run(
        [sys.executable, "-c", prelude + _RUN, json.dumps(commands)], input="".join(f"{line}\n" for line in lines),
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "RAZBOR_HOME": str(home), "OPENAI_API_KEY": "sk-mine", "NO_PROXY": "*"},
    )  # fmt: skip
    return done.stderr.splitlines()
