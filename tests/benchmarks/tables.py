"""Plain tables on stdout."""

from collections.abc import Iterable, Sequence


def table(title: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    """Print a title, a head and rows; the first column to the left, the others to the right."""
    cells = [[_cell(value) for value in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  " + "  ".join([first.strip().ljust(widths[0]), *rest]).rstrip())


def share(part: int, whole: int) -> str:
    """A share in percent, and of how many."""
    return f"{part / whole:.1%} of {whole}" if whole else "none of 0"


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
