"""What somebody may have meant who mistyped a name."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name closest to `name`; the first of them all when nothing is close."""
    import difflib

    names = list(known)
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.3)), names[0] if names else "")
