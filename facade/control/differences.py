"""What differs between the two sides of a route, as it is shown: fields, kinds and counts, never a value."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from facade.compare.fields import FieldReport
from facade.comparisons import Comparisons

TOLD: Final = 50
"""Fields that are told, those that differ most first: a person mends the first few, and looks again."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field and the way it differs.

    `differs` counts comparisons; `noise` of `asked_twice` are legacy's own. `counts` says that it differs more than
    legacy does from itself. `distinct` is how many different differences there were, `parity` the part of comparisons
    in which it does not differ, and `parity_at_least` what that surely is. Times are aware, in UTC.
    """

    path: str
    kind: str
    differs: int
    noise: int
    asked_twice: int
    counts: bool
    distinct: int
    first: datetime.datetime
    last: datetime.datetime
    parity: float
    parity_at_least: float


@dataclass(frozen=True, slots=True)
class DifferencesView:
    """What was found of a route `since` its last change; None where nothing was compared since.

    `failed` counts comparisons that came to nothing. `parity` is that of whole answers, noise aside.
    """

    route: str
    since: datetime.datetime | None
    compared: int
    failed: int
    asked_twice: int
    parity: float | None
    parity_at_least: float | None
    fields: tuple[FieldView, ...]


def differences(comparisons: Comparisons, route: str) -> DifferencesView:
    """What is known of the route of this name."""
    known = comparisons.get(route)
    if known is None:
        return DifferencesView(route, None, 0, 0, 0, None, None, ())
    tally, agreement = known.tally, known.tally.agreement()
    return DifferencesView(
        route=route,
        since=_moment(known.since),
        compared=agreement.compared,
        failed=agreement.failed,
        asked_twice=tally.noises,
        parity=agreement.share if agreement.compared else None,
        parity_at_least=agreement.at_least if agreement.compared else None,
        fields=tuple(map(_field, tally.top(TOLD))),
    )


def _field(report: FieldReport) -> FieldView:
    return FieldView(
        path=report.path,
        kind=report.kind,
        differs=report.raw,
        noise=report.noise,
        asked_twice=report.noises,
        counts=report.counts,
        distinct=report.distinct,
        first=_moment(report.first),
        last=_moment(report.last),
        parity=report.agreement.share,
        parity_at_least=report.agreement.at_least,
    )


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
