"""Whether the ledger is as it was written, for the evidence. Everything here blocks: a million entries take a while.

What was found holds until the ledger or its head is another file, has another length, or was written to since.
"""

from __future__ import annotations

import threading
from pathlib import Path

from facade.control.ledger.audit import Audit, audit
from facade.control.ledger.book import FILE, lines
from facade.control.ledger.head import FILE as HEAD
from facade.control.ledger.head import Head
from facade.control.sealed import Damaged
from facade.ending.evidence import LedgerState

Seen = tuple[tuple[int, int, int] | None, ...]
"""What tells that a file was written to."""


class VerifiedLedger:
    """The ledger in the folder `state`."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._known: tuple[Seen, LedgerState] | None = None
        self._one = threading.Lock()

    def __repr__(self) -> str:
        return f"<VerifiedLedger {self._state / FILE}>"

    def look(self) -> LedgerState:
        """What an audit finds. It never fails: that it cannot be read is what it says then."""
        with self._one:
            try:
                seen = tuple(_seen(self._state / name) for name in (FILE, HEAD))
                if self._known is None or self._known[0] != seen:
                    self._known = seen, _state(self._audited())
                return self._known[1]
            except (Damaged, OSError) as error:
                return LedgerState(0, "", problem=f"{error}")

    def _audited(self) -> Audit:
        head = Head(self._state).look()  # before the ledger, which is written first: what it names is there
        with (self._state / FILE).open("rb") as file:
            return audit(lines(file), [] if head is None else [head])


def _state(found: Audit) -> LedgerState:
    return LedgerState(found.last.number, found.last.hash, tuple(found.findings))


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
