"""Calls that no route covers, as routes that an operator may write for them. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from facade.ending.counts import Orphan


@dataclass(frozen=True, slots=True)
class Candidate:
    """A route that would cover `calls` calls, from `first` to `last`: `match` is what its file would say.

    `status` is how they were answered: calls by class, `2xx` to `5xx`, or `aborted`.
    """

    match: str
    method: str
    shape: str
    calls: int
    first: datetime.date
    last: datetime.date
    status: tuple[tuple[str, int], ...]


def candidates(orphans: Iterable[Orphan]) -> tuple[Candidate, ...]:
    """Those that would cover most calls first."""
    found = [
        Candidate(each.candidate, each.method, each.shape, each.calls, each.first, each.last, _statuses(each))
        for each in orphans
    ]
    return tuple(sorted(found, key=lambda each: (-each.calls, each.shape, each.method)))


def _statuses(orphan: Orphan) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(orphan.status.items()))
