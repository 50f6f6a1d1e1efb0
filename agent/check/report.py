"""What a model check has found so far, and what follows from it."""

from dataclasses import asdict, dataclass, field

from agent.check.conduct import Conduct
from agent.check.fitness import Criterion, examine
from agent.check.table import answer
from agent.endpoints import Endpoint
from tools.graders.entrance import Standing
from tools.question import Lang
from transcripts.events import Json


@dataclass
class Check:
    """What was found out so far of `planned` interviews, and what ended it early."""

    planned: int
    rows: list[tuple[str, Conduct]] = field(default_factory=list)
    failure: str = ""  # the endpoint gave no first question: what to do about it
    interrupted: bool = False
    standing: Standing | None = None  # as a judge
    to_grade: str = ""  # the same in words

    @property
    def total(self) -> Conduct:
        """All interviews together."""
        return sum((conduct for _, conduct in self.rows), Conduct())

    @property
    def criteria(self) -> list[Criterion]:
        """The conditions; none as long as there is too little to go by."""
        total = self.total
        found, whole = examine(total), len(self.rows) == self.planned and not total.ended["interrupted"]
        failed = self.failure and self.rows and not all(one.holds for one in found)  # that will not get better
        return found if whole or failed else []

    def as_json(self, endpoint: Endpoint, lang: Lang) -> Json:
        """All figures, for programs."""
        criteria = self.criteria
        return {
            "model": endpoint.model,
            "base_url": endpoint.base_url,
            "fit_to_interview": all(one.holds for one in criteria) if criteria else None,
            "answer": answer(criteria, lang) if criteria else None,
            "conditions": [asdict(one) for one in criteria],
            "fit_to_grade": self.standing.better if self.standing else None,
            "judge": self.standing.measured() if self.standing else None,
            "transcripts": [{"path": name, **conduct.figures()} for name, conduct in self.rows],
            "total": self.total.figures(),
            "interrupted": self.interrupted,
            "error": self.failure or None,
        }
