"""Nothing of an answer leaves before its time: not in what tools return, nor in hints and follow-ups.

One pass over all questions in both languages calls the real tools with the real grader; the tests look at what came.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from agent.check.giveaway import given_away
from prompts import say
from tests.conftest import Run
from tools import fetch_question, grade_answer, reveal_breakdown
from tools.attempt import Attempt
from tools.bank import load
from tools.graders.local import LocalGrader
from tools.graders.text import tokens
from tools.interview import SPEECH, Interview, Step
from tools.planner import in_order
from tools.question import Lang, Question
from tools.registry import Registry, ToolCall
from tools.rubric import ungraded
from transcripts.events import CommandEvent, Event, GradeEvent, Json, MessageEvent, SessionEvent, ToolResultEvent
from transcripts.grade import Grade, GraderId

QUESTIONS = list(load().questions.values())
LANGS: tuple[Lang, ...] = ("en", "ru")
MOST_CREDIT = 1  # key points that all hints and follow-ups of a question, taken for an answer, may earn by chance
FOLLOW_UPS = 3


class Remembering:
    """The local grader, which is asked once about each answer: its grades do not depend on the mode."""

    def __init__(self) -> None:
        self._local = LocalGrader()
        self._known: dict[tuple[str, str, Lang], Grade] = {}

    @property
    def id(self) -> GraderId:
        return self._local.id

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        key = (question.id, answer, lang)
        if key not in self._known:
            self._known[key] = self._local.grade(question, answer, lang)
        return self._known[key]


@dataclass
class Held:
    """One question asked of one candidate: each call's result, and whether there was an attempt at that time."""

    question: Question
    lang: Lang
    mode: str
    results: list[tuple[str, bool, bool, Json]] = field(default_factory=list)  # tool, ok, attempted, content
    scores: list[float | None] = field(default_factory=list)
    follow_ups: int = 0


class Interviewing:
    """The three tools of one interview and its state."""

    def __init__(self, question: Question, lang: Lang, mode: str, grader: Remembering) -> None:
        self.held = Held(question, lang, mode)
        self.interview = Interview(SessionEvent.model_validate({
            "id": "t", "razbor": "0", "lang": lang, "mode": mode, "questions": 1, "follow_ups": FOLLOW_UPS, "seed": 1,
            "model": "m", "grader": grader.id, "max_steps": 99,
        }))  # fmt: skip
        tools = (
            fetch_question.tool(self.interview, in_order([question]), self.emit),
            grade_answer.tool(self.interview, grader, self.emit),
            reveal_breakdown.tool(self.interview),
        )
        self.registry = Registry(tools, self.interview, self.emit)

    def emit(self, event: Event) -> None:
        self.interview.apply(event)
        if isinstance(event, ToolResultEvent):
            attempt = self.interview.current
            tried = attempt is not None and bool(attempt.grades)
            self.held.results.append((event.name, event.ok, tried, json.loads(event.content)))

    def call(self, name: str) -> None:
        arguments = {} if name == "fetch_question" else {"question_id": self.held.question.id}
        self.registry.call(ToolCall("c", name, json.dumps(arguments)), free=True)

    def answer(self, words: str) -> None:
        """One turn of the candidate, with a try at every tool before and after it."""
        self.call("fetch_question")
        self.emit(MessageEvent(role="user", content=words))
        self.call("reveal_breakdown")
        self.call("grade_answer")
        self.call("grade_answer")
        attempt = self.interview.attempts[0]
        self.held.scores.append(attempt.grade.score if attempt.grade else None)


