"""One question of an interview: who said what, what it is worth, and how long it took."""

from dataclasses import dataclass, field
from typing import Literal

from tools.question import Lang, Question
from transcripts.events import DisputeEvent, GradeEvent, PlanEvent


@dataclass(frozen=True)
class Turn:
    """An answer, or a question that follows up on one."""

    by: Literal["candidate", "interviewer"]
    text: str


@dataclass
class Attempt:
    """One question of the interview and what became of it."""

    question: Question
    turns: list[Turn] = field(default_factory=list)  # the answers and what followed up on them, in order
    spoken: list[str] = field(default_factory=list)  # all that the interviewer has said
    grades: list[GradeEvent] = field(default_factory=list)  # the last one counts
    disputes: list[DisputeEvent] = field(default_factory=list)
    introduced: bool = False
    to_grade: bool = False  # words came in after the last grade
    awaiting: bool = False  # a follow-up was asked and not yet answered
    follow_ups: int = 0
    follow_ups_over: bool = False
    given_up: bool = False
    wants_breakdown: bool = False
    hints: int = 0  # how many were shown
    seconds: float = 0.0  # that the candidate took to answer
    begun: float = 0.0  # when, in seconds of the interview
    lasted: float | None = None  # seconds from there to the last grade in the interview; None: not graded
    plan: PlanEvent | None = None  # why this question
    revealed: bool = False
    lang: Lang = "en"  # that the question is put in

    @property
    def words(self) -> list[str]:
        """The candidate's turns, in order."""
        return [turn.text for turn in self.turns if turn.by == "candidate"]

    @property
    def answer(self) -> str:
        """All the candidate said to this question, a line a turn."""
        return "\n".join(self.words)

    @property
    def grade(self) -> GradeEvent | None:
        """The grade that counts so far."""
        return self.grades[-1] if self.grades else None

    def made_before(self, mistake: str) -> int:
        """How many times a mistake was made in earlier interviews, as far as that is recorded."""
        made = self.plan.why.get("committed") if self.plan else None
        times = made.get(mistake) if isinstance(made, dict) else None
        return times if isinstance(times, int) else 0

    @property
    def disputable(self) -> bool:
        """Whether there are verdicts, and the candidate has seen them."""
        return self.revealed and self.grade is not None and self.grade.status == "graded"
