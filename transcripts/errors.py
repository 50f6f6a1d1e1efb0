"""Bad input from a person or a file: one clear line, never a traceback."""


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

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
