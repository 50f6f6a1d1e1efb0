"""The question bank: the built-in questions and the files or folders a user adds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import ValidationError

from tools.planner import Head
from tools.question import Question
from tools.safe_yaml import line_of, read_yaml
from transcripts.errors import InputError


@dataclass
class Bank:
    """Questions by id. `sources` says where each came from, `problems` which files could not be used and why."""

    questions: dict[str, Question] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[InputError] = field(default_factory=list)

    def get(self, question_id: str) -> Question:
        """The question with this id; InputError when there is none."""
        if question_id not in self.questions:
            raise InputError("error.unknown_question", id=question_id, nearest=nearest(question_id, self.questions))
        return self.questions[question_id]

    @property
    def heads(self) -> Mapping[str, Head]:
        """What the planner knows of each question."""
        return self.questions

    def search(self, words: str) -> list[str]:  # noqa: ARG002
        """The ids of the questions that are about these words, the best first."""
        return []

    def add(self, path: Path, source: str) -> None:
        """Read one file into the bank. The same text under the same id again is no harm; another text is."""
        question = read_question(path)
        known = self.questions.get(question.id)
        if known is None:
            self.questions[question.id], self.sources[question.id] = question, source
        elif known.content_sha256 != question.content_sha256:
            raise InputError("error.duplicate_id", path=path, id=question.id, other=self.sources[question.id])


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to `name`; the first of them all when nothing is close."""
    import difflib

    names = list(known)
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.3)), names[0] if names else "")


def read_question(path: Path) -> Question:
    """Read one question file; InputError names the file and the part that is wrong."""
    fields = read_yaml(path)
    if not isinstance(fields, dict):
        raise InputError("error.question_shape", path=path)
    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        part, line = ".".join(str(step) for step in first["loc"]), line_of(path, *first["loc"])
        raise InputError("error.question_field", path=path, line=line, field=part, problem=first["msg"]) from error


def question_files(path: Path) -> list[Path]:
    """The question files that a path stands for: itself, or the *.yaml of a folder. InputError when none."""
    if not path.exists():
        raise InputError("error.no_such_file", path=path)
    found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
    if not found:
        raise InputError("error.bank_empty", path=path)
    return found


def load(paths: Iterable[Path] = (), *, builtin: bool = True) -> Bank:
    """Load the bank. A broken file in a folder goes to `problems`; one that was named itself raises InputError."""
    bank = Bank()
    if builtin:
        with as_file(files("tools") / "questions") as folder:
            for path in sorted(folder.glob("*.yaml")):
                bank.add(path, "built-in")
    for root in paths:
        for path in question_files(root):
            try:
                bank.add(path, str(path))
            except InputError as error:
                if not root.is_dir():
                    raise
                bank.problems.append(error)
    if not bank.questions:
        raise bank.problems[0] if bank.problems else InputError("error.no_questions")
    return bank
