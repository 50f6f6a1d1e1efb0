"""The same answer gets the same grade, byte for byte, in every process and under every locale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from tests.grading.data import labelled
from tools.bank import load
from tools.graders.local import LocalGrader

questions, grader = load().questions, LocalGrader()
for row in labelled("answers_dev")[::6]:
    grade = grader.grade(questions[row["question"]], row["answer"], row["lang"])
    sys.stdout.buffer.write(grade.model_dump_json().encode() + b"\\n")
"""


@pytest.mark.slow
def test_grades_depend_on_neither_the_hash_seed_nor_the_locale() -> None:
    outputs = set()
    for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("4711", "tr_TR.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "LANG": locale}
        root = Path(__file__).parents[2]
        done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, env=env, capture_output=True, check=True)
        outputs.add(done.stdout)
    (output,) = outputs
    assert output.count(b"\n") == 20
