"""The facade without its sockets: clients and one silo at hand, the real handler between them, and a clock to turn."""

from __future__ import annotations

import asyncio
from typing import Final

from far_end import FarEnd, settle
from network import Network

from facade.calls import Calls
from facade.comparisons import Comparisons
from facade.outcomes import Outcomes
from facade.proxy.handler import Handler
from facade.proxy.record import Recorder
from facade.proxy.shadow.mirror import Mirror
from facade.proxy.tunnels import Tunnels
from facade.routing.known import KnownKeys
from facade.routing.route import Route, SiloReference
from facade.routing.stage import Stage
from facade.routing.table import RouteTable
from facade.routing.template import parse_match
from facade.snapshot import RequestLog, Snapshot, Snapshots
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.origin import Origin, Reach
from facade.targets.http import HttpTarget
from facade.targets.served import Served
from facade.telemetry.metrics import Metrics
from facade.usage import Usage
from facade.wire import refusals
from facade.wire.deadlines import Deadlines
from facade.wire.downstream import Downstream
from facade.wire.leniency import STRICT
from facade.wire.limits import Forwarded, Limits
from facade.wire.server import Server

TURNS: Final = 6
"""Turns of the loop in which everything follows that follows from one event."""

STEP: Final = 40.0
STEPS: Final = 8
"""Seconds and times that the clock is turned on: beyond every deadline of a request or two, one behind the other."""

LIMITS: Final = Limits(tunnel_idle=60.0)
"""The usual ones, but for a tunnel, which may rest for a quarter of an hour."""


class Ground:
    """One server, one silo, one route to it for every path. The silo's connections are the `network`'s."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.wheel = Deadlines(asyncio.get_running_loop())
        self.wheel.stop()
        metrics = Metrics("0", refusals.REASONS)
        self.in_flight = metrics.in_flight("silo")
        origin = Origin(Reach("http://127.0.0.1:7000", None, STRICT), self.wheel, None)
        self.pool = origin.members[0].pool
        self._silo = HttpTarget("silo", Endpoints((origin,), self.wheel), self.in_flight, patience=10.0)
        self.snapshots = Snapshots(self.snapshot("0"))
        recorder = Recorder(metrics, Outcomes(), lambda: 1.0, bytes)
        comparisons = Comparisons(lambda: 0.0, bytes(32))
        handler = Handler(
            self.snapshots,
            metrics,
            recorder,
            Tunnels(self.snapshots, self.wheel, metrics),
            Mirror(comparisons, metrics, draw=lambda: 1.0, clock=lambda: 0.0, wall=lambda: 0.0),
            KnownKeys(),
            Usage(lambda: 0.5),
            Calls(),
            clock=lambda: self.wheel.now,
            wall=lambda: 0.0,
            chance=bytes,
            draw=lambda: 1.0,
        )
        self.server = Server(
            handler,
            lambda: self.snapshots.current.limits,
            self.wheel,
            lambda problem, request_id: recorder.refused(problem, request_id, self.snapshots.current.log),
            lambda: 0.0,
        )

    def snapshot(self, revision: str, *, leads: bool = True, limits: Limits | None = None) -> Snapshot:
        """A configuration in which the route `leads` to the silo, or is not there."""
        route = Route("all", parse_match("/{rest...}"), Stage.LEGACY, SiloReference("silo", None), None, timeout=60.0)
        routes = [route] if leads else []
        served = {each.name: Served(each, self._silo, None, None) for each in routes}
        log = RequestLog(0.0, errors=False)
        return Snapshot(revision, RouteTable.compile(routes), served, limits or LIMITS, Forwarded(), log)

    def client(self) -> FarEnd:
        return FarEnd(Downstream(self.server))

    async def later(self, seconds: float) -> None:
        self.wheel.turn(self.wheel.now + seconds)
        await settle(TURNS)

    async def end(self, *clients: FarEnd, steps: int = STEPS) -> bool:
        """Let time pass until the clients' connections are over; whether they are."""
        for _ in range(steps):
            if all(each.gone for each in clients):
                return True
            await self.later(STEP)
        return all(each.gone for each in clients)

    def left(self) -> list[str]:
        """What is there though nobody is connected any more and the silo has closed all that was idle."""
        held = {
            "clients": not repr(self.server).startswith("<Server clients=0"),
            "kept bytes": self.server.keeping.total != 0,
            "connections to the silo": "open=0 idle=0" not in repr(self.pool),
            "deadlines": repr(self.wheel) != "<Deadlines watched=0>",
            "calls in flight": self.in_flight.value != 0,
        }
        return [name for name, is_held in held.items() if is_held]
