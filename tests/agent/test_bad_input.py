"""Bad input: one line with what is wrong and what to do, the documented exit status, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--foo"], 2, "--foo"),
        (["intervew"], 2, "interview"),
        (["--question", "lora"], 2, "lora-fine-tuning"),
        (["--topic", "cooking"], 2, "mlops"),
        (["--lang", "de"], 2, "en or ru"),
        (["--questions", "0"], 2, "questions"),
        (["--questions", "many"], 2, "questions"),
        (["--mode", "exam"], 2, "practice | live"),
        (["--grader", "judge"], 2, "--grader local"),
        (["--no-builtin"], 2, "--bank"),
        (["--bank", "nowhere"], 2, "nowhere"),
        (["grade", "nothing-like-it"], 2, "nothing-like-it"),
        (["grade", "lora-fine-tuning", "missing.txt"], 2, "missing.txt"),
        (["eval", "missing.jsonl"], 2, "missing.jsonl"),
        (["replay", "missing.jsonl"], 2, "missing.jsonl"),
        (["replay"], 2, "FILE"),
        (["bank", "show", "nothing"], 2, "nothing"),
        (["bank", "check", "missing"], 2, "missing"),
        (["bank", "import", "missing.txt", "--out", "x"], 2, "missing.txt"),
        (["sessions", "show", "../../etc/passwd"], 2, "sessions"),
        (["report", "nope"], 2, "nope"),
        (["report", "../../etc/passwd"], 2, "sessions"),
        (["report", "--format", "pdf"], 2, "pdf"),
        (["--transcript", "/proc/no/such.jsonl"], 2, "/proc/no"),
    ],
)
def test_one_line_and_the_status(razbor: Run, arguments: list[str], status: int, says: str) -> None:
    for lang in ("en", "ru"):
        done = razbor(*arguments, RAZBOR_LANG=lang)
        assert done.returncode == status
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr
        if lang == "en":
            assert says in done.stderr


ROOT = Path(__file__).parents[2]
FILES = {
    "empty": b"",
    "binary": bytes(range(256)),
    "half": b'{"type": "session", "format": 1, "id"',
    "list": b"[1, 2, 3]\n",
    "deep": b"[" * 100_000 + b"\n",
    "future": b'{"type": "session", "format": 99}\n',
    "cut": b'{"type": "session", "format": 1}\n',
    "words": "просто текст\n".encode(),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", [["replay"], ["replay", "--verify"], ["eval"], ["bank", "check"], ["--bank"]])
def test_a_file_that_is_not_what_it_should_be(razbor: Run, tmp_path: Path, command: list[str], name: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(FILES[name])
    done = razbor(*command, str(path))
    check = command == ["bank", "check"]
    said = done.stdout.splitlines()[:-1] if check else done.stderr.strip().splitlines()
    assert done.returncode == (3 if check else 2)
    assert len(said) == 1, done.stderr
    assert "file.yaml" in said[0]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "a: !!python/object/apply:os.system [ls]\n",
        "id: one\nid: two\n",
        "? [a, b]\n: c\n",
        "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}}\n",
        "a: [\n",
    ],
)
def test_hostile_yaml_is_refused_with_its_line(razbor: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "q.yaml").write_text(text, "utf-8")
    done = razbor("--bank", str(tmp_path / "q.yaml"))
    assert done.returncode == 2
    assert "q.yaml:" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_one_broken_file_in_a_folder_leaves_the_others(razbor: Run, tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    done = razbor("bank", "show", "lora-fine-tuning")
    folder.mkdir()
    (folder / "good.yaml").write_text(done.stdout.replace("id: lora-fine-tuning", "id: my-lora"), "utf-8")
    (folder / "bad.yaml").write_text("id: [", "utf-8")
    listed = razbor("bank", "list", "--json", "--no-builtin", "--bank", str(folder))
    assert listed.returncode == 0
    assert [row["id"] for row in json.loads(listed.stdout)] == ["my-lora"]
    assert "bad.yaml" in listed.stderr


@pytest.mark.parametrize("text", ["lang = 'de'\n", "langg = 'en'\n", "lang = [\n", "questions = 'x'\n", "lang = 3\n"])
def test_a_broken_config_is_named(razbor: Run, home: Path, text: str) -> None:
    home.mkdir()
    (home / "config.toml").write_text(text, "utf-8")
    done = razbor("config")
    assert done.returncode == 2
    assert "config.toml" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_settings_come_from_flag_environment_file_default_in_this_order(razbor: Run, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("lang = 'ru'\nmode = 'live'\nquestions = 3\n", "utf-8")
    shown = json.loads(razbor("config", "--json", RAZBOR_LANG="en").stdout)
    assert shown["lang"] == {"value": "en", "origin": "RAZBOR_LANG"}
    assert shown["mode"]["value"] == "live"
    assert shown["follow_ups"] == {"value": 1, "origin": "default"}
    shown = json.loads(razbor("config", "--json", "--lang", "ru", RAZBOR_LANG="en").stdout)
    assert shown["lang"] == {"value": "ru", "origin": "--lang"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_data_folder_that_cannot_be_written(razbor: Run, home: Path) -> None:
    home.mkdir(mode=0o500)
    done = razbor()
    assert done.returncode == 2
    assert "RAZBOR_HOME" in done.stderr


def test_a_reader_that_stops_early_is_no_fault(razbor: Run) -> None:
    done = razbor("bank", "list", "--lang", "ru", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Kubernetes" in done.stdout


@pytest.mark.parametrize("where", [">/dev/full", ">&-", "2>&-", "<&-"])
def test_output_that_cannot_be_written_is_no_traceback(where: str) -> None:
    command = f"{sys.executable} -m agent --questions 1 {where}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == (1 if "full" in where else 0)
    assert "Traceback" not in done.stderr


def test_every_command_has_help_with_an_example(razbor: Run) -> None:
    for command in ("interview", "sessions", "replay", "grade", "eval", "bank", "config", "report"):
        for lang, word in (("en", "Example: razbor"), ("ru", "Пример: razbor")):
            done = razbor(command, "--help", RAZBOR_LANG=lang)
            assert done.returncode == 0
            assert word in done.stdout
    assert razbor("--version").stdout.startswith("razbor ")


def test_help_names_only_flags_that_do_something_here(razbor: Run) -> None:
    for command in ("report", "sessions"):
        shown = razbor(command, "--help").stdout
        assert "--grader" not in shown
        assert "--base-url" not in shown
        assert razbor(command, "--grader", "local", "--help").returncode == 0  # taken all the same
    assert "--grader-model" in razbor("replay", "--help").stdout
    russian = razbor("report", "--help", RAZBOR_LANG="ru").stdout
    assert not [word for word in ("usage", "options", "positional", "show this") if word in russian]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("replay", "x", "--regrade", "--verify"), "--verify и --regrade вместе не работают"),
        (("replay",), "Не хватает: ФАЙЛ"),
        (("report", "--format", "pdf"), "--format: нет значения «pdf»; можно: md, html, json"),
        (("report", "--out"), "--out: не хватает значения"),
        (("report", "a", "b"), "Такого параметра здесь нет: b"),
        (("interview", "--seed", "x"), "--seed: «x» — не целое число"),
    ],
)
def test_wrong_flags_are_named_in_russian(razbor: Run, arguments: tuple[str, ...], words: str) -> None:
    done = razbor(*arguments, RAZBOR_LANG="ru")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"razbor: {words}")
    assert len(done.stderr.splitlines()) == 1
