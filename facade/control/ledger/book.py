"""The ledger's file, `ledger.jsonl` in `state`. Everything here blocks.

Each entry is on the disk before `add` returns. A process that is killed in the middle leaves half a line at the most:
whoever opens the book takes it off, because nothing that it said was ever told to have happened.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from facade.control.ledger.chain import LONGEST, Last, bound, read
from facade.control.ledger.entry import Entry

FILE: Final = "ledger.jsonl"

_OURS: Final = 0o600


class Book:
    """The ledger of one sidecar, in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self.path = state / FILE
        self._last: Last | None = None

    def __repr__(self) -> str:
        return f"<Book {self.path} last={self._last}>"

    def add(self, *entries: Entry) -> Last:
        """Write entries; returns what is last now. Raises OSError, and `Edited` where what is there is no ledger."""
        last = self._last = self._last or self._open()
        lines = []
        for entry in entries:
            line, last = bound(entry, last)
            lines.append(line)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OURS)
        try:
            _write(descriptor, b"".join(lines))
            os.fsync(descriptor)
        except OSError:
            self._last = None  # who knows how much of it is there: look again
            raise
        finally:
            os.close(descriptor)
        self._last = last
        return last

    def entries(self) -> Iterator[tuple[Entry, Last]]:
        """Every entry in order. Raises `Edited` at the first line that somebody changed, OSError if it cannot read."""
        try:
            with self.path.open("rb") as file:
                yield from read(line for line, is_whole in lines(file) if is_whole)
        except FileNotFoundError:
            return

    def _open(self) -> Last:
        """Find the end, without the half line that a kill may have left."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._take_off_half_a_line()
        ends = deque((last for _, last in self.entries()), maxlen=1)
        return ends.pop() if ends else Last()

    def _take_off_half_a_line(self) -> None:
        try:
            with self.path.open("r+b") as file:
                start = max(0, file.seek(0, os.SEEK_END) - LONGEST - 1)
                file.seek(start)
                whole = file.read().rfind(b"\n") + 1
                if whole or start == 0:
                    file.truncate(start + whole)
        except FileNotFoundError:
            return


def lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The lines of a ledger without their ends, and whether each has one, as only the last may not.

    One that is longer than any of ours comes in pieces that are too long too, so that no line fills the memory.
    """
    while line := file.readline(LONGEST + 2):
        yield line.removesuffix(b"\n"), line.endswith(b"\n") or len(line) > LONGEST


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
