"""Every word said to a model or a person, as text files beside this one.

`en.toml` and `ru.toml` are for people and have the same keys; `model.toml`, `interviewer.*.md`
and `judge.md` are for models.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import tomli

HERE = Path(__file__).parent
LANGUAGES = ("en", "ru")
_FOR_MODELS = ("interviewer.en.md", "interviewer.ru.md", "judge.md", "model.toml")


@cache
def catalogue(name: str) -> dict[str, Any]:
    """One catalogue, flat: {"section.key": text or list of texts}."""
    tree = tomli.loads((HERE / f"{name}.toml").read_text("utf-8"))
    return {f"{section}.{key}": text for section, part in tree.items() for key, text in part.items()}


def say(key: str, lang: str, /, **values: object) -> str:
    """A text for a person. KeyError when the catalogue lacks it: that is a bug, not a choice."""
    return str(catalogue(lang)[key]).format(**values)


def variants(key: str, lang: str) -> list[str]:
    """Several wordings of one thing, of which the caller picks one."""
    return list(catalogue(lang)[f"variants.{key}"])


def counted(key: str, number: int, lang: str, /) -> str:
    """A number from 1 in words, as far as the catalogue has them."""
    words = variants(key, lang)
    return words[number - 1] if 1 <= number <= len(words) else f"{number}"


def to_model(key: str, /, **values: object) -> str:
    """A text for a model: what a tool does, or what was wrong with a call. English, which all of them read."""
    return str(catalogue("model")[key]).format(**values)


def interviewer(lang: str, /, **values: object) -> str:
    """The system prompt of the interview."""
    return (HERE / f"interviewer.{lang}.md").read_text("utf-8").format(**values)


@cache
def prompts_sha256() -> str:
    """The hash of all that models are told, so that a record says which wording it was made with."""
    texts = [(HERE / name).read_bytes() for name in _FOR_MODELS]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def judge_prompt() -> str:
    """The instructions of a judge, the same for every question."""
    return (HERE / "judge.md").read_text("utf-8")
