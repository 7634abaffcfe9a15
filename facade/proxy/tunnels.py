"""Tunnels through the facade: each lives as long as its route stays with the side it leads to, and then a grace."""

from __future__ import annotations

from functools import partial

import structlog

from facade.proxy.passage import Passage
from facade.routing.route import Route
from facade.routing.stage import SIDES, Side
from facade.snapshot import Snapshot, Snapshots
from facade.telemetry.metrics import Metrics
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.tunnel import Ending, Tunnel
from facade.wire.upstream import Reply, Upstream

_log = structlog.get_logger("facade.proxy")


class Tunnels:
    """Carries tunnels, and looks now and then whether the table still leads where they go."""

    def __init__(self, snapshots: Snapshots, deadlines: Deadlines, metrics: Metrics) -> None:
        self._snapshots = snapshots
        self._deadlines = deadlines
        self._metrics = metrics

    async def carry(self, passage: Passage, reply: Reply, connection: Upstream) -> None:
        """Pass bytes both ways until the tunnel ends; count it and say so in the log."""
        limits = self._snapshots.current.limits
        tunnel = Tunnel(self._deadlines, limits.tunnel_idle, partial(self._review, passage.route, passage.side))
        ending = Ending.CLOSED  # a client that closes cancels this call: that is the ordinary end of a tunnel
        try:
            ending = await passage.exchange.tunnel(reply, connection, tunnel)
        finally:
            self._ended(passage, ending, tunnel)

    def _ended(self, passage: Passage, ending: Ending, tunnel: Tunnel) -> None:
        route = None if passage.route is None else passage.route.name
        if route is not None:
            self._metrics.tunnel(route, ending, tunnel.sent, tunnel.received)
        facts = {"route": route, "side": passage.side, "why": ending}
        _log.info("tunnel ended", request_id=passage.request_id(), **facts, sent=tunnel.sent, received=tunnel.received)

    def _review(self, route: Route | None, side: Side, tunnel: Tunnel) -> None:
        snapshot = self._snapshots.current
        if tunnel.until == NEVER and not leads_to(snapshot, route, side):
            tunnel.until = self._deadlines.now + snapshot.limits.tunnel_grace


def leads_to(snapshot: Snapshot, route: Route | None, side: Side) -> bool:
    """Whether calls of this route may still be answered by this side; `route` is None for what no route covers."""
    if route is None:
        return snapshot.unmatched is not None
    served = snapshot.served.get(route.name)
    return served is not None and served.route.match == route.match and side in SIDES[served.route.stage]
