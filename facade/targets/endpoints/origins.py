"""Every origin that is open, by what it leads to: kept across reloads, let go when nothing names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from facade.routing.route import TargetTls
from facade.targets.endpoints.origin import Origin, Reach
from facade.wire.deadlines import Deadlines
from facade.wire.trust import Trust

_SYSTEM: Final = TargetTls()
"""The authorities of the system, and nothing to show."""


class Origins:
    """What is open now. A configuration being adopted collects its own in a mapping, which is settled or discarded."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._open: dict[Reach, Origin] = {}
        self._trusts: dict[TargetTls, Trust] = {}

    def __repr__(self) -> str:
        return f"<Origins {list(self._open.values())}>"

    def adopt(self, reach: Reach, adopted: dict[Reach, Origin]) -> Origin:
        """The origin for `reach`, open already or new; `adopted` names it from now on."""
        origin = adopted.get(reach) or self._open.get(reach)
        if origin is None:
            trust = self._trust(reach.tls or _SYSTEM) if reach.is_secure else None
            origin = Origin(reach, self._deadlines, trust)
        adopted[reach] = origin
        return origin

    def settle(self, adopted: Mapping[Reach, Origin]) -> None:
        """Keep these and let go of all others."""
        _close_without(self._open, adopted)
        self._open = dict(adopted)
        used = {reach.tls or _SYSTEM for reach in adopted if reach.is_secure}
        self._trusts = {tls: trust for tls, trust in self._trusts.items() if tls in used}

    def discard(self, adopted: Mapping[Reach, Origin]) -> None:
        """Let go of those that were opened for this alone."""
        _close_without(adopted, self._open)

    def close(self) -> None:
        _close_without(self._open, {})

    def _trust(self, tls: TargetTls) -> Trust:
        """One for each definition, whatever URLs it is for."""
        known = self._trusts.get(tls)
        if known is None:
            known = self._trusts[tls] = Trust(tls.ca, tls.certificate, tls.key)
        return known


def _close_without(some: Mapping[Reach, Origin], kept: Mapping[Reach, Origin]) -> None:
    for reach, origin in some.items():
        if kept.get(reach) is not origin:
            origin.close()
