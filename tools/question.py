"""A question of the bank: its source text, what we added to it, and the rubric that follows from both."""

import hashlib
import json
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Topic = Literal[
    "llm-serving", "fine-tuning", "rag-agents", "ml-basics", "ranking", "ml-system-design",
    "mlops", "databases", "experiments", "general",
]  # fmt: skip
Level = Literal["junior", "middle", "senior"]
Lang = Literal["en", "ru"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

SEED_FIELDS = ("heading", "prompt", "short_answer", "breakdown", "mistakes", "tips")
DERIVED_KEY_POINTS = 8
MIN_SENTENCE_WORDS = 5


def _lengths(part: str, have: int, whole: str, want: int) -> PydanticCustomError:
    values = {"part": part, "have": have, "whole": whole, "want": want}
    return PydanticCustomError("lengths", "{part} has {have} items, {whole} has {want}", values)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Mistake(_Strict):
    """A typical mistake: a commission or an omission; an imported one may not say which.

    A commission says something wrong, and `contrary` is what is right. An omission leaves something out, and
    `key_points` (kp1, kp2 …) say what.
    """

    text: Line
    kind: Literal["commission", "omission"] | None = None
    contrary: Line | None = None
    key_points: list[str] = []


class Wording(_Strict):
    """The texts of a question in one language; what is not given is shown in the source's words."""

    prompt: str = ""
    short_answer: str = ""
    breakdown: str = ""
    key_points: list[str] = []
    mistakes: list[str] = []
    contraries: dict[str, str] = {}
    tips: list[str] = []
    hints: list[str] = []
    follow_ups: list[str] = []


class Phrases(_Strict):
    """What candidates say, in either language, when they mean a rubric line; read by the local grader only.

    `said`: the line itself. `contrary`: of a mistake, the right statement. `area`: of an omission, that the answer
    went through the place where the missing thing belongs.
    """

    said: list[Line] = []
    contrary: list[Line] = []
    area: list[Line] = []


class Question(_Strict):
    """One question. The fields of SEED_FIELDS hold the source text word for word; the others are ours.

    `hints` are a ladder: the first names the direction, the second the next step. `follow_ups` has one question per
    key point, in their order, that asks for the point without naming it.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    topic: Topic = "general"
    level: Level | None = None
    heading: Line
    prompt: Line
    short_answer: Line
    breakdown: Line
    mistakes: Annotated[list[Mistake], Field(min_length=1)]
    tips: Annotated[list[Line], Field(min_length=1)]
    key_points: list[Line] = []
    hints: list[Line] = []
    follow_ups: list[Line] = []
    en: Wording = Wording()
    ru: Wording = Wording()
    phrases: dict[str, Phrases] = {}

    @model_validator(mode="after")
    def _translations_fit(self) -> Self:
        for lang, wording in (("en", self.en), ("ru", self.ru)):
            for name in ("key_points", "mistakes", "tips", "hints", "follow_ups"):
                have, want = len(getattr(wording, name)), len(getattr(self, name))
                if have and have != want:
                    raise _lengths(f"{lang}.{name}", have, name, want)
        if self.follow_ups and len(self.follow_ups) != len(self.rubric_points()):
            raise _lengths("follow_ups", len(self.follow_ups), "key_points", len(self.rubric_points()))
        return self

    @property
    def content_sha256(self) -> str:
        """A hash of the source text, whatever we added to it: two imports of one text have the same."""
        seed = {name: getattr(self, name) for name in SEED_FIELDS}
        seed["mistakes"] = [mistake.text for mistake in self.mistakes]
        return hashlib.sha256(json.dumps(seed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def rubric_points(self) -> list[str]:
        """The key points; where a question has none, sentences of its short answer and breakdown serve."""
        return list(self.key_points) or derive_key_points(self.short_answer, self.breakdown)

    def wording(self, lang: Lang) -> Wording:
        """Every text of the question in `lang`, each filled in from the source where it has no translation."""
        given = self.ru if lang == "ru" else self.en
        return Wording(
            prompt=given.prompt or self.prompt,
            short_answer=given.short_answer or self.short_answer,
            breakdown=given.breakdown or self.breakdown,
            key_points=given.key_points or self.rubric_points(),
            mistakes=given.mistakes or [mistake.text for mistake in self.mistakes],
            contraries={**self._contraries(), **given.contraries},
            tips=given.tips or list(self.tips),
            hints=given.hints or list(self.hints),
            follow_ups=given.follow_ups or list(self.follow_ups),
        )

    def _contraries(self) -> dict[str, str]:
        return {f"m{n}": mistake.contrary for n, mistake in enumerate(self.mistakes, 1) if mistake.contrary}


def sentences(text: str) -> list[str]:
    """Split prose into sentences: at a full stop, question or exclamation mark before a capital, and at a line end."""
    parts = re.split(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ\"«(])|\n+", text)
    return [part.strip() for part in parts if part.strip()]


def derive_key_points(short_answer: str, breakdown: str) -> list[str]:
    """Key points for a question that has none: its weightier sentences, the short answer's first, eight at most.

    Each paragraph of the breakdown gives its sentences in turn, so that none is left without a voice.
    """
    paragraphs = [sentences(part) for part in breakdown.splitlines() if part.strip()]
    rounds = max((len(part) for part in paragraphs), default=0)
    in_turn = [part[n] for n in range(rounds) for part in paragraphs if n < len(part)]
    candidates = [*sentences(short_answer), *in_turn]
    long_enough = [text for text in candidates if len(text.split()) >= MIN_SENTENCE_WORDS] or candidates
    return list(dict.fromkeys(long_enough))[:DERIVED_KEY_POINTS]
