"""The new platform service: all that the old systems answer, behind one HTTP interface, in today's style.

It knows the same `records` as the old systems; a claim it opens is acknowledged and not kept. Every answer is signed
`X-Answered-By: platform`. A bad release of it can be published while it runs, and mended again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from facade.demo.portal import ANSWERED_BY
from facade.demo.records import OpenedClaim, Record, claim, encode, licence, title
from facade.demo.translated import application as planning_application
from facade.demo.translated import permit, vehicle

_SIGNATURE: Final = {ANSWERED_BY: "platform"}

FAILS_EVERY: Final = 10
"""Of a bad release's reads, one in so many fails: few enough that a person would take a while to believe it."""


_FINDING: Final[Mapping[str, Callable[[str], Record | None]]] = {
    "/titles/{key}": title,
    "/licences/{key}": licence,
    "/claims/{key}": claim,
    "/applications/{key}": planning_application,
    "/vehicles/{key}": vehicle,
    "/permits/{key}": permit,
}


class Releases:
    """Which release of the service runs: a good one, or a bad one that is not available for some of its reads."""

    def __init__(self) -> None:
        self.is_bad = False
        self._reads = 0

    def __repr__(self) -> str:
        return f"<Releases bad={self.is_bad}>"

    def fails(self) -> bool:
        """Whether the read that now begins fails."""
        if not self.is_bad:
            return False
        self._reads += 1
        return self._reads % FAILS_EVERY == 0


def application(releases: Releases) -> web.Application:
    """The service as an application."""
    application = web.Application()
    for path, find in _FINDING.items():
        application.router.add_get(path, _reading(find, releases))
    application.router.add_post("/claims", _open_claim)
    return application


def opened(body: bytes) -> OpenedClaim | None:
    """The claim that `body` asks for, or None where it names no reference."""
    try:
        wanted = json.loads(body)
    except ValueError:
        return None
    reference = wanted.get("reference") if isinstance(wanted, dict) else None
    return OpenedClaim(reference) if isinstance(reference, str) else None


def _reading(
    find: Callable[[str], Record | None], releases: Releases
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def read(request: web.Request) -> web.Response:
        if releases.fails():
            return _problem(503)
        return _answer(find(request.match_info["key"]), 200, 404)

    return read


async def _open_claim(request: web.Request) -> web.Response:
    return _answer(opened(await request.read()), 201, 400)


def _answer(record: Record | None, found: int, missing: int) -> web.Response:
    if record is None:
        return _problem(missing)
    return web.Response(status=found, body=encode(record), content_type="application/json", headers=_SIGNATURE)


def _problem(status: int) -> web.Response:
    return web.json_response({"status": status}, status=status, headers=_SIGNATURE)
