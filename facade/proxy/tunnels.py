"""Tunnels through the facade: each lives as long as its route stays with the side it leads to, and then a grace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from facade.proxy.passage import Passage
from facade.routing.route import Route
from facade.routing.stage import SIDES, Side
from facade.snapshot import Snapshot, Snapshots
from facade.telemetry.metrics import Metrics
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.reply import Reply
from facade.wire.tunnel import Ending, Tunnel
from facade.wire.upstream import Upstream

QUIET: Final = 30.0
"""Seconds in which nothing has moved in a tunnel that gives way to whoever waits for its slot: what a body under way
gets by default. Those that are in use send a sign of life more often, mostly every 20 to 30 s."""


class Tunnels:
    """Carries tunnels, and looks now and then whether the table still leads where they go."""

    def __init__(self, snapshots: Snapshots, deadlines: Deadlines, metrics: Metrics) -> None:
        self._snapshots = snapshots
        self._deadlines = deadlines
        self._metrics = metrics

    async def carry(self, passage: Passage, reply: Reply, connection: Upstream) -> None:
        """Pass bytes both ways until the tunnel ends, and count it. What is said of it stands in its call's line."""
        limits = self._snapshots.current.limits
        review = partial(self._review, passage.route, passage.side, reply.body.holds_up)
        passage.tunnel = tunnel = Tunnel(self._deadlines, limits.tunnel_idle, review)
        try:
            await passage.exchange.tunnel(reply, connection, tunnel)
        finally:
            if passage.route is not None:
                self._metrics.tunnel(passage.route.name, tunnel.why, tunnel.sent, tunnel.received)

    def _review(self, route: Route | None, side: Side, holds_up: Callable[[], bool] | None, tunnel: Tunnel) -> None:
        """`holds_up` says whether somebody waits for the slot that the tunnel has."""
        snapshot = self._snapshots.current
        if leads_to(snapshot, route, side):
            tunnel.until = NEVER  # again, perhaps
        elif tunnel.until == NEVER:
            tunnel.until = self._deadlines.now + snapshot.limits.tunnel_grace
        if holds_up is not None and tunnel.quiet >= QUIET and holds_up():
            tunnel.end(Ending.WAITED_FOR)


def leads_to(snapshot: Snapshot, route: Route | None, side: Side) -> bool:
    """Whether calls of this route may still be answered by this side; `route` is None for what no route covers."""
    if route is None:
        return snapshot.unmatched is not None
    served = snapshot.served.get(route.name)
    return served is not None and served.route.match == route.match and side in SIDES[served.route.stage]