def answers(question: Question, lang: Lang) -> tuple[list[str], list[str]]:
    """Turns of one who gets better (weak, half, mistaken, strong), and the one turn of one who knows all at once."""
    wording = question.wording(lang)
    weak = "It depends on the project, one should look at it." if lang == "en" else "Зависит от проекта, надо смотреть."
    points = wording.key_points
    return [weak, " ".join(points[: len(points) // 2]), " ".join(wording.mistakes), " ".join(points)], [
        " ".join(points)
    ]


def ask(question: Question, lang: Lang, mode: str, turns: list[str], grader: Remembering) -> Held:
    run = Interviewing(question, lang, mode, grader)
    for name in ("reveal_breakdown", "grade_answer", "fetch_question", "reveal_breakdown", "grade_answer"):
        run.call(name)
    for turn in turns:
        if run.interview.step() in SPEECH:
            run.held.follow_ups += run.interview.step() is Step.FOLLOW_UP
            run.emit(MessageEvent(role="assistant", content="Please."))
        run.answer(turn)
    run.call("reveal_breakdown")
    return run.held


@dataclass(frozen=True)
class Passed:
    """What one pass over the bank has shown."""

    held: list[Held]
    echoed: list[tuple[str, Lang, Grade]]  # all hints and follow-ups of a question, taken for an answer


@pytest.fixture(scope="module")
def passed() -> Passed:
    """Question by question and language by language, since the grader keeps what it has read of the latest."""
    grader = Remembering()
    held: list[Held] = []
    echoed: list[tuple[str, Lang, Grade]] = []
    for question in QUESTIONS:
        for lang in LANGS:
            for mode in ("practice", "live"):
                held += [ask(question, lang, mode, turns, grader) for turns in answers(question, lang)]
            wording = question.wording(lang)
            asks = " ".join([wording.prompt, *wording.hints, *wording.follow_ups])
            echoes = (asks, asks.replace("?", "."))
            echoed += [(question.id, lang, grader.grade(question, text, lang)) for text in echoes]
    return Passed(held, echoed)


@cache
def tips_too(question_id: str) -> list[Attempt]:
    """The question, and once more with its tips for an answer: `given_away` does not look at tips."""
    question = load_once()[question_id]
    tips = {lang: "\n".join(question.wording(lang).tips) for lang in LANGS}
    ru = question.ru.model_copy(update={"breakdown": tips["ru"]})
    return [Attempt(question), Attempt(question.model_copy(update={"breakdown": tips["en"], "ru": ru}))]


@cache
def load_once() -> dict[str, Question]:
    return {question.id: question for question in QUESTIONS}


def numbers(text: str) -> set[str]:
    """Those written in digits; "one" in a sentence is none."""
    return {token.stem for token in tokens(text) if text[token.start].isdigit()}


@cache
def secret_numbers(question_id: str) -> set[str]:
    """Those of a key point that are not in the prompt."""
    wordings = [load_once()[question_id].wording(lang) for lang in LANGS]
    known = {number for wording in wordings for number in numbers(wording.prompt)}
    return {number for wording in wordings for point in wording.key_points for number in numbers(point)} - known


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@cache
def leaks(question_id: str, words: str) -> bool:
    question = load_once()[question_id]
    whole = " ".join(words.split()).casefold()
    for lang in LANGS:
        wording = question.wording(lang)
        rubric = [*wording.key_points, *wording.mistakes, *wording.contraries.values(), *wording.tips]
        if any(" ".join(line.split()).casefold() in whole for line in [*rubric, wording.short_answer]):
            return True
    return given_away(words, tips_too(question.id)) or bool(numbers(words) & secret_numbers(question.id))


def test_the_measure_of_a_leak_finds_each_line_of_the_rubric() -> None:
    for question in QUESTIONS:
        for lang in LANGS:
            wording = question.wording(lang)
            for line in [*wording.key_points, *wording.contraries.values(), *wording.tips, wording.short_answer]:
                assert leaks(question.id, f"By the way: {line}"), (question.id, line)


def test_no_tool_returns_anything_of_the_answer_before_it_is_opened(passed: Passed) -> None:
    seen = set()
    for held in passed.held:
        for name, ok, _, content in held.results:
            if name == "reveal_breakdown" and ok:
                continue
            seen.add((name, ok, held.mode))
            told = {key: value for key, value in content.items() if key not in ("question_id", "id")}
            for text in texts(told):
                assert not leaks(held.question.id, text.replace(held.question.id, "")), (held.question.id, name, text)
    assert len(seen) == 8, "in both modes: fetched, graded, refused to grade, refused to open"


@pytest.mark.parametrize(("mode", "lang"), [("practice", "ru"), ("live", "en")])
def test_the_screen_shows_nothing_of_an_answer_before_an_attempt(razbor: Run, mode: str, lang: Lang) -> None:
    typed = "".join(f"{line}\n" for line in ("/hint", "/hint", "/repeat", "/time", "/score", "/skip"))
    flags = ("--questions", f"{len(QUESTIONS)}", "--mode", mode, "--lang", lang, "--seed", "4")
    done = razbor(*flags, stdin=typed * len(QUESTIONS))
    assert done.returncode == 0, done.stderr
    before_the_end = done.stdout.split(f"── {say('card.breakdown', lang)} ")[0]  # live mode opens all of them there
    title = "Question" if lang == "en" else "Вопрос"
    shown = re.split(rf"── {title} \d+ .*\n", before_the_end)[1:]
    assert len(shown) == len(QUESTIONS)
    for question in QUESTIONS:
        prompt = " ".join(question.wording(lang).prompt.split())
        part = next(text for text in shown if prompt in " ".join(text.split()))
        assert not given_away(part, tips_too(question.id)), part


def test_a_breakdown_opens_after_a_graded_attempt_and_never_in_live_mode(passed: Passed) -> None:
    for held in passed.held:
        opened = [(ok, tried) for name, ok, tried, _ in held.results if name == "reveal_breakdown"]
        if held.mode == "live":
            assert not any(ok for ok, _ in opened)
        else:
            assert [ok for ok, _ in opened] == [False] * (len(opened) - 1) + [True], held.question.id
            assert all(tried for ok, tried in opened if ok)


def test_a_breakdown_opens_for_who_gives_up_and_only_then() -> None:
    grader = Remembering()
    for mode, opens in (("practice", True), ("live", False)):
        run = Interviewing(QUESTIONS[0], "en", mode, grader)
        run.call("fetch_question")
        run.call("reveal_breakdown")
        run.emit(CommandEvent(name="/reveal"))
        run.emit(GradeEvent(**ungraded(QUESTIONS[0], "skipped", grader.id, "en").model_dump()))
        run.call("reveal_breakdown")
        assert [ok for name, ok, _, _ in run.held.results if name == "reveal_breakdown"] == [False, opens]


def test_in_live_mode_a_grade_tells_nothing_but_that_it_was_recorded(passed: Passed) -> None:
    for held in passed.held:
        for name, ok, _, content in held.results:
            if name == "grade_answer" and ok and held.mode == "live":
                assert set(content) <= {"ok", "next", "do", "question_id", "status", "follow_up"}
                assert content["status"] == "recorded"


def test_the_candidates_of_the_pass_are_weak_and_strong(passed: Passed) -> None:
    """Or the pass would not have seen what it is about."""
    for held in passed.held:
        if len(held.scores) > 1:
            first, *later = (score or 0.0 for score in held.scores)
            assert first < max(later), held.question.id
            assert held.follow_ups == FOLLOW_UPS
        else:
            assert (held.scores[0] or 0) >= 7, (held.question.id, held.lang, held.scores)


def test_no_hint_and_no_follow_up_holds_a_line_of_the_rubric() -> None:
    for question in QUESTIONS:
        for lang in LANGS:
            wording = question.wording(lang)
            for text in [*wording.hints, *wording.follow_ups]:
                assert not leaks(question.id, text), (question.id, lang, text)


def test_whoever_repeats_the_hints_and_follow_ups_has_said_next_to_nothing(passed: Passed) -> None:
    assert len(passed.echoed) == 4 * len(QUESTIONS)
    for question_id, lang, grade in passed.echoed:
        covered = {line.id: line.quote for line in grade.key_points if line.verdict == "covered"}
        committed = {line.id: line.quote for line in grade.mistakes if line.verdict == "committed"}
        assert len(covered) <= MOST_CREDIT, (question_id, lang, covered)
        assert not committed, (question_id, lang, committed)
    assert re.search("[а-я]", " ".join(line.text for line in passed.echoed[-1][2].key_points))
