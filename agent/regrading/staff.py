"""Who grades many answers at once: the local grader, or as many judges as requests may be on their way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.config import Value
from agent.endpoints import Endpoint
from agent.models.failure import EndpointError, UnavailableError
from agent.resources import Tell, judge_endpoint
from prompts import say
from tools.grade_answer import Grader
from tools.graders.local import LocalGrader
from transcripts.events import Json
from transcripts.grade import GraderId

JOBS = 4  # judges, where nothing else is asked for
MOST_JOBS = 64
GIVE_UP = 2  # failures on end for each judge, before the endpoint is taken for gone


@dataclass(frozen=True)
class Staff:
    """All graders are the same one, once a thread. `measured` goes into each grade, `notes` are for the person.

    `broken`: how the endpoint has failed since it last gave a reply.
    """

    graders: list[Grader]
    measured: Json = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    broken: list[EndpointError] = field(default_factory=list)

    @property
    def id(self) -> GraderId:
        """Who grades."""
        return self.graders[0].id

    @property
    def gone(self) -> bool:
        """Whether it is of no use to ask on."""
        return len(self.broken) >= GIVE_UP * len(self.graders)


def hire(settings: Mapping[str, Value], jobs: int, waiting: Tell, working: Tell) -> Staff:
    """Settle who grades: with `auto` that may take the entrance check, once for all. `jobs` is for judges only.

    What is waited for goes to `waiting` until somebody is found, to `working` from then on, from any thread. Raises
    UnavailableError where the judge that was asked for is not there, InputError for settings that cannot be used.
    """
    endpoint, reason = judge_endpoint(settings, waiting)
    only_judge = settings["grader"].value == "judge"
    if only_judge and reason:
        raise UnavailableError(reason)
    if endpoint is None:  # a second thread would only wait for the first: the work is done by this processor
        notes = [say("judge.graded_locally", settings["lang"].value, reason=reason)] if reason else []
        return Staff([LocalGrader()], notes=notes)
    if only_judge:
        return _judges(endpoint, settings, jobs, working)
    return _the_better(endpoint, settings, jobs, waiting, working)


def _the_better(endpoint: Endpoint, settings: Mapping[str, Value], jobs: int, waiting: Tell, working: Tell) -> Staff:
    from agent.judge import AutoGrader

    auto = AutoGrader(endpoint, settings, waiting, settings["lang"].value)
    standing = auto.settle()
    staff = _judges(endpoint, settings, jobs, working) if standing.better else Staff([LocalGrader()])
    return Staff(staff.graders, standing.measured(), auto.notes, staff.broken)


def _judges(endpoint: Endpoint, settings: Mapping[str, Value], jobs: int, tell: Tell) -> Staff:
    from agent.judge import lone_judge

    broken = list[EndpointError]()
    lang = settings["lang"].value
    return Staff([lone_judge(endpoint, settings, tell, lang, broken) for _ in range(jobs)], broken=broken)
