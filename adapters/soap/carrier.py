"""The way of a message: HTTP POST on a bounded pool of kept connections, and a reply of bounded size.

A message is sent once. A connection that the silo closed while it was idle is seen before it is used again, and one
that has idled longer than servers commonly keep theirs is not used again at all; what is left of that race is an error
to the caller, because a message that was sent twice could do its work twice. No redirect is followed, no cookie kept,
no proxy of the environment used, and no body unpacked: compressed bytes have no bound until they are unpacked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from adapters.soap.envelope import MAX_REPLY_BYTES
from adapters.soap.wsdl import Exchange, Version
from facade.port import SiloError, SiloFull, SiloLate, SiloNonsense, SiloUnreachable

KEEP_IDLE: Final = 4.0
"""Seconds: Apache and Tomcat, the shortest of the common servers, close an idle connection after five."""

_CHUNK: Final = 64 * 1024
"""Bytes of a reply that are taken at a time."""

_XML: Final = frozenset({"text/xml", "application/xml", "application/soap+xml"})
_WITH_A_FAULT: Final = frozenset({400, 500})
"""Statuses beside 2xx that come with an envelope (SOAP 1.1 section 6.2, SOAP 1.2 part 2 section 7.5.2)."""

_BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is whole: an envelope, or nothing at all where the silo accepted and has nothing to say."""

    body: bytes = field(repr=False)
    charset: str | None
    status: int


class Carrier:
    """The connections to one endpoint."""

    def __init__(self, endpoint: str, connections: int, clock: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._connections = connections
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._closing = asyncio.Event()
        self._calls: set[asyncio.Timeout] = set()

    def __repr__(self) -> str:
        return f"<Carrier connections={self._connections} calls={len(self._calls)}>"

    async def send(self, operation: str, exchange: Exchange, message: bytes, deadline: float) -> Reply:
        """Send a message and read its reply before `deadline`; raise a SiloError."""
        seconds = deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{operation}: its time was over before it began")
        if self._closing.is_set():
            raise SiloUnreachable(f"{operation}: the silo is being closed")
        timeout = asyncio.timeout(seconds)
        self._calls.add(timeout)
        try:
            async with timeout:
                return await self._exchange(operation, exchange, message)
        except TimeoutError:
            raise self._too_late(operation) from None
        except aiohttp.ClientResponseError:
            raise SiloNonsense(f"{operation}: no usable answer: it is no HTTP") from None
        except (aiohttp.ClientError, OSError):
            raise SiloUnreachable(f"{operation}: no connection, or it broke before the answer was whole") from None
        finally:
            self._calls.discard(timeout)

    async def close(self) -> None:
        """End every call and close every connection."""
        self._closing.set()
        now = asyncio.get_running_loop().time()
        for timeout in self._calls:
            timeout.reschedule(now)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, operation: str, exchange: Exchange, message: bytes) -> Reply:
        posted = self._open().post(self._endpoint, data=message, headers=_headers(exchange), allow_redirects=False)
        async with posted as response:
            try:
                return await _read(operation, response)
            except BaseException:
                response.close()  # the rest of it is not waited for, and the connection is not used again
                raise

    def _open(self) -> aiohttp.ClientSession:
        """The session, which can be made only where an event loop runs."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),  # the call's own deadline bounds it
                skip_auto_headers=("User-Agent", "Accept-Encoding"),
            )
        return self._session

    def _too_late(self, operation: str) -> SiloError:
        if self._closing.is_set():
            return SiloUnreachable(f"{operation}: the silo is being closed")
        return SiloLate(f"{operation}: the silo did not answer in time")


def _headers(exchange: Exchange) -> dict[str, str]:
    """Of a request (SOAP 1.1 section 6.1.1; SOAP 1.2 part 2 appendix A: the action is the media type's parameter)."""
    media_type = f"{exchange.version.media_type}; charset=utf-8"
    if exchange.version is Version.SOAP_1_1:
        return {"Content-Type": media_type, "SOAPAction": f'"{exchange.action}"', "Accept": exchange.version.media_type}
    action = f'; action="{exchange.action}"' if exchange.action else ""
    return {"Content-Type": media_type + action, "Accept": exchange.version.media_type}


async def _read(operation: str, response: aiohttp.ClientResponse) -> Reply:
    _check_head(operation, response)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise SiloNonsense(f"{operation}: no usable answer: it is larger than {MAX_REPLY_BYTES} bytes")
    if body and response.content_type not in _XML:
        raise SiloNonsense(f"{operation}: no usable answer: status {response.status}, and no XML")
    return Reply(bytes(body), response.charset, response.status)


def _check_head(operation: str, response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status in _BUSY:
        raise SiloFull(f"{operation}: the silo answers {status}, it takes no more calls")
    if not 200 <= status <= 299 and status not in _WITH_A_FAULT:
        raise SiloNonsense(f"{operation}: no usable answer: status {status}")
    if response.content_type.startswith("multipart/"):
        raise SiloNonsense(f"{operation}: no usable answer: it has attachments (MTOM), which are not read")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SiloNonsense(f"{operation}: no usable answer: it is compressed, and nobody asked for that")
