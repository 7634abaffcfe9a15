"""Legacy leakage: where an answer names the address of the target that gave it, its caller is told the platform's.

Otherwise the first redirect takes a caller past the facade to the silo itself, and there they stay. Fields are mapped
back, each one counted; bodies are only looked at, and only some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from facade.routing.route import PlatformService, Route
from facade.targets.address import Address
from facade.targets.definition import Passthrough
from facade.targets.leaks import LeakCounter, readable
from facade.targets.request import Request
from facade.targets.reversal import Reversals
from facade.telemetry.metrics import Metrics
from facade.wire.message import ResponseHead
from facade.wire.public import public_origin
from facade.wire.question import Interim
from facade.wire.references import replace_references
from facade.wire.reply import Reply

SAMPLE: Final = 0.01
"""The share of a silo's answers whose bodies are looked at."""


class Leakage:
    """One target's. `silo` names the silo it is, None for a platform service, whose bodies are its own affair.

    `draw` gives a number of [0, 1) for each answer.
    """

    __slots__ = ("_address", "_draw", "_metrics", "_silo", "_target")

    def __init__(
        self, target: str, address: Address, metrics: Metrics, draw: Callable[[], float], *, silo: str | None
    ) -> None:
        self._target = target
        self._address = address
        self._metrics = metrics
        self._draw = draw
        self._silo = silo

    def __repr__(self) -> str:
        return f"<Leakage {self._target} {self._address!r}>"

    def stop(self, reply: Reply, request: Request) -> Reply:
        """The reply as the caller may see it."""
        reply.head = self._mapped(reply.head, request)
        if self._silo is not None and self._draw() < SAMPLE and readable(reply.head):
            reply.body.watch(LeakCounter(self._address.mention, self._metrics.leaked_urls(self._silo)))
        return reply

    def interim(self, request: Request) -> Interim:
        """What passes a 1xx head to the caller of `request`: 103 brings links (RFC 8297)."""
        return lambda head: request.interim(self._mapped(head, request))

    def _mapped(self, head: ResponseHead, request: Request) -> ResponseHead:
        if not self._address.shows_in(head.lowered):
            return head
        seen = public_origin(request.head, request.sender)
        if seen is None:
            return head
        block, fields = replace_references(head.block, partial(self._address.change, seen=seen))
        for field in fields:
            self._metrics.rewritten(self._target, field)
        return ResponseHead(head.status, head.reason, head.minor, block) if fields else head


class Leakages:
    """Every target's, made for one configuration: a silo's once, a service's for each route that leads to it."""

    def __init__(self, routes: Iterable[Route], metrics: Metrics, draw: Callable[[], float]) -> None:
        self._reversals = Reversals(routes)
        self._metrics = metrics
        self._draw = draw
        self._silos: dict[str, Leakage] = {}

    def of_silo(self, name: str, reach: Passthrough) -> Leakage | None:
        """None where the operator has switched it off."""
        if not reach.rewrite:
            return None
        known = self._silos.get(name)
        if known is None:
            address = Address(reach.urls, reads_own_name=reach.host == "silo", reversal=None)
            known = self._silos[name] = Leakage(name, address, self._metrics, self._draw, silo=name)
        return known

    def of_service(self, name: str, service: PlatformService, route: Route) -> Leakage | None:
        """None where it reads the caller's Host: then it knows the platform's name itself."""
        if service.host != "target":
            return None
        address = Address(service.urls, reads_own_name=True, reversal=self._reversals.of(route, service))
        return Leakage(name, address, self._metrics, self._draw, silo=None)
