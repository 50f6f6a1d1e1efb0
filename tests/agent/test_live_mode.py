"""Live mode as non-interference: how good the answers are changes nothing that anybody sees before the end.

Candidates whose answers differ only in quality hold the same interview: same seed, same number of turns. What they
see up to the first score card, and what the model is sent but for their own words, must be the same to the byte.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tools
from prompts import LANGUAGES, catalogue, to_model, variants
from prompts import interviewer as interviewer_prompt
from tests.agent.interrupting import events_of, run
from tests.endpoint.scripted import Json, Response, Script, call, say
from tests.warm import Warm
from tools.bank import load
from tools.question import Lang, Question
from transcripts.events import Event, GradeEvent, MessageEvent, PlanEvent, QuestionEvent, ToolCallEvent, ToolResultEvent
from transcripts.grade import Grade
from transcripts.reader import read

ASKED = ("kubernetes-primitives", "lora-fine-tuning", "postgres-slow-query", "rag-evaluation")  # two of them
QUESTIONS = Path(tools.__file__).parent / "questions"
BANK = {name: question for name, question in load().questions.items() if name in ASKED}
MODES = ("practice", "live")
TYPED = ("/hint", "/time", "/score", "/reveal", "/repeat", "/dispute kp1 I said that", "/hnit")  # before an answer each
SPOKEN = {"en": "Please go on with part {n}.", "ru": "Пожалуйста, продолжайте, часть {n}."}
EMPTY = {
    "en": "This is an important topic in any project, and one should always follow proven practices there",
    "ru": "Это важная тема в любом проекте, и здесь всегда стоит следовать проверенным практикам",
}


@dataclass(frozen=True)
class Case:
    """One interview that all candidates hold."""

    lang: Lang
    model: bool  # at an endpoint, or else embedded
    follow_ups: int
    minutes: int = 0

    def __str__(self) -> str:
        who = "model" if self.model else "embedded"
        return f"{self.lang}-{who}-{self.follow_ups}{'-time' * bool(self.minutes)}"

    @property
    def flags(self) -> list[str]:
        """Of razbor."""
        told = ["--mode", "live", "--lang", self.lang, "--seed", "11", "--grader", "local", "--questions", "2"]
        told += ["--no-builtin", *(word for name in ASKED for word in ("--bank", f"{QUESTIONS / name}.yaml"))]
        return [*told, "--follow-ups", f"{self.follow_ups}", *(["--time", f"{self.minutes}"] if self.minutes else [])]


CASES = [
    Case("en", False, 0, 30), Case("en", False, 2), Case("en", True, 1, 30), Case("en", True, 2),
    Case("ru", False, 1), Case("ru", False, 2, 30), Case("ru", True, 0), Case("ru", True, 1),
]  # fmt: skip


def strong(question: Question, lang: Lang) -> list[str]:
    wording = question.wording(lang)
    return [" ".join(wording.key_points), wording.short_answer, " ".join(wording.contraries.values())]


def empty(question: Question, lang: Lang) -> list[str]:
    return [f"{EMPTY[lang]} ({question.id}, {n})." for n in range(3)]


def wrong(question: Question, lang: Lang) -> list[str]:
    """Of an answer to another question."""
    other = BANK[ASKED[ASKED.index(question.id) - 1]].wording(lang)
    return other.key_points[:3]


def mistaken(question: Question, lang: Lang) -> list[str]:
    """What candidates say who make the mistakes, and a point or two that is right."""
    russian = lang == "ru"
    said = [
        [text for text in question.phrases[f"m{n}"].said if bool(re.search("[а-я]", text)) == russian]
        for n in range(1, len(question.mistakes) + 1)
    ]
    return [". ".join([*question.wording(lang).key_points[:2], *(texts[k] for texts in said)]) for k in range(3)]


CANDIDATES: tuple[Callable[[Question, Lang], list[str]], ...] = (empty, strong, wrong, mistaken)


@dataclass
class Outcome:
    """What one candidate has said and seen, and what the model was sent."""

    turns: list[str]
    seen: str
    errors: str
    bodies: list[Json]
    events: list[Event]

    @property
    def asked(self) -> list[str]:
        return [event.question["id"] for event in self.events if isinstance(event, QuestionEvent)]

    @property
    def grades(self) -> list[Grade]:
        return [event for event in self.events if isinstance(event, GradeEvent)]

    @property
    def told(self) -> list[Any]:
        """Whatever was said, chosen, called and answered, the candidate's words apart."""
        kinds = (PlanEvent, MessageEvent, ToolCallEvent, ToolResultEvent)
        own = [event for event in self.events if isinstance(event, kinds) and getattr(event, "role", "") != "user"]
        return [event.model_dump(exclude={"time", "seq"}) for event in own]

    @property
    def requests(self) -> list[str]:
        """The requests with a mark for each turn of the candidate."""
        return [json.dumps(self._marked(body), ensure_ascii=False) for body in self.bodies]

    def _marked(self, body: Json) -> Json:
        messages = [dict(message) for message in body["messages"]]
        for message in messages:
            for number, turn in enumerate(self.turns):
                if message["role"] == "user" and message["content"].startswith(turn):
                    message["content"] = f"<turn {number}>" + message["content"].removeprefix(turn)
        return {**body, "messages": messages}


def interviewer(body: Json) -> Response:
    """A model that does what is due and says nothing of its own."""
    messages = body["messages"]
    results = [json.loads(m["content"].split("\n\n[razbor]")[0]) for m in messages if m["role"] == "tool"]
    question = next((result["id"] for result in reversed(results) if "prompt" in result), "")
    due = results[-1]["next"] if results else "fetch_question"
    if (messages[-1]["role"] == "user" and question) or due == "grade_answer":
        return call("grade_answer", {"question_id": question})
    if due == "fetch_question":
        return call(due)
    lang = "ru" if "Ты" in messages[0]["content"] else "en"
    return say(" ".join([SPOKEN[lang].format(n=len(messages)), results[-1].get("follow_up", "")]).strip())


