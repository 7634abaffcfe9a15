"""What an operator is shown of the running sidecar, as frozen plain values.

The control plane fills them; `/api/routes` and `/api/config` are their fields as JSON and `/` is the same as HTML, so
no two answers differ. Shares are 0 to 1; times are aware, in UTC. Nothing here holds a secret or a caller's bytes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision of the configuration and when it was first seen in that role."""

    revision: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class RejectedView:
    """A revision that is not served, and why: each reason is `file:line: what; mend`."""

    revision: str
    at: datetime.datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigView:
    """The configuration in its four roles.

    `file` is what the folder held when last read, `accepted` the last that was found good, `running` what serves, and
    `rejected` is set while `file` is mistaken. `from_state` says that the sidecar started on the last accepted
    configuration it had kept, because the files were mistaken.
    """

    file: RevisionView
    accepted: RevisionView
    running: RevisionView
    rejected: RejectedView | None = None
    from_state: bool = False


@dataclass(frozen=True, slots=True)
class Calls:
    """Answered calls of a route since the sidecar started, by the side that answered."""

    legacy: int = 0
    platform: int = 0
    own: int = 0


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route. `share` is the platform's part of its calls, None where no side is asked (`gone`).

    `match` is as the operator writes it, `GET /titles/{number}`; `place` is `file:line`. `legacy` and `platform` name
    what the sides point at, None for a side that is not configured. `keys` says that a canary's are on `hold`, or that
    it may `evict` them; None where it has all. `verdict` is its guard's, with `evidence` for it, None where nothing is
    judged; `bars` is what keeps it from moving forward, and `differs` why it stands elsewhere than its file says.
    `lets_through` says of keys on hold that too many are remembered to tell new ones from them.
    """

    name: str
    match: str
    stage: str
    share: float | None
    calls: Calls
    group: str | None
    place: str
    legacy: str | None = None
    platform: str | None = None
    keys: str | None = None
    verdict: str | None = None
    evidence: str | None = None
    bars: str | None = None
    differs: str | None = None
    lets_through: str | None = None


@dataclass(frozen=True, slots=True)
class SiloRow:
    """One silo, or one external. `calls` are those it was asked since the start, `share` their part of all calls of any
    target.

    `share` is None before the first call. `overdue` is `is_overdue` of the day the view was made. What keeps it from
    being overrun is None where it has none: `in_flight` of `concurrency` calls at once, `waiting` of `queue` for a
    slot, the state of its `breaker`, and its `hours` as written. `opens` is when they begin, None while they last.
    `ending` says in a sentence what its switch_off comes to, None while that is nothing
    but a date.
    """

    name: str
    kind: str
    owner: str | None
    switch_off: datetime.date | None
    overdue: bool
    calls: int
    share: float | None
    in_flight: int = 0
    concurrency: int | None = None
    waiting: int = 0
    queue: int | None = None
    breaker: str | None = None
    hours: str | None = None
    opens: datetime.datetime | None = None
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    """All of the status page: taken at one moment, `at`."""

    version: str
    at: datetime.datetime
    config: ConfigView
    routes: tuple[RouteRow, ...]
    silos: tuple[SiloRow, ...]
    externals: tuple[SiloRow, ...] = ()


def is_overdue(switch_off: datetime.date | None, today: datetime.date) -> bool:
    """Whether a silo should be gone by now: its day has passed. On the day itself it is not yet overdue."""
    return switch_off is not None and switch_off < today
