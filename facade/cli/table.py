"""A plain table: columns as wide as they need to be, two spaces apart. It reads in any terminal and in any mail."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[str] = frozenset()) -> list[str]:
    """The lines of a table; columns named in `right` are numbers and stand to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [_line(row, widths, [name in right for name in header]) for row in (header, *rows)]


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (
        cell.rjust(width) if is_number else cell.ljust(width)
        for cell, width, is_number in zip(row, widths, right, strict=True)
    )
    return "  ".join(cells).rstrip()
