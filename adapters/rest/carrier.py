"""The connections to a service: each request is sent once, and its answer read whole, within bounds.

A request that may change anything goes on a connection of its own, because one that was kept may be closed at the very
moment; and it is not sent again, as aiohttp does with a PUT or DELETE whose connection broke. No redirect is followed
and no cookie or proxy of the environment used, so nothing but the settings says where a request goes. Nothing is
unpacked: compressed bytes have no bound until then.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import aiohttp
from yarl import URL

from adapters.rest.answer import Received
from facade.formats import MAX_BYTES
from facade.port import SiloLate, SiloNonsense, SiloUnreachable

_KEEP_IDLE: Final = 4.0
"""Seconds: the shortest of the common servers closes an idle connection after five."""

_CHUNK: Final = 64 * 1024
"""Bytes of an answer that are taken at a time."""


class Carrier:
    """Two pools of `connections`: kept ones for what is safe to repeat, fresh ones for everything else."""

    def __init__(self, connections: int, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._clock = clock
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._calls: set[asyncio.Timeout] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Carrier calls={len(self._calls)} closed={self._closed}>"

    @contextlib.asynccontextmanager
    async def until(self, name: str, deadline: float) -> AsyncIterator[None]:
        """Work that ends at `deadline`, or when the silo is closed; raises a SiloError then."""
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{name}: its time was over before it began")
        self._check_open(name)
        timeout = asyncio.timeout(seconds)
        self._calls.add(timeout)
        try:
            async with timeout:
                yield
        except TimeoutError:
            self._check_open(name)
            raise SiloLate(f"{name}: the silo did not answer in time") from None
        finally:
            self._calls.discard(timeout)

    async def send(
        self, name: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, safe: bool
    ) -> Received:
        """Send one request inside `until`; `url` is percent-encoded. Raise a SiloError."""
        session = self._session(safe=safe)
        asked = session.request(
            method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False, compress=False
        )
        try:
            async with asked as response:
                return await _received(name, response)
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise SiloUnreachable(f"{name}: no connection, or it broke before the answer was whole") from None
        except aiohttp.ClientError:
            raise SiloNonsense(f"{name}: no usable answer: it is no HTTP") from None

    async def close(self) -> None:
        """End every call and close every connection."""
        self._closed = True
        now = asyncio.get_running_loop().time()
        for timeout in self._calls:
            timeout.reschedule(now)
        for session in self._sessions.values():
            await session.close()

    def _check_open(self, name: str) -> None:
        if self._closed:
            raise SiloUnreachable(f"{name}: the silo is being closed")

    def _session(self, *, safe: bool) -> aiohttp.ClientSession:
        """Made when it is first needed: it can be only where an event loop runs."""
        if safe not in self._sessions:
            keep = {"keepalive_timeout": _KEEP_IDLE} if safe else {"force_close": True}
            self._sessions[safe] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, **keep),
                middlewares=() if safe else (_once,),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),  # the call's own deadline bounds it
                skip_auto_headers=("User-Agent", "Accept-Encoding", "Content-Type"),
            )
        return self._sessions[safe]


class _BrokenError(aiohttp.ClientConnectionError):
    """A connection that broke. aiohttp knows no such error, so it does not try again."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _BrokenError from error


async def _received(name: str, response: aiohttp.ClientResponse) -> Received:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SiloNonsense(f"{name}: no usable answer: it is compressed, and nobody asked for that")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            response.close()  # the rest is not waited for
            raise SiloNonsense(f"{name}: no usable answer: it is larger than {MAX_BYTES} bytes")
    media_type = response.content_type if "Content-Type" in response.headers else ""
    retry_after = response.headers.get("Retry-After", "")
    return Received(response.status, media_type, response.charset, bytes(body), retry_after)
