"""The obvious proxy in Python: an aiohttp server that calls an aiohttp client, written as well as aiohttp allows.

It is a peer in the benchmark and a second opinion on what a right answer is. What it cannot do right, whoever writes
it, stands in docs/adr/0002: it loses header bytes that are not UTF-8, repeats a PUT on a dying connection unless a
private name stops it, drops trailers and 103.

Usage: `python -m bench.aiohttp_proxy PORT UPSTREAM_PORT`
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Final

import aiohttp
import uvloop
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

_HOP_BY_HOP: Final = frozenset(
    "connection keep-alive proxy-connection te trailer transfer-encoding upgrade http2-settings".split()
)
"""RFC 9110 section 7.6.1."""

_FORWARDING: Final = frozenset("x-forwarded-for x-forwarded-proto x-forwarded-host forwarded via".split())

_NOT_ADDED: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Fields that the client would add of itself."""

_AT_ONCE: Final = 64 * 1024
"""Bodies up to this size leave in one write with their head; larger and unknown ones are streamed."""

_PATIENCE: Final = 10.0
_IDLE: Final = 75.0
_READ: Final = 64 * 1024


class Proxy:
    """Passes every request to one origin."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = origin

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if not request.raw_path.startswith("/"):
            return _problem(400)  # absolute-form, pasted behind the origin, would let the caller choose the host
        try:
            async with self._session.request(
                request.method,
                URL(self._origin + request.raw_path, encoded=True),
                headers=_request_fields(request),
                data=request.content if request.body_exists else None,
                allow_redirects=False,
            ) as answer:
                return await _pass(request, answer)
        except TimeoutError:
            return _problem(504)
        except aiohttp.ClientConnectionError:
            return _problem(502)


async def _pass(request: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    fields = _end_to_end(answer.headers)
    if answer.content_length is not None and answer.content_length <= _AT_ONCE and request.method != "HEAD":
        return web.Response(status=answer.status, reason=answer.reason, headers=fields, body=await answer.read())
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=fields)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_chunked(_READ):
            await response.write(piece)
    except (TimeoutError, aiohttp.ClientError):
        if request.transport is not None:
            request.transport.abort()  # a broken answer must not look whole; an error would be written into it
        raise
    return response


def _request_fields(request: web.BaseRequest) -> CIMultiDict[str]:
    fields = _end_to_end(request.headers, _FORWARDING)
    host = request.headers.get("Host", "")
    fields["X-Forwarded-For"] = request.remote or "unknown"
    fields["X-Forwarded-Proto"] = request.scheme
    fields["X-Forwarded-Host"] = host
    fields["Via"] = "1.1 aiohttp"
    return fields


def _end_to_end(headers: Mapping[str, str], without: frozenset[str] = frozenset()) -> CIMultiDict[str]:
    named = {part.strip().lower() for part in headers.get("Connection", "").split(",")}
    cut = _HOP_BY_HOP | named | without
    return CIMultiDict([(name, value) for name, value in headers.items() if name.lower() not in cut])


def _problem(status: int) -> web.Response:
    return web.Response(status=status, text=f'{{"status": {status}}}', content_type="application/problem+json")


async def serve(port: int, origin: str) -> None:
    timeout = aiohttp.ClientTimeout(total=None, connect=5.0, sock_read=_PATIENCE)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=timeout,
        auto_decompress=False,
        skip_auto_headers=_NOT_ADDED,
    ) as session:
        server = web.Server(
            Proxy(session, origin),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_IDLE,
            handler_cancellation=True,
        )
        runner = web.ServerRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), f"http://127.0.0.1:{sys.argv[2]}"))
