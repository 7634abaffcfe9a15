"""Looks through a whole ledger and says of each line that does not belong where it stands what became of it. Pure.

The law of this file: a ledger without findings is, byte for byte, what was written, up to its last entry. Where it was
cut, or written anew as a whole, the chain alone does not tell. So it is held here against heads that were noted: the
one that the sidecar keeps beside it, and one that somebody took from the log, which has number and hash of every entry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from facade.control.ledger.chain import Last, Line, parsed
from facade.control.ledger.entry import Entry

TOLD: Final = 20
"""Findings that are told: the first says where to look, and behind one forged line most others follow from it."""


@dataclass(slots=True)
class Audit:
    """What was found. `findings` are `line N: what`; `last` is where the ledger says that it ends.

    `noted` are heads that were written down earlier, `met` those of them that the ledger still has.
    """

    noted: tuple[Last, ...] = ()
    findings: list[str] = field(default_factory=list)
    more: int = 0
    lines: int = 0
    last: Last = field(default_factory=Last)
    met: set[Last] = field(default_factory=set)

    def find(self, what: str) -> None:
        if len(self.findings) < TOLD:
            self.findings.append(f"line {self.lines}: {what}")
        else:
            self.more += 1


def audit(
    lines: Iterable[tuple[bytes, bool]], noted: Iterable[Last] = (), seen: Callable[[Line], None] | None = None
) -> Audit:
    """Look through lines without their ends, each with whether it has one. `seen` is shown each that is an entry."""
    found = Audit(tuple(noted))
    for text, is_whole in lines:
        found.lines += 1
        try:
            line = parsed(text)
        except ValueError as error:
            found.find(f"{error}: it was edited, or put in" if is_whole else "has no end: it was cut in the middle")
            continue
        if not is_whole:
            found.find("has no end: what stood there was edited or cut")
        _place(found, line)
        if seen is not None:
            seen(line)
    _hold_against_noted(found)
    return found


def newest(
    lines: Iterable[tuple[bytes, bool]], limit: int, wanted: Callable[[Entry], bool]
) -> tuple[list[Line], Audit]:
    """The newest `limit` entries that are wanted, oldest first, and what was found on the way."""
    kept: deque[Line] = deque(maxlen=limit)

    def keep(line: Line) -> None:
        if wanted(line.entry):
            kept.append(line)

    found = audit(lines, seen=keep)
    return list(kept), found


def _place(found: Audit, line: Line) -> None:
    """Say whether a line stands where it was written. What follows is held against what this one says."""
    before = found.last
    if line.last in found.noted:
        found.met.add(line.last)
    if line.number <= before.number:
        found.find(f"is entry {line.number}, which belongs further up: it was moved here, or put in")
        return
    if line.number > before.number + 1:
        found.find(f"is entry {line.number}: {_missing(before.number + 1, line.number - 1)} removed, or moved")
    elif not line.follows(before):
        found.find(f"entry {line.number} is not what was written: it was edited, or the entry before it was")
    found.last = line.last


def _missing(first: int, last: int) -> str:
    return f"entry {first} was" if first == last else f"entries {first} to {last} were"


def _hold_against_noted(found: Audit) -> None:
    for noted in sorted({*found.noted} - found.met, reverse=True):
        if found.last.number < noted.number:
            what = f"the end: entry {noted.number} was noted, and the last is {found.last.number}: it was cut"
        else:
            what = f"entry {noted.number}: has another hash than was noted: the ledger was written anew"
        found.findings.insert(0, what)
