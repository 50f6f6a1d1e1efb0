"""Which question files there are, and in what state: ten thousand take some tens of milliseconds."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from transcripts.errors import InputError

BUILT_IN = "built-in"
SUFFIXES = (b".yaml", b".yml")
GONE = (-1, -1)  # the size and time of a file whose state can't be told


class File(NamedTuple):
    """A question file and its state. The name is spelled as the file system does, which need not be Unicode."""

    name: bytes
    size: int
    modified: int  # nanoseconds


class Root(NamedTuple):
    """A folder and its question files, or the one file of it that was named.

    `prefix` with the name of a file is its path as a person calls it. `whole`: all question files of the folder are
    here, so one that is not is gone.
    """

    prefix: str
    folder: bytes
    files: list[File]
    whole: bool
    source: str = ""

    def path(self, file: File) -> str:
        """Where a file is, as a person calls it."""
        return self.prefix + os.fsdecode(file.name)


def roots(paths: Iterable[Path], *, builtin: bool) -> Iterator[Root]:
    """The built-in folder, if it is wanted, then what the paths stand for. InputError when that is nothing."""
    if builtin:
        yield root(Path(__file__).parent / "questions")._replace(source=BUILT_IN)
    yield from map(root, paths)


def root(path: Path) -> Root:
    """A question file, or all that are in a folder, by name. InputError when there is none."""
    if not path.exists():
        raise InputError("error.no_such_file", path=path)
    if path.is_dir():
        found = _of_folder(path)
        if not found:
            raise InputError("error.bank_empty", path=path)
        return Root(_prefix(path), os.fsencode(path.absolute()), found, whole=True)
    file = File(os.fsencode(path.name), *_state(path))
    return Root(_prefix(path.parent), os.fsencode(path.parent.absolute()), [file], whole=False)


def question_files(path: Path) -> list[Path]:
    """The question files that a path stands for: itself, or those of a folder. InputError when there is none."""
    found = root(path)
    return [Path(found.path(file)) for file in found.files]


def _prefix(folder: Path) -> str:
    """What stands before the name of a file; a path object for each of them would cost more than all the rest."""
    return str(folder / "*").removesuffix("*")


def _of_folder(path: Path) -> list[File]:
    try:
        with os.scandir(os.fsencode(path)) as entries:
            return sorted(File(entry.name, *_state(entry)) for entry in entries if entry.name.endswith(SUFFIXES))
    except OSError as error:
        raise InputError("error.cannot_read", path=path, reason=error) from error


def _state(file: Path | os.DirEntry[bytes]) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError:  # a link to nothing, or removed this very moment: reading it says so
        return GONE
    return state.st_size, state.st_mtime_ns
