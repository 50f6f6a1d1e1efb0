"""`/hint`: a ladder of at most two, on record, for practice only, gone once the breakdown is open."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.record.verify import verify
from prompts import say
from tests.agent.interrupting import events_of, run
from tests.warm import Warm
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.question import Lang
from transcripts.events import CommandEvent, MessageEvent, QuestionEvent
from transcripts.reader import read

HINTED, NEXT = "rag-evaluation", "postgres-slow-query"
FLAGS = ("--question", HINTED, "--question", NEXT, "--grader", "local", "--seed", "3")
WORDS = {"en": "It depends on the case at hand, I would say.", "ru": "Зависит от случая, я бы сказал."}


def flat(text: str) -> str:
    return " ".join(text.split())


def hints(home: Path) -> list[str]:
    return [event.name for event in events_of(home) if isinstance(event, CommandEvent) and event.name == "/hint"]


def shown(lang: Lang, question: str = HINTED) -> list[str]:
    """The two hints as they should stand on the screen."""
    texts = load().get(question).wording(lang).hints
    return [say("hint.text", lang, number=n, total=2, text=text) for n, text in enumerate(texts, start=1)]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(HINTED, NEXT) as process:
        yield process


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_two_hints_a_question_then_none_and_none_is_an_answer(lang: Lang, tmp_path: Path, warm: Warm) -> None:
    typed = ["/hint", "/hint now", "/hint", WORDS[lang], "/hint", "/hint", f"{WORDS[lang]} Once more.", "/hint"]
    done = warm.razbor(tmp_path, *FLAGS, "--lang", lang, "--follow-ups", "0", lines=typed)
    assert done.returncode == 0, done.stderr
    seen = flat(done.stdout)
    for question in (HINTED, NEXT):
        for text in shown(lang, question):
            assert seen.count(flat(text)) == 1, text
    assert seen.count(flat(say("hint.no_more", lang))) == 1, "the third one"
    events = events_of(tmp_path)
    assert hints(tmp_path) == ["/hint"] * 4
    answers = [event.content for event in events if isinstance(event, MessageEvent) and event.role == "user"]
    assert answers == [WORDS[lang], f"{WORDS[lang]} Once more."]
    asked = [event.seq for event in events if isinstance(event, QuestionEvent)]
    assert sum(e.seq > asked[1] for e in events if isinstance(e, CommandEvent) and e.name == "/hint") == 2
    (path,) = (tmp_path / "transcripts").glob("*.jsonl")
    found = verify(read(path), LocalGrader())
    assert (found.differences, found.checked > 0) == ([], True)


def test_no_hint_once_the_breakdown_is_open_or_the_question_given_up(tmp_path: Path, warm: Warm) -> None:
    for name, first in (("answered", WORDS["en"]), ("given_up", "/reveal"), ("skipped", "/skip")):
        typed = [first, "/hint", "/hint"]
        done = warm.razbor(tmp_path / name, "--question", HINTED, "--grader", "local", "--follow-ups", "0", lines=typed)
        assert done.returncode == 0, done.stderr
        assert not any(flat(text) in flat(done.stdout) for text in shown("en"))
        assert hints(tmp_path / name) == []


def test_a_live_interview_gives_no_hint_and_records_none(tmp_path: Path, warm: Warm) -> None:
    for lang in ("en", "ru"):
        typed = ["/hint", "/hint", WORDS[lang]]
        flags = (*FLAGS, "--mode", "live", "--lang", lang)
        done = warm.razbor(tmp_path / lang, *flags, lines=typed)
        assert flat(done.stdout).count(flat(say("command.refused_live", lang, name="/hint"))) == 2
        assert hints(tmp_path / lang) == []


def test_a_question_without_hints_says_so(tmp_path: Path, warm: Warm) -> None:
    bare = (
        load()
        .get(HINTED)
        .model_copy(update={"hints": [], "ru": load().get(HINTED).ru.model_copy(update={"hints": []})})
    )
    (tmp_path / "bare.yaml").write_text(bare.model_dump_json(exclude_defaults=True), "utf-8")
    flags = ("--no-builtin", "--bank", str(tmp_path / "bare.yaml"), "--grader", "local")
    done = warm.razbor(tmp_path, *flags, lines=["/hint", WORDS["en"]])
    assert done.stdout.count(say("hint.none", "en")) == 1
    assert hints(tmp_path) == []


def test_a_replay_shows_the_hints_where_they_were_taken_and_verifies(tmp_path: Path, warm: Warm) -> None:
    warm.razbor(tmp_path, *FLAGS, "--questions", "1", lines=["/hint", WORDS["en"], "/hint", "/hint", WORDS["en"]])
    (path,) = (tmp_path / "transcripts").glob("*.jsonl")
    replayed = warm.razbor(tmp_path, "replay", str(path))
    checked = warm.razbor(tmp_path, "replay", str(path), "--verify")
    one, two = (flat(text) for text in shown("en"))
    seen = flat(replayed.stdout)
    assert seen.index(one) < seen.index(flat(f"> {WORDS['en']}")) < seen.index(two)
    assert (checked.returncode, "0 differences" in checked.stdout) == (0, True)
    assert hints(tmp_path) == ["/hint"] * 2


def test_a_resumed_interview_goes_on_with_the_second_hint(tmp_path: Path, warm: Warm) -> None:
    typed = ["/hint", WORDS["en"], "/hint", "/hint", WORDS["en"]]
    warm.razbor(tmp_path / "whole", *FLAGS, lines=typed)
    first = next(e.seq for e in events_of(tmp_path / "whole") if isinstance(e, CommandEvent)) + 1
    killed = run(tmp_path / "killed", *FLAGS, lines=typed, dying_after=first)
    assert killed.returncode == -signal.SIGKILL
    resumed = warm.razbor(tmp_path / "killed", "resume", lines=typed[1:])
    assert resumed.returncode == 0, resumed.stderr
    seen = flat(resumed.stdout)
    one, two = (flat(text) for text in shown("en"))
    assert seen.count(one) == 1, "told again with the open question"
    assert seen.count(two) == 1
    assert flat(say("hint.no_more", "en")) in seen
    assert hints(tmp_path / "killed") == ["/hint"] * 2
