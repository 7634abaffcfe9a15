"""A copybook's text as lines of code: sequence numbers, comments and continuations are gone, line numbers are kept.

Two layouts of a line are read (ISO/IEC 1989, reference format). In the fixed one columns 1-6 are the sequence area, 7
the indicator, 8-72 the code, and 73-80 nobody's. In the free one a line is code from its first column.
`>>SOURCE FORMAT` says which; without it a copybook is free if any entry of it (a level and a name), or a COPY, begins
before column 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from facade.formats.copybook.mistakes import CopybookError, Place

MAX_LINES: Final = 20_000
"""Of one copybook: the longest that are seen have some thousands."""

_INDICATOR: Final = 6
_END: Final = 72
_CARD: Final = 80
"""Columns of a fixed line, counted from 0 and exclusive at the end: 1-6, 7, 8-72, 73-80."""

_TAB: Final = 8
_FREE_ENTRY: Final = re.compile(r" {0,6}(?:[0-9]{1,2} +[A-Za-z]|COPY |\*>)", re.IGNORECASE)
_DIRECTIVE: Final = re.compile(
    r"\s*(?:>>\s*SOURCE|\$SET\s+SOURCE)\W*(?:FORMAT)?(?:\s+IS)?\W*(FREE|FIXED)\b", re.IGNORECASE
)
_LISTING: Final = re.compile(r"\s*(?:EJECT|SKIP[123])\s*\.?\s*", re.IGNORECASE)
"""Statements for the printed listing of an old compiler: they say nothing of the record."""

_COMMENTS: Final = frozenset("*/dD")
"""Indicators of a line that is no code; D is compiled only for debugging."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of code, or several that continue each other: the place is the first one's."""

    place: Place
    text: str


def read_lines(file: str, text: str) -> tuple[Line, ...]:
    """The lines of code of a copybook; raise CopybookError."""
    written = [line.expandtabs(_TAB).rstrip() for line in text.splitlines()]
    if len(written) > MAX_LINES:
        raise CopybookError.at(Place(file, MAX_LINES), f"a copybook has at most {MAX_LINES} lines; divide it")
    numbered = [(Place(file, number), line) for number, line in enumerate(written, 1)]
    lines = _free(numbered) if _is_free(written) else _fixed(numbered)
    return tuple(line for line in lines if line.text.strip() and not _LISTING.fullmatch(line.text))


def _is_free(lines: list[str]) -> bool:
    for line in lines:
        if directive := _DIRECTIVE.match(line):
            return directive[1].upper() == "FREE"
    return any(_FREE_ENTRY.match(line) for line in lines)


def _free(lines: list[tuple[Place, str]]) -> Iterator[Line]:
    for place, line in lines:
        if not _DIRECTIVE.match(line):
            yield Line(place, line)


def _fixed(lines: list[tuple[Place, str]]) -> Iterator[Line]:
    held: Line | None = None
    for place, line in lines:
        indicator = line[_INDICATOR : _INDICATOR + 1] or " "
        if indicator in _COMMENTS or _DIRECTIVE.match(line):
            continue
        code = _code(place, line, indicator)
        if indicator == "-" and held is not None:
            held = replace(held, text=_continued(place, held.text, code))
            continue
        if held is not None:
            yield held
        held = Line(place, code)
    if held is not None:
        yield held


def _code(place: Place, line: str, indicator: str) -> str:
    if indicator not in " -":
        what = f"column 7 holds {indicator!r}, no indicator; leave it blank, or write >>SOURCE FORMAT IS FREE first"
        raise CopybookError.at(place, what)
    if len(line) > _CARD:
        what = f"text goes on after column {_CARD}; end the line before 73, or write >>SOURCE FORMAT IS FREE first"
        raise CopybookError.at(place, what)
    return line[_INDICATOR + 1 : _END]


def _continued(place: Place, before: str, code: str) -> str:
    """A literal goes on after the quote, its first part filled to column 72; a word goes on with its next letter."""
    quote = _open_quote(before)
    rest = code.lstrip()
    if not quote:
        return before.rstrip() + rest
    if not rest.startswith(quote):
        raise CopybookError.at(place, f"a continued literal goes on with its quote; write {quote} before it")
    width = _END - _INDICATOR - 1
    return before.ljust(-(-len(before) // width) * width) + rest[1:]


def _open_quote(text: str) -> str:
    quote = ""
    for character in text:
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
    return quote