def hold(warm: Warm, home: Path, case: Case, answers: list[str], server: Script | None) -> Outcome:
    lines = [line for n, answer in enumerate(answers) for line in (TYPED[n % len(TYPED)], answer)]
    before = len(server.bodies) if server else 0
    at = ["--base-url", server.url, "-m", "scripted"] if server else []
    done = warm.razbor(home, *case.flags, *at, lines=lines)
    assert done.returncode == 0, done.stderr
    seen, end, _ = re.split(r"(── (?:Score|Оценка) )", done.stdout, maxsplit=1)
    assert end
    (path,) = (home / "transcripts").glob("*.jsonl")
    errors = done.stderr.replace(str(path), "PATH")
    bodies = server.bodies[before:] if server else []
    return Outcome(answers, re.sub(r"\b\d+:\d\d\b", "m:ss", seen), errors, bodies, read(path).events)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(*ASKED) as process:
        yield process


@pytest.mark.parametrize("case", CASES, ids=str)
def test_quality_makes_no_difference_before_the_end(case: Case, warm: Warm, tmp_path: Path) -> None:
    asked: list[str] = []
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        server = stack.enter_context(Script(forever=interviewer)) if case.model else None
        for candidate in CANDIDATES:
            questions = [BANK[name] for name in asked] or list(BANK.values())[:2]  # the empty phrases fit any
            turns = [turn for q in questions for turn in candidate(q, case.lang)[: 1 + case.follow_ups]]
            outcomes.append(hold(warm, tmp_path / candidate.__name__, case, turns, server))
            asked = outcomes[0].asked
    first, *others = outcomes
    assert len(first.grades) == 2 * (1 + case.follow_ups), "every candidate has had all turns"
    for other in others:
        assert other.asked == first.asked
        assert other.told == first.told
        assert other.seen == first.seen
        assert other.errors == first.errors
        assert other.requests == first.requests
    assert bool(first.requests) == case.model
    worst, best, off, bad = ([grade.score or 0 for grade in outcome.grades] for outcome in outcomes)
    assert max(*worst, *off) < min(best), "or the candidates would not differ"
    assert any(line.verdict == "committed" for grade in outcomes[3].grades for line in grade.mistakes), bad


PRAISE_OR_BLAME = {
    "en": "good(?! to meet| luck)|great|excellent|perfect|nice|well done|right|correct|wrong|mistake|"
    "miss\\w*|forg\\w+|fail\\w*|"
    "weak|strong|poor|better|best|worse|incomplete|complete|true|false|impress\\w*|unfortunately|covered|almost|sadly",
    "ru": "хорош\\w*|отличн\\w*|прекрасн\\w*|замечательн\\w*|(?:не)?верн\\w*|(?:не)?правильн\\w*|ошиб\\w*|упусти\\w*|"
    "забы\\w*|слаб\\w*|сильн\\w*|плох\\w*|лучше|хуже|неполн\\w*|молодец|к сожалению|увы|почти|точно|(?<!что )именно|"
    "не хватает",
}
SAID_LIVE = (  # keys of the catalogues, or whole sections
    "first.", "question.", "hint.", "time.", "topic.", "command.", "dispute.", "card.skipped", "resume.", "takeover.",
    "wait.", "variants.greeting", "variants.introduce_question", "variants.next_question", "variants.follow_up",
    "variants.say_goodbye",
)  # fmt: skip
ALLOWED = {"command.help", "dispute.recorded", "wait.server"}  # on what /dispute is for, and on a server that fails


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_that_razbor_says_in_live_mode_praises_or_blames(lang: str) -> None:
    words = re.compile(rf"\b(?:{PRAISE_OR_BLAME[lang]})\b", re.IGNORECASE)
    keys = [key for key in catalogue(lang) if key.startswith(SAID_LIVE) and key not in ALLOWED]
    assert len(keys) > 50
    for key in keys:
        texts = variants(key.removeprefix("variants."), lang) if key.startswith("variants.") else [say_raw(key, lang)]
        for text in texts:
            assert not words.search(text), (key, text)


def say_raw(key: str, lang: str) -> str:
    return str(catalogue(lang)[key])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_model_is_told_to_stay_neutral_in_live_mode_and_gets_no_word_on_scores_there(lang: str) -> None:
    told = {mode: interviewer_prompt(lang, questions=3, reveal=to_model(f"system.{mode}_{lang}")) for mode in MODES}
    assert ("neutral" if lang == "en" else "нейтральн") in told["live"]
    assert ("is closed" if lang == "en" else "закрыт") in told["live"]
    assert told["live"].replace(to_model(f"system.live_{lang}"), "") == told["practice"].replace(
        to_model(f"system.practice_{lang}"), ""
    )


def test_who_leaves_a_live_interview_that_can_go_on_is_shown_nothing(tmp_path: Path) -> None:
    flags = ("--question", ASKED[0], "--mode", "live", "--grader", "local")
    left = run(tmp_path, *flags, lines=["A pod is a unit of scheduling, I think."], dying_after="15:SIGINT")
    assert left.returncode == 130, left.stderr.decode()
    assert any(isinstance(event, GradeEvent) for event in events_of(tmp_path))
    for word in ("Score", "Breakdown", "Summary", "Mean"):
        assert word not in left.stdout.decode()
    resumed = run(tmp_path, "resume", lines=["A node is a machine."])
    assert resumed.stdout.decode().count("── Breakdown") == 1, "at the end"
