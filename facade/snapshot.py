"""The snapshot: everything a request needs to know of the configuration, frozen, and the one reference that is swapped.

The control plane builds a snapshot and publishes it; a request reads `Snapshots.current` once and keeps what it read
until it is answered. Nothing of a snapshot is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facade.callers.callers import NOBODY, Callers
from facade.routing.table import RouteTable
from facade.targets.served import Served
from facade.targets.target import Target
from facade.wire.limits import Forwarded, Limits


@dataclass(frozen=True, slots=True)
class RequestLog:
    """Which requests get a log line: the share of ordinary ones (0 to 1), and whether every error does."""

    requests: float = 0.01
    errors: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One accepted configuration, ready to serve. `unmatched` takes what no route covers, None answers 404; `callers`
    says who sends a call.

    `as_sent` where some route, or what is `unmatched_as_sent`, takes paths that have several readings.
    """

    revision: str
    table: RouteTable
    served: Mapping[str, Served] = field(repr=False)
    limits: Limits
    forwarded: Forwarded
    log: RequestLog
    unmatched: Target | None = None
    unmatched_as_sent: bool = False
    as_sent: bool = False
    callers: Callers = NOBODY


class Snapshots:
    """The one reference both planes share. Assigning `current` is the whole of a swap."""

    def __init__(self, first: Snapshot) -> None:
        self.current = first

    def __repr__(self) -> str:
        return f"<Snapshots revision={self.current.revision} routes={len(self.current.served)}>"
