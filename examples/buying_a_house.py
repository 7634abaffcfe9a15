"""What a buyer asks before buying a house: who may sell it, what burdens it, and what may be built. One small service
on the platform, made from two of its published routes and nothing else; which systems answer them is not its affair.

    PLATFORM=http://127.0.0.1:8080 python examples/buying_a_house.py 7200
    curl http://127.0.0.1:7200/houses/DN100001/PA10000
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

TIMEOUT = aiohttp.ClientTimeout(total=5)
PLATFORM = web.AppKey("platform", aiohttp.ClientSession)
PASSED_ON = ("traceparent", "tracestate", "X-Request-ID", "Authorization")


class UnansweredError(Exception):
    """The platform did not answer with what was asked for: what our own caller is told instead."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status, self.title = status, title


async def read(request: web.Request, path: str, what: str) -> dict[str, Any]:
    """One published route, asked in the name of our caller."""
    carried = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    try:
        async with request.app[PLATFORM].get(path, headers=carried) as answer:
            if answer.status == 404:
                raise UnansweredError(404, f"There is no such {what}.")
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
            return found
    except TimeoutError as error:
        raise UnansweredError(504, f"The {what} did not come in time.") from error
    except (aiohttp.ClientError, json.JSONDecodeError) as error:
        raise UnansweredError(502, f"The {what} cannot be read now.") from error


async def house(request: web.Request) -> web.Response:
    number, reference = request.match_info["title"], request.match_info["application"]
    try:
        title, plans = await asyncio.gather(
            read(request, f"/titles/{quote(number, safe='')}", "title"),
            read(request, f"/applications/{quote(reference, safe='')}", "application"),
        )
    except UnansweredError as none:
        problem = {"status": none.status, "title": none.title}
        return web.json_response(problem, status=none.status, content_type="application/problem+json")
    burdens = [f"a charge of {lender}" for lender in title["charges"]]
    burdens += [f"a condition: {condition}" for condition in plans["conditions"]]
    said = {"title": number, "tenure": title["tenure"], "price": title["price_paid"], "burdens": burdens}
    return web.json_response(said)


async def platform(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(os.environ["PLATFORM"], timeout=TIMEOUT) as app[PLATFORM]:
        yield


def application() -> web.Application:
    app = web.Application()
    app.cleanup_ctx.append(platform)
    app.router.add_get("/houses/{title}/{application}", house)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
