"""Requests and routes as the parts behind the wire get them, made from plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facade.routing.route import PlatformService, Route, SiloReference
from facade.routing.stage import Stage
from facade.routing.template import parse_match
from facade.targets.request import Request
from facade.wire.body import Body
from facade.wire.deadlines import NEVER
from facade.wire.headers import Sender
from facade.wire.message import HTTP_1_1, Field, RequestHead, ResponseHead, block

STRANGER = Sender("192.0.2.1", secure=False, host=b"platform.example", trusted=False)


def request_of(
    method: bytes = b"GET",
    target: bytes = b"/titles/7",
    *fields: Field,
    body: Body | None = None,
    sender: Sender = STRANGER,
    minor: int = HTTP_1_1,
    interim: Callable[[ResponseHead], None] = lambda head: None,
    **more: Any,
) -> Request:
    """A request; `more` sets what the handler would: `parameters`, `until`, `trace_id`, `traceparent`."""
    head = RequestHead(method, target, minor, block(list(fields)))
    path, mark, query = target.partition(b"?")
    request = Request(head, body or Body.whole(b""), path.decode(), mark + query, sender, interim)
    request.until = NEVER
    for name, value in more.items():
        setattr(request, name, value)
    return request


def route_of(
    match: str = "GET /titles/{number}",
    stage: Stage = Stage.LEGACY,
    *,
    name: str = "titles.read",
    legacy: str | None = "registry",
    platform: str | None = "http://127.0.0.1:7101",
    **more: Any,
) -> Route:
    """A route; `legacy` is `SILO` or `SILO.OPERATION`, `platform` the URL of a service."""
    silo, _, operation = (legacy or "").partition(".")
    return Route(
        name,
        parse_match(match),
        stage,
        SiloReference(silo, operation or None) if silo else None,
        PlatformService(platform) if platform is not None else None,
        **more,
    )
