"""The ledger's file, `ledger.jsonl` in `state`. Everything here blocks.

Each entry is on the disk before `add` returns, and after it the head, which says where the ledger ends. A process that
is killed in the middle leaves half a line at the most: whoever opens the book takes it off, and says so. An entry that
is there as it was written stays, even if its line has lost its end; and a ledger that lacks the entry its head names is
written no further, so that nobody's edit is covered by what comes after it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from facade.control.ledger.chain import LONGEST, Edited, Last, Line, bound, parsed, read
from facade.control.ledger.entry import Entry
from facade.control.ledger.head import Head
from facade.control.sealed import Damaged

FILE: Final = "ledger.jsonl"

_OURS: Final = 0o600

_log = structlog.get_logger("facade.control.ledger")


class Book:
    """The ledger of one sidecar, in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self.path = state / FILE
        self._head = Head(state)
        self._last: Last | None = None
        self._end = 0

    def __repr__(self) -> str:
        return f"<Book {self.path} last={self._last}>"

    def add(self, *entries: Entry) -> Last:
        """Write entries; returns what is last now. Raises OSError, and `Edited` where what is there is no ledger."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self.path):
            last = self._last if self._last is not None and self._length() == self._end else self._open()
            lines = []
            for entry in entries:
                line, last = bound(entry, last)
                lines.append(line)
            self._last = None  # until it is written who knows how much of it is there
            _append(self.path, b"".join(lines))
            self._last, self._end = last, self._length()
            self._keep_head(last)
        return last

    def _length(self) -> int:
        return self.path.stat().st_size

    def entries(self) -> Iterator[tuple[Entry, Last]]:
        """Every entry in order. Raises `Edited` at the first line that somebody changed, OSError if it cannot read."""
        last = Last()
        try:
            with self.path.open("rb") as file:
                for entry, last in read(line for line, is_whole in lines(file) if is_whole):
                    yield entry, last
        except FileNotFoundError:
            return
        unended = _entry_behind(last, self._tail())
        if unended is not None:
            yield unended.entry, unended.last

    def _open(self) -> Last:
        """Find the end, and mend what a kill may have left of the last line."""
        head, last = self._read_head(), Last()
        is_met = head is None
        for _, last in self.entries():
            is_met = is_met or last == head
        if head is not None and not is_met:
            raise Edited(
                f"the end: entry {head.number} was written, and is no longer there: its head goes aside with it"
            )
        self._mend_the_end(last, self._tail())
        return last

    def _mend_the_end(self, last: Last, tail: bytes) -> None:
        if not tail:
            return
        if _is_entry(last, tail):
            _append(self.path, b"\n")
            _log.error("ledger mended", problem=f"{self.path}: entry {last.number} had lost its line's end; it has one")
            return
        os.truncate(self.path, self.path.stat().st_size - len(tail))
        what = f"{self.path}: {len(tail)} bytes behind entry {last.number} are no entry, and were taken off"
        _log.error("ledger cut", problem=f"{what}; a kill in the middle of a line leaves such, and nothing else should")

    def _tail(self) -> bytes:
        """What stands behind the last line's end."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST - 1))
                return file.read().rpartition(b"\n")[2]
        except FileNotFoundError:
            return b""

    def _read_head(self) -> Last | None:
        try:
            return self._head.read()
        except Damaged as damaged:
            _log.error("ledger's head is damaged", problem=str(damaged))
            return None

    def _keep_head(self, last: Last) -> None:
        """Written behind the ledger, so it may lag; where it cannot be, the entries are there all the same."""
        try:
            self._head.save(last)
        except OSError as error:
            _log.error("ledger's head not kept", problem=f"{self._head!r}: {error}; mend `state`")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep others from writing: a predecessor that still serves, or a second sidecar on the same `state` (flock(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, _OURS)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The lines of a ledger without their ends, and whether each has one, as only the last may not.

    One that is longer than any of ours comes in pieces that are too long too, so that no line fills the memory.
    """
    while line := file.readline(LONGEST + 2):
        yield line.removesuffix(b"\n"), line.endswith(b"\n") or len(line) > LONGEST


def _entry_behind(last: Last, tail: bytes) -> Line | None:
    """The entry that stands behind `last` in a line without its end; None where none does, or not as it was written."""
    try:
        line = parsed(tail)
    except ValueError:
        return None
    return line if line.follows(last) else None


def _is_entry(last: Last, tail: bytes) -> bool:
    """Whether a line without its end is the last entry."""
    try:
        return parsed(tail).last == last
    except ValueError:
        return False


def _append(path: Path, content: bytes) -> None:
    """Write behind all that is there, and force it to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OURS)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
