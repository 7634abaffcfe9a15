"""The latest of what the ledger says of one route or silo. Blocks: call it in a thread.

The law of this file: the end of the ledger is read and no more, however long the ledger is. Whether it is what was
written is for `facade ledger verify` to say, which reads all of it; what is no entry is passed over here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facade.control.ledger.book import FILE
from facade.control.ledger.chain import parsed
from facade.control.ledger.entry import Entry

TAIL: Final = 512 * 1024
"""Bytes that are read: more than a thousand changes, looked through in a few hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The latest entries, newest first. `is_all` where the whole ledger was looked through."""

    entries: tuple[Entry, ...] = ()
    is_all: bool = True


def recent(state: Path, what: frozenset[str], most: int) -> Recent:
    """At most so many entries about any of these, of the ledger in `state`. Raises OSError where it cannot be read."""
    try:
        with (state / FILE).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            lines = file.read(TAIL).split(b"\n")
    except FileNotFoundError:
        return Recent()
    found: deque[Entry] = deque(maxlen=most)
    for line in lines[1:] if size > TAIL else lines:  # the first may have lost its beginning
        try:
            entry = parsed(line).entry
        except ValueError:
            continue
        if entry.what in what:
            found.append(entry)
    return Recent(tuple(reversed(found)), size <= TAIL)
