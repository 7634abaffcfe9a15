"""Answers of the facade's own: 410 or a redirect for a route that is gone, and what OPTIONS asks about the facade."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from facade.problem import Refusal
from facade.routing.route import Route
from facade.targets.request import Request
from facade.targets.target import Target
from facade.targets.template import PathTemplate
from facade.telemetry.series import Gauge
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.message import HTTP_1_1, ResponseHead, block
from facade.wire.reply import Reply

OWN: Final = "facade"
"""The label of the facade's own answers among the targets."""


METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""What `Allow` says of the facade as a whole. Whatever else HTTP knows is passed on too, where a route takes it."""


def options_reply() -> Reply:
    """What the facade answers to OPTIONS that are about itself (RFC 9110 section 9.3.7)."""
    fields = [(b"Allow", ", ".join(METHODS).encode("ascii")), (b"Content-Length", b"0")]
    return Reply(ResponseHead(200, b"OK", HTTP_1_1, block(fields)), Body.whole(b""))


class GoneAnswer(Target):
    """What a route that is gone answers: a redirect to its successor, or a plain 410."""

    def __init__(self, route: Route, in_flight: Gauge) -> None:
        self.name = OWN
        self.silo = None
        self.in_flight = in_flight
        self.problem = replace(refusals.GONE, detail=f"The operation {route.name} was switched off.")
        self.successor = PathTemplate.parse(route.successor) if route.successor is not None else None

    def __repr__(self) -> str:
        return f"<GoneAnswer successor={self.successor}>"

    async def ask(self, request: Request) -> Reply:
        """A 308 keeps method and body for the successor (RFC 9110 section 15.4.9); without one a `Refusal` with 410."""
        if self.successor is None:
            raise Refusal(self.problem)
        location = self.successor.fill(request.parameters).encode("latin-1") + request.query
        fields = [(b"Location", location), (b"Content-Length", b"0")]
        head = ResponseHead(308, b"Permanent Redirect", HTTP_1_1, block(fields))
        return Reply(head, Body.whole(b""))
