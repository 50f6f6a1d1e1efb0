"""Who grades: the local grader, a judge behind an endpoint, or whichever of them has been shown to be better."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing

from agent.config import Value
from agent.connect import fixed_of, limits_of, memory_of_endpoints
from agent.endpoints import Endpoint
from agent.models.clock import Limits
from agent.models.exchange import Exchange
from agent.models.failure import EndpointError
from agent.models.patience import Tell
from agent.models.question import Questioner
from agent.models.wire import Wire
from agent.remedy import remedy
from agent.standing import outcome, remember, remembered
from prompts import say
from tools.graders.entrance import FIRST, Standing, entrance_answers, measure
from tools.graders.judge import Ask, JudgeGrader, JudgeUnavailableError
from tools.graders.local import LocalGrader
from tools.question import Lang, Question
from transcripts.events import Json
from transcripts.grade import Grade, GraderId

CHECK_SECONDS = 60.0
FAILURES = 2  # requests that an endpoint may fail at, before a judge is taken for gone


def judge(endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, lang: Lang) -> JudgeGrader:
    """The judge behind an endpoint; where it fails, the local grader grades and the grade says so."""
    return JudgeGrader(_patient(endpoint, settings, tell, lang, []), endpoint.model, LocalGrader(), says=lang)


def _patient(
    endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, lang: Lang, broken: list[EndpointError]
) -> Ask:
    """How a judge is asked. An endpoint that fails is a judge that is not there; its failures go to `broken`."""
    questioner = _questioner(endpoint, settings, tell)

    def ask(messages: Sequence[Json], schema: Json, max_tokens: int) -> str:
        if len(broken) < FAILURES:  # then it is not waited for any more
            try:
                return questioner.ask(messages, schema, max_tokens)
            except EndpointError as error:
                broken.append(error)
        raise JudgeUnavailableError(remedy(broken[-1], endpoint, lang))

    return ask


def _questioner(endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell) -> Questioner:
    """A connection of its own to the endpoint: for one thread."""

    def told(key: str, /, **values: object) -> None:
        tell("wait.judge" if key == "wait.model" else key, **values)

    exchange = Exchange(Wire(endpoint, limits_of(settings)), told)
    return Questioner(exchange, memory_of_endpoints(), fixed_of(settings))


def lone_judge(
    endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, lang: Lang, broken: list[EndpointError]
) -> JudgeGrader:
    """A judge for one thread of many; where it fails nobody grades, and the next answer is asked about all the same.

    `broken` is shared: the failures since the last reply that any of them got, but for answers that were too long.
    """
    questioner = _questioner(endpoint, settings, tell)

    def ask(messages: Sequence[Json], schema: Json, max_tokens: int) -> str:
        try:
            reply = questioner.ask(messages, schema, max_tokens)
        except EndpointError as error:
            broken.extend([error] if error.kind != "overflow" else [])
            raise JudgeUnavailableError(remedy(error, endpoint, lang)) from None
        broken.clear()
        return reply

    return JudgeGrader(ask, endpoint.model, LocalGrader(), alone=True, says=lang)


class AutoGrader:
    """The judge where it beat the local grader on this endpoint, else the local grader.

    On first use eight labelled answers are graded by both; the outcome is remembered per endpoint.
    """

    def __init__(self, endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, lang: Lang) -> None:
        self._endpoint, self._settings, self._tell, self._lang = endpoint, settings, tell, lang
        self._local = LocalGrader()
        self._notes: list[str] = []
        self._absent = False
        self._standing = remembered(endpoint)
        self._judge: JudgeGrader | None = None

    @property
    def id(self) -> GraderId:
        """Who grades, as far as that is known before the first grade."""
        return self._grader().id if self._standing else self._local.id

    def settle(self) -> Standing:
        """Who is better, found out now where that is not known yet; `notes` then says what came of it."""
        if self._standing is None:
            self._standing = self._check()
        return self._standing

    @property
    def notes(self) -> list[str]:
        """What a check has shown, until the next grade takes it along."""
        return self._notes

    def grade(self, question: Question, answer: str, lang: Lang) -> Grade:
        """Grade one answer; the first time, find out who is better at it."""
        standing = self.settle()
        grade = self._grader().grade(question, answer, lang)
        notes, self._notes = [*self._notes, *((grade.model_extra or {}).get("notes") or [])], []
        measured: Json = {} if self._absent else {"measured": standing.measured()}
        return grade.model_copy(update=measured | ({"notes": notes} if notes else {}))

    def _grader(self) -> JudgeGrader | LocalGrader:
        if self._standing and self._standing.better:
            self._judge = self._judge or judge(self._endpoint, self._settings, self._tell, self._lang)
            return self._judge
        return self._local

    def _check(self) -> Standing:
        """Find out who is better; where the judge was not there, the next process checks again."""
        standing, failure = entrance_check(self._endpoint, self._settings, self._tell)
        self._absent = failure is not None
        if failure is not None:
            reason = remedy(failure, self._endpoint, self._lang)
            self._notes = [say("judge.graded_locally", self._lang, reason=reason)]
        else:
            self._notes = [outcome(standing, self._endpoint, self._lang)]
        return standing


def entrance_check(
    endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell
) -> tuple[Standing, EndpointError | None]:
    """Both graders on eight labelled answers, at most a minute; remembered, also that the judge was too slow for it.

    With the failure of a judge that was not there: it has not been measured.
    """
    local, broken = LocalGrader(), list[EndpointError]()
    ask = _hurried(endpoint, fixed_of(settings), broken)
    tell("judge.checking", model=endpoint.model, seconds=round(CHECK_SECONDS))
    candidate = JudgeGrader(ask, endpoint.model, local, alone=True)
    try:
        standing = measure(candidate, local, entrance_answers()[:FIRST], lambda _: None, CHECK_SECONDS)
    finally:
        tell("")
    if not broken:
        remember(endpoint, standing)
    return standing, broken[0] if broken and not standing.better else None


def _hurried(endpoint: Endpoint, fixed: Json, broken: list[EndpointError]) -> Ask:
    """How a judge is asked in the entrance check: once, within what is left of the time."""
    end = time.monotonic() + CHECK_SECONDS

    def ask(messages: Sequence[Json], schema: Json, max_tokens: int) -> str:
        seconds = max(end - time.monotonic(), 0.1)
        limits = Limits(connect=min(seconds, 5.0), idle=seconds, total=seconds)
        try:
            with closing(Wire(endpoint, limits)) as wire:
                exchange = Exchange(wire, lambda *_, **__: None, patient=False)
                return Questioner(exchange, memory_of_endpoints(), fixed).ask(messages, schema, max_tokens)
        except EndpointError as error:
            broken.extend([error] if error.kind != "timeout" else [])
            raise JudgeUnavailableError(error.kind) from None

    return ask


def calibrate(endpoint: Endpoint, settings: Mapping[str, Value], tell: Tell, lang: Lang) -> Standing:
    """The full measure, on all labelled answers and without a limit of time; it replaces the entrance check.

    Raises EndpointError where the endpoint failed; what was remembered stays.
    """
    local, answers, broken = LocalGrader(), entrance_answers(), list[EndpointError]()
    ask = _patient(endpoint, settings, lambda *_, **__: None, lang, broken)
    one = JudgeGrader(ask, endpoint.model, local, alone=True)

    def progress(done: int) -> None:
        tell("judge.calibrating", done=done, of=len(answers))

    try:
        standing = measure(one, local, answers, progress)
    finally:
        tell("")
    if broken:
        raise broken[-1]
    remember(endpoint, standing)
    return standing
