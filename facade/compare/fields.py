"""One field's differences over many comparisons: how many, since when, and whether they are always the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from facade.compare.difference import DifferenceKind
from facade.compare.parity import Agreement

TOKENS: Final = 32
"""Differences of a field that are known again: a field with more has no few causes that could be mended one by one."""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """What is told of a field: `raw` of the `agreement`'s comparisons differ, and `noise` of `noises` of legacy's own.

    `distinct` is how many different differences it had, TOKENS at most; `first` and `last` when it differed.
    """

    path: str
    kind: DifferenceKind
    raw: int
    noise: int
    noises: int
    counts: bool
    distinct: int
    first: float
    last: float
    agreement: Agreement


class FieldTally:
    """The counts of one field. `raw` and `noise` count comparisons, not differences."""

    __slots__ = ("_tokens", "first", "last", "noise", "raw")

    def __init__(self) -> None:
        self.raw = 0
        self.noise = 0
        self.first = 0.0
        self.last = 0.0
        self._tokens: set[str] = set()

    def __repr__(self) -> str:
        return f"<FieldTally raw={self.raw} noise={self.noise} distinct={len(self._tokens)}>"

    def differed(self, tokens: Iterable[str], now: float) -> None:
        """The field differed in one more comparison, and this is how."""
        self.first = self.first if self.raw else now
        self.last = now
        self.raw += 1
        for token in tokens:
            if len(self._tokens) < TOKENS:
                self._tokens.add(token)

    def report(self, path: str, kind: DifferenceKind, compared: int, noises: int, *, counts: bool) -> FieldReport:
        agreement = Agreement(compared, compared - self.raw)
        return FieldReport(
            path, kind, self.raw, self.noise, noises, counts, len(self._tokens), self.first, self.last, agreement
        )
