"""Bad input from a person or a file: one clear line, never a traceback."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError


class Problem(NamedTuple):
    """What a library says is wrong, to be said in the user's language.

    `kind` and `code` name a text of the catalogues, `values` fill it in; `words` are the library's own.
    """

    kind: str
    words: str = ""
    code: str = ""
    values: Mapping[str, Any] = {}


def invalid(error: "ValidationError") -> tuple[tuple[int | str, ...], Problem]:
    """Where the first thing is that a model class refuses, and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    values = {name: value for name, value in first.get("ctx", {}).items() if isinstance(value, str | int | float)}
    place = first["loc"] or tuple(
        str(values.get("part", "")).split(".")
    )  # what concerns a whole has no place of its own
    return place, Problem("field", first["msg"], first["type"], values)


class InputError(Exception):
    """Something a person can mend. `key` names a text in the catalogues of `prompts`, `values` fill it in.

    Raised far from where the language of the interface is known; the command line turns it into one line.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        return _input_error, (self.key, self.values)  # so that it comes whole out of another process

    def __str__(self) -> str:
        return f"{self.key}: " + ", ".join(f"{name}={value}" for name, value in self.values.items())


def _input_error(key: str, values: dict[str, object]) -> InputError:
    return InputError(key, **values)


class RecordingError(Exception):
    """The transcript can't be written any further (a full disk, a folder gone read-only)."""

    def __init__(self, path: str, reason: OSError) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
