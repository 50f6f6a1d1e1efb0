"""`razbor replay FILE… --model-check`: recorded candidates, played against scripted models."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.check.giveaway import given_away
from agent.check.observe import observe
from agent.check.table import remarks
from agent.usage import TOKENS
from prompts import variants
from tests.conftest import Run
from tests.endpoint.judges import both, perfect
from tests.endpoint.scripted import Json, Response, Script, Step, call, error, obey, say
from tools.attempt import Attempt, Turn
from tools.bank import load
from transcripts.events import MessageEvent, ModelCallEvent, ToolCallEvent, ToolResultEvent
from transcripts.reader import read

Record = Callable[..., str]
QUESTION = "kubernetes-primitives"
ID = json.dumps({"question_id": QUESTION})
FIRST = "A pod is the smallest schedulable unit, a node is a machine."
SECOND = "//skip is no command here.\\nIt has a service."  # as it is typed
FOLLOW_UP = "What else would you say about it in production?"
NEUTRAL = "That is all I can say about this one."
EXAMPLES = Path(__file__).parents[2] / "transcripts" / "examples"
INTERRUPTIBLE = (  # a test run in the background of a shell passes on that SIGINT is ignored
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from agent.cli import main; sys.exit(main())"
)


@pytest.fixture
def record(razbor: Run, tmp_path: Path) -> Record:
    """Record an interview offline, with these lines of the candidate."""

    def make(*lines: str, name: str = "t", questions: Sequence[str] = (QUESTION,), flags: Sequence[str] = ()) -> str:
        path = str(tmp_path / f"{name}.jsonl")
        asked = [part for question in questions for part in ("--question", question)]
        done = razbor("--transcript", path, *asked, *flags, stdin="".join(f"{line}\n" for line in lines))
        assert done.returncode == 0, done.stderr
        return path

    return make


def check(razbor: Run, server: Script, *files: str) -> tuple[int, Json]:
    """The exit status, and what it says in JSON."""
    done = razbor("replay", *files, "--model-check", "-m", "scripted", "--base-url", server.url, "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def good(body: Json) -> Response:
    """A model that does what is due, in native calls and in JSON actions, without a fault."""
    messages = body["messages"]
    if "tools" in body:
        asks = messages[-1]["role"] == "tool" and json.loads(messages[-1]["content"])["next"] == "ask_follow_up"
        return say(FOLLOW_UP) if asks else obey(body)
    return say("{}")


def heard(server: Script) -> list[str]:
    """The candidate's turns as the model was sent them, each once; without razbor's own messages among them."""
    said = [message["content"] for body in server.bodies for message in body["messages"] if message["role"] == "user"]
    own = ("Begin the interview", "[razbor]")
    return [text for text in dict.fromkeys(said) if not text.startswith(own) and "questions are done" not in text]


def home_files(home: Path) -> set[str]:
    """Their names; what SQLite keeps beside a file while it is open is not counted."""
    return {path.name for path in home.rglob("*") if path.is_file() and "-" not in path.suffix}


def test_a_good_model_is_fit_and_every_figure_is_exact(razbor: Run, record: Record, home: Path) -> None:
    path = record(FIRST, SECOND)
    with Script(forever=both(good, perfect)) as server:
        status, found = check(razbor, server, path)
    assert status == 0
    assert (found["fit_to_interview"], found["fit_to_grade"], found["error"]) == (True, True, None)
    total = found["total"]
    assert total["steps"] == {
        "due": 7, "model": 7, "razbor": 0,
        "each": {
            "fetch_question": {"model": 1, "razbor": 0}, "grade_answer": {"model": 2, "razbor": 0},
            "reveal_breakdown": {"model": 1, "razbor": 0}, "introduce_question": {"model": 1, "razbor": 0},
            "ask_follow_up": {"model": 1, "razbor": 0}, "say_goodbye": {"model": 1, "razbor": 0},
        },
    }  # fmt: skip
    assert total["calls"] == {"made": 4, "valid": 4, "mended": 0, "refused": 0, "why_refused": {}}
    assert total["leaks"] == {"tried": 0, "kinds": {}, "shown": 0, "words": []}
    assert total["repeats"] == {"calls": 0, "questions": 0}
    assert total["grades"] == {"due": 2, "missed": 0}
    assert (total["rescues"], total["takeovers"], total["repairs"]) == (0, 0, {})
    assert total["tokens"] == {
        "turns": 7, "prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0, "counted": 0
    }  # fmt: skip
    assert total["transport_failures"] == {"requests": 0, "kinds": {}}
    assert 0 < total["seconds"]["median"] <= total["seconds"]["slowest"] <= total["seconds"]["all"] < 60
    assert found["transcripts"] == [{"path": path, **total}]
    assert home_files(home) == {"bank.sqlite3", "endpoints.json", "judges.json", "memory.sqlite3"}


@pytest.mark.slow
def test_the_candidate_says_the_recorded_words_and_then_something_neutral(razbor: Run, record: Record) -> None:
    path = record(
        FIRST, SECOND, "/skip", "A and B are trained.", name="t",
        questions=(QUESTION, "safe-schema-migration", "lora-fine-tuning"),
    )  # fmt: skip
    with Script(forever=both(good, perfect)) as server:
        status, found = check(razbor, server, path)
    assert status == 0
    said = [text for text in heard(server) if not text.startswith("Question:")]  # that was to the judge
    assert said == [FIRST, "/skip is no command here.\nIt has a service.", "A and B are trained.", NEUTRAL]
    each = found["total"]["steps"]["each"]
    assert (each["fetch_question"]["model"], each["grade_answer"]["model"]) == (3, 4)


@pytest.mark.slow
def test_the_interview_is_held_as_it_was_recorded(razbor: Run, record: Record) -> None:
    path = record("Под это наименьшая единица.", flags=("--lang", "ru", "--mode", "live", "--follow-ups", "0"))
    russian = {"Please go on, and be concrete.": "Пожалуйста, расскажите подробно."}

    def speaks(body: Json) -> Response:
        turn = good(body)
        text = next((new for old, new in russian.items() if old.encode() in turn.body), "")
        return say(text) if text else turn

    with Script(forever=speaks) as server:
        status, found = check(razbor, server, path)
    assert status == 0
    assert "live" in server.bodies[0]["messages"][0]["content"]
    assert found["total"]["steps"]["each"].keys() == {
        "fetch_question", "introduce_question", "grade_answer", "say_goodbye"
    }  # fmt: skip
    assert found["fit_to_grade"] is False


@pytest.mark.slow
def test_the_table_has_80_columns_and_says_why(razbor: Run, record: Record) -> None:
    long_name = "a-name-that-is-too-long-\x1b[31mfor-a-column"
    files = [record(FIRST), record(FIRST, SECOND, name=long_name)]
    for lang, fit in (("en", "Fit to interview: yes, because"), ("ru", "Как интервьюер: годится, потому что")):
        with Script(forever=good) as server:
            done = razbor(
                "replay", *files, "--model-check", "-m", "scripted", "--base-url", server.url, "--lang", lang
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert "\x1b" not in done.stdout + done.stderr
        assert fit in done.stdout
        assert done.stdout.count("\n+ ") == 5
    rows = [line.split()[:10] for line in done.stdout.splitlines()[3:6]]
    assert rows == [
        ["t", "7/7", "4", "0", "0", "0/0", "0", "0/2", "0", "0"],
        ["a-name-that…", "7/7", "4", "0", "0", "0/0", "0", "0/2", "0", "0"],
        ["все", "14/14", "8", "0", "0", "0/0", "0", "0/4", "0", "0"],
    ]


def test_a_model_that_calls_nothing_is_unfit(razbor: Run, record: Record) -> None:
    with Script(forever=say("Hello, how can I help you today?")) as server:
        status, found = check(razbor, server, record(FIRST))
    assert status == 3
    assert found["fit_to_interview"] is False
    assert found["total"]["calls"]["made"] == 0
    assert found["total"]["takeovers"] == 1
    assert found["total"]["grades"] == {"due": 2, "missed": 2}
    assert [one["name"] for one in found["conditions"] if not one["holds"]] == ["takeovers", "own", "missed"]
    assert "had to take over (1)" in found["answer"]
    assert found["fit_to_grade"] is False


@pytest.mark.slow
def test_leaks_that_were_stopped_are_counted_by_kind(razbor: Run, record: Record) -> None:
    steps: list[Step] = [
        call("fetch_question"), say("Please go ahead."), call("grade_answer", ID),
        say("That is correct. What else would you add?"),
        say("Did you know that deployments perform rolling updates and rollbacks?"),
        say(FOLLOW_UP), call("grade_answer", ID),
        call("reveal_breakdown", ID, text="I give it 7 out of 10."), say("Goodbye."),
    ]  # fmt: skip
    with Script(*steps, forever=say("{}")) as server:
        status, found = check(razbor, server, record(FIRST, SECOND))
    assert status == 0
    assert found["total"]["leaks"] == {
        "tried": 3, "kinds": {"judges": 1, "tells_answer": 1, "announces_score": 1}, "shown": 0, "words": []
    }  # fmt: skip
    assert found["total"]["steps"]["model"] == 7


@pytest.mark.slow
def test_a_leak_that_got_through_makes_a_model_unfit(razbor: Run, record: Record) -> None:
    """Whether the guard stops these words is its own affair; what it lets pass is found, and decides."""
    steps: list[Step] = [
        call("fetch_question"), say("Please go ahead."), call("grade_answer", ID),
        say("Could you say more on that unit: one or more containers sharing network and so on?"),
        call("grade_answer", ID), call("reveal_breakdown", ID), say("Goodbye."),
    ]  # fmt: skip
    with Script(*steps, forever=good) as server:
        status, found = check(razbor, server, record("It runs things.", SECOND))
        assert found["total"]["leaks"]["shown"] or server.steps == []
        server.steps.clear()
    leaks = found["total"]["leaks"]
    assert leaks["tried"] + leaks["shown"] == 1
    assert status == (3 if leaks["shown"] else 0)


def test_a_leak_is_measured_from_what_was_shown() -> None:
    events = read(EXAMPLES / "llama-server-practice.jsonl").events
    line = load().get("lora-fine-tuning").wording("en").key_points[2]

    def leaked(seq: int, words: str) -> list[str]:
        told = [event.model_copy(update={"content": words}) if event.seq == seq else event for event in events]
        return observe(told).leaked

    said = [event.seq for event in events if isinstance(event, MessageEvent) and event.role == "assistant"]
    follow_up, goodbye = said[1], said[-1]
    assert leaked(follow_up, f"So {line.lower()}") == [f"So {line.lower()}"]
    assert leaked(goodbye, line) == [], "the breakdown of that question was open by then"


def test_what_was_said_or_opened_already_gives_nothing_away() -> None:
    for question in load().questions.values():
        for lang in ("en", "ru"):
            wording = question.wording(lang)
            fresh, opened = Attempt(question), Attempt(question, revealed=True)
            for line in (*wording.key_points, *wording.mistakes):
                enough = len(line.split()) > 6
                assert given_away(line, [fresh]) or not enough, line
                assert not given_away(line, [opened, Attempt(question, [Turn("candidate", line)])])
            assert not given_away(wording.prompt, [fresh])
            for kind in ("greeting", "introduce_question", "next_question", "follow_up", "say_goodbye"):
                assert not any(given_away(words, [fresh]) for words in variants(kind, lang))


@pytest.mark.slow
def test_repeats_and_refusals_are_counted(razbor: Run, record: Record) -> None:
    steps: list[Step] = [
        call("fetch_question"), call("fetch_question", {"topic": "mlops"}), say("Please go ahead."),
        call("reveal_breakdown", ID), call("reveal_breakdown", ID), call("grade_answer", ID),
        call("grade_answer", {"question_id": 5}), say(FOLLOW_UP),
        say(f'<tool_call>{{"name": "grade_answer", "arguments": {ID}}}</tool_call>'),
        call("reveal_breakdown", ID), say("Goodbye."),
    ]  # fmt: skip
    with Script(*steps, forever=say("{}")) as server:
        _, found = check(razbor, server, record(FIRST, SECOND))
    total = found["total"]
    assert total["repeats"] == {"calls": 1, "questions": 1}
    assert total["calls"] == {
        "made": 8, "valid": 4, "mended": 1, "refused": 3,
        "why_refused": {"not_due": 1, "repeated": 1, "arguments": 1},
    }  # fmt: skip


@pytest.mark.slow
def test_a_model_that_dies_half_way_is_unfit(razbor: Run, record: Record) -> None:
    gone = error(429, None, Retry_After="120")
    with Script(call("fetch_question"), say("Please go ahead."), forever=gone) as server:
        status, found = check(razbor, server, record(FIRST, SECOND))
    assert status == 3
    assert found["total"]["takeovers"] == 1
    assert found["total"]["transport_failures"] == {"requests": 1, "kinds": {"rate_limited": 1}}
    assert found["total"]["steps"]["model"] == 2
    assert found["fit_to_grade"] is None, "it was not there to be measured"


@pytest.mark.slow
def test_what_another_try_made_good_is_a_failure_on_the_way_only(razbor: Run, record: Record) -> None:
    tries = iter([Response(status=0)])
    with Script(forever=lambda body: next(tries, None) or good(body)) as server:
        status, found = check(razbor, server, record(FIRST))
    assert status == 0
    assert found["total"]["transport_failures"]["requests"] == 1


@pytest.mark.slow
def test_an_endpoint_that_dies_between_interviews_leaves_a_table(razbor: Run, record: Record) -> None:
    files, gone, ends = [record(FIRST), record(FIRST, name="u")], error(401), iter(range(7))
    with Script(forever=lambda body: good(body) if next(ends, None) is not None else gone) as server:
        done = razbor("replay", *files, "--model-check", "-m", "scripted", "--base-url", server.url)
    assert done.returncode == 1
    assert "refuses the key" in done.stderr
    assert "7/7" in done.stdout
    assert "Fit to interview" not in done.stdout


@pytest.mark.parametrize(
    ("forever", "fragment"),
    [
        (error(401, {"error": {"message": "bad key"}}), "refuses the key"),
        (error(404, {"error": {"message": "model 'scripted' not found", "code": "model_not_found"}}), "does not know"),
    ],
)
@pytest.mark.slow
def test_an_endpoint_that_gives_no_question_gets_a_remedy(
    razbor: Run, record: Record, forever: Response, fragment: str
) -> None:
    with Script(forever=forever) as server:
        done = razbor("replay", record(FIRST), "--model-check", "-m", "scripted", "--base-url", server.url)
    assert done.returncode == 1
    assert done.stdout == ""
    assert fragment in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_bad_input(razbor: Run, record: Record) -> None:
    answered, silent = record(FIRST), record("/quit", name="silent")
    with Script() as server:
        url = server.url
    there = ("--model-check", "-m", "scripted", "--base-url", url)
    for arguments, says in (
        ((answered, "--model-check"), "--base-url"),
        ((answered, "--verify", *there), "--verify"),
        ((silent, *there), "nothing to play"),
        (("missing.jsonl", *there), "missing.jsonl"),
    ):
        done = razbor("replay", *arguments)
        assert done.returncode == 2, done.stderr
        assert says in done.stderr
    done = razbor("replay", silent, answered, *there)
    assert done.returncode == 1, "nobody listens there"
    assert f"{silent}: nobody answers" in done.stderr
    assert "Nothing answers at" in done.stderr


@pytest.mark.slow
def test_events_of_a_later_razbor_are_passed_over(razbor: Run, record: Record) -> None:
    path = Path(record(FIRST))
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    events.insert(4, {"type": "mood", "time": events[3]["time"], "razbor": 5})
    lines = [json.dumps(event | {"seq": seq}) for seq, event in enumerate(events)]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    with Script(forever=good) as server:
        status, found = check(razbor, server, str(path))
    assert (status, found["total"]["steps"]["model"]) == (0, 7)


@pytest.mark.slow
def test_what_is_learned_and_measured_is_remembered(razbor: Run, record: Record) -> None:
    path, judged = record(FIRST), []

    def judge(body: Json) -> Response:
        judged.append(body)
        return perfect(body)

    with Script(forever=both(good, judge)) as server:
        check(razbor, server, path)
        asked = len(judged)
        _, found = check(razbor, server, path)
    assert len(judged) == asked > 0
    assert found["fit_to_grade"] is True


@pytest.mark.slow
def test_ctrl_c_leaves_the_table_so_far(record: Record, home: Path) -> None:
    files, turns = [record(FIRST), record(FIRST, name="second")], iter(range(9))
    slow = Response([5.0, *say("Hello").pieces])
    with Script(forever=lambda body: good(body) if next(turns, None) is not None else slow) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "replay", *files, "--model-check", "-m", "scripted", "--base-url",
             server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True,
        )  # fmt: skip
        while len(server.bodies) < 10:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "Stopped; what was done" in errors
    assert "Fit to interview" not in output
    rows = {line.split()[0]: line.split()[1] for line in output.splitlines()[3:6]}
    assert rows == {"t": "7/7", "second": "2/2", "all": "9/9"}
    assert not home.exists() or not list(home.rglob("*.jsonl"))


@pytest.mark.slow
def test_verbose_tells_the_turns_and_quiet_tells_nothing(razbor: Run, record: Record) -> None:
    path = record(FIRST)
    with Script(forever=good) as server:
        there = ("replay", path, "--model-check", "-m", "scripted", "--base-url", server.url)
        verbose, quiet = razbor(*there, "-v"), razbor(*there, "-q")
    assert f"→ grade_answer {ID}" in verbose.stderr
    assert "interview 1 of 1 (t): question 1 of 1" in verbose.stderr
    assert quiet.stderr == ""
    assert "Fit to interview: yes" in quiet.stdout


@pytest.mark.slow
def test_the_thresholds_are_in_the_help(razbor: Run) -> None:
    for lang in ("en", "ru"):
        text = razbor("replay", "--help", "--lang", lang).stdout
        assert "--model-check" in text
        assert "80 %" in " ".join(text.split())


def test_a_recorded_model_is_measured_from_its_events() -> None:
    events = read(EXAMPLES / "llama-server-practice.jsonl").events
    total = observe(events).figures()
    turns = [event for event in events if isinstance(event, ModelCallEvent)]
    calls = [event for event in events if isinstance(event, ToolCallEvent)]
    refused = [event for event in events if isinstance(event, ToolResultEvent) and not event.ok]
    rescued = sum(turn.model == "embedded" for turn in turns)
    assert total["steps"]["razbor"] == rescued
    assert total["steps"]["model"] >= 10
    assert (total["calls"]["made"], total["calls"]["refused"]) == (len(calls), len(refused))
    assert total["calls"]["mended"] > 0
    told = [turn.usage for turn in turns if turn.usage]
    sums = {name: sum(usage[name] for usage in told) for name in TOKENS}
    assert total["tokens"] == {"turns": len(turns) - rescued, "counted": len(told), **sums}
    assert total["leaks"]["shown"] == 0


def test_a_slow_endpoint_is_named_so() -> None:
    events = read(EXAMPLES / "llama-server-practice.jsonl").events
    told = []
    for latency in (345.0, 12_345.0):
        some = [e.model_copy(update={"latency_ms": latency}) if e.type == "model_call" else e for e in events]
        told.append("\n".join(text for line in remarks(observe(some), "en") for _, text in line))
    assert "Slow" not in told[0]
    assert "Slow: a turn takes 12 s" in told[1]
