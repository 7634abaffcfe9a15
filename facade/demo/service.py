"""The new platform service: titles, licences and claims behind one HTTP interface, in today's style.

It knows the same `records` as the old systems; a claim it opens is acknowledged and not kept. Every answer is signed
`X-Answered-By: platform`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from facade.demo.portal import ANSWERED_BY
from facade.demo.records import OpenedClaim, Record, claim, encode, licence, title

_SIGNATURE: Final = {ANSWERED_BY: "platform"}


def application() -> web.Application:
    """The service as an application."""
    application = web.Application()
    for path, find in (("/titles/{key}", title), ("/licences/{key}", licence), ("/claims/{key}", claim)):
        application.router.add_get(path, _reading(find))
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


def _reading(find: Callable[[str], Record | None]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def read(request: web.Request) -> web.Response:
        return _answer(find(request.match_info["key"]), 200, 404)

    return read


async def _open_claim(request: web.Request) -> web.Response:
    return _answer(opened(await request.read()), 201, 400)


def _answer(record: Record | None, found: int, missing: int) -> web.Response:
    if record is None:
        return web.json_response({"status": missing}, status=missing, headers=_SIGNATURE)
    return web.Response(status=found, body=encode(record), content_type="application/json", headers=_SIGNATURE)
