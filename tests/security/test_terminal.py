"""Nothing that others wrote makes a terminal do anything: every source of text, to every place where text is shown.

In one warm process; the normal run goes the main ways, `-m slow` all of them.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.printable import printable
from agent.report.anki import html
from agent.report.inert import block, inline, to_json
from tests.endpoint.scripted import Json, Response, Script, call, error, obey, say
from tests.security import poisoned
from tests.security.escapes import EVERYTHING, IN_A_LINE, PAYLOADS, SURROGATES, obeyed
from tests.security.poisoned import MARK, OWN
from tests.warm import Warm
from transcripts.reader import read

FLAGS = ("--grader", "local", "--seed", "1")


@dataclass
class Place:
    """One payload at work: runs razbor, and looks at all that comes out. `shown`: the runs in which MARK was there."""

    warm: Warm
    home: Path
    text: str
    runs: int = 0

    @property
    def line(self) -> str:
        """The payload where a line feed cannot be: in a line, a name or a variable."""
        return self.text.replace("\n", " ").replace("\0", "")

    def run(self, *arguments: object, lines: tuple[str, ...] = (), silent: bool = False, **env: str) -> str:
        """What one run shows. `silent`: where MARK need not be in it."""
        done = self.warm.razbor(self.home, *map(str, arguments), lines=lines, **env)
        where = f"{arguments} → {done.returncode}"
        assert done.returncode in (0, 1, 2, 3), f"{where}: {done.stderr[-2000:]}"
        assert "Traceback" not in done.stderr, f"{where}: {done.stderr[-2000:]}"
        for name, out in (("stdout", done.stdout), ("stderr", done.stderr)):
            assert not obeyed(out), f"{where}: {name} {obeyed(out)[:3]}"
        assert silent or MARK in done.stdout + done.stderr, f"{where}: {(done.stdout + done.stderr)[-500:]!r}"
        self.runs += 1
        return str(done.stdout)

    def whole(self, *arguments: object, lines: tuple[str, ...] = ()) -> Json | list[Json]:
        """The JSON that a run prints: whole again once it is read."""
        found: Json | list[Json] = json.loads(self.run(*arguments, "--json", lines=lines))
        return found


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def from_a_bank(at: Place, folder: Path) -> None:
    bank = ("--bank", poisoned.bank(folder / "bank", at.text), "--no-builtin")
    at.run("bank", "list", *bank)
    at.run("bank", "show", OWN, *bank)
    at.run("bank", "check", folder / "bank")
    at.whole("bank", "check", folder / "bank")
    at.whole("bank", "list", *bank)
    shown = at.whole("bank", "show", OWN, *bank)
    assert any(at.text.strip() in text for text in strings(shown)), "JSON loses nothing"
    answers = ("/hint", "/repeat", f"A pod. {MARK}", "/score", "Another.", "/dispute m1 no", "/quit")
    at.run("interview", *bank, *FLAGS, "--question", OWN, lines=answers)
    at.run("interview", *bank, *FLAGS, "--question", OWN, "--mode", "live", lines=answers)
    at.run("grade", OWN, *bank, *FLAGS, lines=(MARK,))
    at.whole("grade", OWN, *bank, *FLAGS, lines=(MARK,))
    at.run("plan", *bank, silent=True)
    at.whole("plan", *bank)
    from_the_record(at)


def from_the_record(at: Place) -> None:
    """What reads the interviews that are in the home."""
    latest = max((at.home / "transcripts").glob("*.jsonl"))
    out = at.home / "out"
    out.mkdir(exist_ok=True)
    at.run("replay", latest)
    at.run("replay", latest, "--verify", silent=True)
    at.run("replay", latest, "--verify", "--json", silent=True)
    at.run("sessions", "list", silent=True)
    at.run("sessions", "list", "--json", silent=True)
    at.run("sessions", "show", "latest")
    for form in ("md", "html", "json"):
        at.run("report", "latest", "--format", form)
        at.run("report", "all", "--format", form, silent=True)
    at.run("report", "all", "--out", out / "r.md", "--disputes", out / "d.jsonl", "--anki", out / "a.txt", silent=True)
    at.run("replay", latest, "--regrade", *FLAGS, silent=True)
    at.run("replay", latest, "--regrade", *FLAGS, "--json", silent=True)
    for file in out.iterdir():  # a `cat` of what was written is as harmless
        assert not obeyed(file.read_text("utf-8")), file.name
        file.unlink()


def from_a_transcript(at: Place, folder: Path) -> None:
    path = poisoned.transcript(at.home / "transcripts" / "z.jsonl", at.text + SURROGATES)
    read(path)
    from_the_record(at)
    at.run("resume", path)
    damaged = poisoned.transcript(folder / "damaged.jsonl", at.text)
    rows = damaged.read_text("utf-8").splitlines()
    damaged.write_text("\n".join([rows[0], json.dumps({"type": f"{MARK} {at.text}", "seq": f"{MARK} {at.text}"})]))
    at.run("replay", damaged, silent=True)
    damaged.write_text(json.dumps(json.loads(rows[0]) | {"format": f"{MARK} {at.text}"}) + "\n")
    at.run("replay", damaged)
    path.unlink()


def from_the_candidate(at: Place, folder: Path) -> None:
    said = f"{MARK} {at.line} \udc9b31m\udcff"  # bytes that are no UTF-8
    lines = (f"/{said}", f"//{said}", f"/skip{said}", said, f"/dispute kp1 {said}", f"/dispute {said}", said, "/quit")
    at.run("interview", *FLAGS, "--question", "kubernetes-primitives", lines=lines)
    at.run("interview", *FLAGS, "-v", "--question", "kubernetes-primitives", lines=lines)
    from_the_record(at)
    answer = folder / "answer.txt"
    answer.write_text(f"A pod is the smallest unit. {MARK} {at.line}", "utf-8", errors="replace")
    at.run("grade", "kubernetes-primitives", answer, *FLAGS)
    at.run("grade", "kubernetes-primitives", answer, *FLAGS, "--json", silent=True)


def from_arguments(at: Place, folder: Path) -> None:
    said = f"{MARK} {at.line}"
    # what is like a password in an address is masked, and MARK with it
    for flag in ("--model", "--base-url", "--api-key-env", "--grader", "--grader-base-url", "--dialect", "--profile",
                 "--lang"):  # fmt: skip
        at.run("config", flag, said, silent=True)
        at.run("config", flag, said, "--json", silent=True)
    url = ("--base-url", "http://127.0.0.1:9/v1")
    for words in (
        ("interview", "--bank", said), ("interview", "--topic", said), ("interview", "--question", said),
        ("interview", "--time", said), ("interview", f"--{said}"), (said,), ("sessions", "rm", said),
        ("sessions", "show", said), ("sessions", said), ("resume", said), ("replay", said),
        ("replay", poisoned.EXAMPLE, "--speed", said), ("replay", poisoned.EXAMPLE, "--question", said),
        ("report", said), ("report", "--format", said), ("grade", said), ("grade", "kubernetes-primitives", said),
        ("eval", said), ("bank", "show", said), ("bank", "check", said), ("bank", "import", said, "--out", said),
        ("plan", "--date", said), ("plan", "--minutes", said), ("doctor", *url, "-m", said),
        ("interview", "--transcript", folder / "none" / said[:200] / ("x" * 300)),
        ("interview", *url, "-m", said, *FLAGS),
    ):  # fmt: skip
        at.run(*words, silent=words[0] in ("interview", "doctor") and url[0] in words)
    good = poisoned.labelled(folder / "l.jsonl", "")
    at.run("eval", good, *FLAGS, "--require", f"{said}=1")
    at.run("interview", "--help", silent=True, COLUMNS=said, TERM=said)


def from_names(at: Place, folder: Path) -> None:
    """Of files and folders; raw bytes that are no UTF-8 as well."""
    named = folder / f"{MARK} {at.line}".replace("/", "")[:80]
    kept = folder / "answer.txt"
    kept.write_text("A pod.", "utf-8")
    for name in (str(named), f"{folder}/{MARK} \udc9b31m\udcff"):
        Path(name).mkdir()
        inside = f"{name}/{Path(name).name}"
        Path(f"{inside}.jsonl").write_bytes(poisoned.EXAMPLE.read_bytes())
        Path(f"{inside}.yaml").write_bytes(b"[")
        Path(f"{inside}.txt").write_bytes(b"\xff")
        at.run("replay", f"{inside}.jsonl", "--verify")
        at.run("replay", f"{inside}.jsonl", "--verify", "--json")
        at.run("replay", f"{inside}.yaml")
        at.run("replay", f"{inside}.jsonl", "--regrade", *FLAGS, "--out", f"{name}/r")
        at.run("bank", "check", name)
        at.run("bank", "check", name, "--json")
        at.run("bank", "import", f"{inside}.txt", "--out", name)
        at.run("eval", f"{inside}.txt")
        at.run("interview", "--bank", f"{inside}.yaml", *FLAGS, lines=("/quit",))
        at.run("config", RAZBOR_HOME=f"{name}/home")
        at.run("config", "--json", RAZBOR_HOME=f"{name}/home")
        at.run("sessions", "list", "--json", silent=True, RAZBOR_HOME=f"{name}/home")
        at.run("memory", "rebuild", RAZBOR_HOME=f"{name}/home")
        at.run("interview", *FLAGS, lines=("x", "/quit"), silent=True, RAZBOR_HOME=f"{name}/home")
        at.run("sessions", "list", "--json", RAZBOR_HOME=f"{name}/home")
        at.run("report", "latest", "--out", f"{inside}.md", RAZBOR_HOME=f"{name}/home")
        at.run("report", "latest", "--anki", f"{inside}.anki", RAZBOR_HOME=f"{name}/home", silent=True)


def from_settings(at: Place, folder: Path) -> None:
    poisoned.settings(at.home, at.text)
    for command in (("config",), ("config", "--json"), ("doctor",), ("interview", "--profile", "none")):
        at.run(*command, lines=("/quit",), silent=command[0] in ("config", "doctor"))
    (at.home / "config.toml").write_text(f"{poisoned.toml(f'{MARK} {at.text}')} = 1\n", "utf-8")
    at.run("config")
    (at.home / "config.toml").unlink()
    for name in ("RAZBOR_MODEL", "RAZBOR_LANG", "OPENAI_BASE_URL"):
        at.run("config", silent=True, **{name: f"{MARK} {at.line}"})
        at.run("config", "--json", silent=True, **{name: f"{MARK} {at.line}"})
    at.run("interview", "--base-url", "http://127.0.0.1:9/v1", silent=True, LANG=at.line, LC_ALL=at.line,
           HTTP_PROXY=at.line, OPENAI_API_KEY=at.line)  # fmt: skip
    at.run("interview", "--base-url", "http://127.0.0.1:9/v1", "--api-key-env", "MINE", silent=True, MINE=at.line)
    at.run("eval", poisoned.labelled(folder / "good.jsonl", at.text), *FLAGS)
    at.run("eval", folder / "good.jsonl", *FLAGS, "--json")
    at.run("eval", poisoned.labelled(folder / "bad.jsonl", at.text, damaged=True), *FLAGS)


def from_an_endpoint(at: Place, folder: Path) -> None:  # noqa: ARG001 - as the others
    said = f"{MARK} {at.text}{SURROGATES}"
    spoken = (say(said), call("fetch_question", {"topic": said, said: said}, text=said), call(said, said, said))
    usage = {"usage": {"prompt_tokens": said, "completion_tokens": 1}}
    turns = (*spoken, *(say(f"Tell me more, {said}?", **usage) for _ in range(3)))
    position = iter(range(10**6))

    def talk(body: Json) -> Response:
        at_turn = next(position)
        return turns[at_turn // 2 % len(turns)] if at_turn % 2 else obey(body)

    lines = ("A pod.", "A node.", "/quit")
    with Script(models=[f"{MARK} {at.text}"], forever=talk) as server:
        at.run("interview", "-v", "--base-url", server.url, *FLAGS, "--questions", "1", lines=lines)
        from_the_record(at)
        at.run("doctor", "--base-url", server.url)
        at.run("doctor", "--base-url", server.url, "--json")
        at.run("replay", poisoned.EXAMPLE, "--model-check", "-v", "--base-url", server.url)
        at.run("replay", poisoned.EXAMPLE, "--model-check", "--json", "--base-url", server.url)
    with Script(models=[said, f"{said} 2"]) as server:
        at.run("interview", "--base-url", server.url)
    header = re.sub("[^\t\x1b-\x1f -\x7e\x80-\xff]", "", f"{MARK}{at.line}").replace("\r", "")
    failures = [error(status, {"error": {"message": said, "code": said, "param": said}}) for status in (400, 401, 404)]
    failures += [
        error(302, "", location=header),
        error(418, f"<h1>{MARK} {at.text}</h1>"),
        error(429, at.text, retry_after=header),
    ]
    for failure in failures:
        with Script(forever=failure) as server:
            at.run("interview", "--base-url", server.url, "-m", "m", "--no-stream", *FLAGS, silent=True)
            at.run("doctor", "--base-url", server.url, "-m", "m", silent=True)


Source = Callable[[Place, Path], None]
UNENDED = ("\x1b]0;owned", "\x9d0;owned", "\x1bPq66")  # what has no end swallows what comes behind it
SOURCES: tuple[Source, ...] = (
    from_a_bank, from_a_transcript, from_the_candidate, from_arguments, from_names, from_settings, from_an_endpoint,
)  # fmt: skip


def test_the_main_ways_to_the_screen(warm: Warm, home: Path, tmp_path: Path) -> None:
    at = Place(warm, home, f"{IN_A_LINE}\n{EVERYTHING}")
    bank = ("--bank", poisoned.bank(tmp_path / "bank", at.text), "--no-builtin")
    at.run("interview", *bank, *FLAGS, "--question", OWN, lines=("/hint", f"{MARK} {at.line}", "/dispute m1 no"))
    at.run("report", "latest")
    at.run("report", "latest", "--json")
    at.run("bank", "show", OWN, *bank)
    poisoned.transcript(home / "transcripts" / "z.jsonl", at.text + SURROGATES)
    at.run("replay", home / "transcripts" / "z.jsonl")
    at.run("sessions", "list")
    at.run("sessions", "show", f"{MARK} {at.line}")
    words = say(f"Tell me more, {MARK} {at.text}?")
    with Script(call("fetch_question", text=at.text), words, forever=error(400, at.text)) as server:
        at.run("interview", "-v", "--base-url", server.url, "-m", f"{MARK} {at.line}", *FLAGS, lines=("/quit",))


@pytest.mark.slow
@pytest.mark.parametrize("text", [f"{IN_A_LINE}\n{EVERYTHING}", *UNENDED], ids=["everything", "osc", "c1", "dcs"])
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_from_everywhere_to_everywhere(warm: Warm, home: Path, tmp_path: Path, source: Source, text: str) -> None:
    at = Place(warm, home, text)
    source(at, tmp_path)
    print(f"{source.__name__}: {at.runs} runs")
    assert at.runs


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_payload_is_more_than_text_wherever_it_is_cut(name: str) -> None:
    text = PAYLOADS[name] + "\nfollows"
    for cut in range(len(text) + 1):
        for first, second in ((text, ""), (text[:cut], text[cut:]), (text[cut:], text[:cut])):
            for made in (printable, inline, block, html, lambda part: to_json({part: [part]})):
                assert not obeyed(made(first) + made(second)), (made, cut)
            assert json.loads(to_json({first: [second]})) == {first: [second]}
    assert printable(text).endswith("follows"), "what has no end takes no more than its line"


def test_json_escapes_all_that_is_not_shown() -> None:
    most = ((0, 0x3000), (0xA000, 0x14000), (0x1B000, 0x1E000), (0xE0000, 0xE2000), (0xF0000, 0xF0100))
    every = "".join(chr(number) for first, end in most for number in range(first, end))
    assert not obeyed(to_json([{"": every}]).replace("\u200c", "").replace("\u200d", ""))
    sound = every.encode("utf-8", "ignore").decode()
    assert json.loads(to_json({"": sound}))[""] == sound


def test_what_looks_for_a_leak_finds_it() -> None:
    for name, text in PAYLOADS.items():
        assert bool(obeyed(text)) == (name != "variation selectors"), name
    assert obeyed(SURROGATES)
