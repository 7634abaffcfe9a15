"""How the lines of the ledger are bound: each carries its number and the SHA-256 of itself with the hash before. Pure.

A line is JSON: `{"number": 1, "entry": {…}, "hash": "…"}`. Whoever changes a line, takes one out or puts one in breaks
the hash of every line behind it. Lines that are taken away at the end break none, and neither does a ledger that is
written anew as a whole: against these stands its last hash, which the log has for every entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from facade.control.ledger.entry import Entry

BEGINNING: Final = "0" * 64
"""The hash before the first line."""

LONGEST: Final = 16 * 1024
"""Bytes of a line; an entry's texts are bounded far below it."""


class Edited(Exception):  # noqa: N818 - says what was found, which is no defect of the program
    """A line does not fit what stands before it. The text is `line N: what is wrong`."""


class Last(NamedTuple):
    """Where a ledger ends: the number of its last entry, and its hash."""

    number: int = 0
    hash: str = BEGINNING


class _Line(msgspec.Struct, frozen=True):
    number: int
    entry: msgspec.Raw
    hash: str


def bound(entry: Entry, last: Last) -> tuple[bytes, Last]:
    """The line for an entry behind `last`, with its line end, and what is last from then on."""
    content = msgspec.json.encode(entry)
    now = Last(last.number + 1, _hash(last.number + 1, content, last.hash))
    return msgspec.json.encode(_Line(now.number, msgspec.Raw(content), now.hash)) + b"\n", now


def read(lines: Iterable[bytes]) -> Iterator[tuple[Entry, Last]]:
    """The entries of lines, with their ends or without, in order, each with what is last after it.

    Raises `Edited` at the first line that does not fit.
    """
    last = Last()
    for number, text in enumerate(lines, start=1):
        try:
            line = parsed(text.removesuffix(b"\n"))
        except ValueError as error:
            raise Edited(f"line {number}: {error}") from error
        if line.number != number:
            raise Edited(f"line {number}: says that it is line {line.number}")
        if not line.follows(last):
            raise Edited(f"line {number}: it, or what stood before it, was changed after it was written")
        last = line.last
        yield line.entry, last


class Line(NamedTuple):
    """A line as it stands there, whether or not it belongs there: where it says that it ends, and what it says."""

    last: Last
    content: bytes
    entry: Entry

    @property
    def number(self) -> int:
        return self.last.number

    def follows(self, last: Last) -> bool:
        """Whether it was written behind `last`, and is as it was written."""
        return self.last == Last(last.number + 1, _hash(last.number + 1, self.content, last.hash))


def parsed(text: bytes) -> Line:
    """A line without its end, as it stands there. Raises ValueError with what is wrong with it."""
    if len(text) > LONGEST:
        raise ValueError("is longer than any that is written here")
    try:
        line = msgspec.json.decode(text, type=_Line)
        content = bytes(line.entry)
        entry = msgspec.json.decode(content, type=Entry)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError("is no entry of a ledger") from error
    if msgspec.json.encode(line) != text:
        raise ValueError("is not written as a ledger is")  # a blank, a key more: what no hash is made of
    return Line(Last(line.number, line.hash), content, entry)


def _hash(number: int, content: bytes, before: str) -> str:
    return hashlib.sha256(b"%s\n%d\n%s" % (before.encode(), number, content)).hexdigest()
