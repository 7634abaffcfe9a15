"""The connections of `observe` or `admin`: aiohttp's, bounded in every direction.

Bounds on their number, on the size of what is asked, on the time to answer and on the time a silent connection stays.
What aiohttp itself refuses, because it is not HTTP, is answered as problem details too, and names no version.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from aiohttp import hdrs, web

from facade.control.answers import Question, Reply, problem
from facade.control.site import HEADERS, Site
from facade.control.turns import Turns
from facade.problem import Problem, Refusal

CONNECTIONS: Final = 256
"""Open connections of one listener, watchers aside. Probes, a scraper and a few people need a dozen; more is a mistake
or an attack."""

LASTING: Final = 1024
"""Connections that one listener may have beside, for answers that last: everybody of a large programme may watch."""

SILENCE: Final = 75.0
"""Seconds until a connection that says nothing, or half a request, is closed: longer than a scrape interval."""

ANSWER_WITHIN: Final = 30.0
"""Seconds until an answer that its reader does not take is cut."""

PIECE_WITHIN: Final = 5.0
"""Seconds until an answer that lasts is cut because its reader does not take a piece: it comes again by itself."""

LINE_BYTES: Final = 8190
"""Longest request line and longest header field."""

QUERY_FIELDS: Final = 64

BODY_BYTES: Final = 16 * 1024
"""Longest document that is taken: an order is a few hundred bytes."""

_NO_ACCESS_LOG: Final = logging.getLogger("facade.control.connections.access")
"""aiohttp's own access log would hold callers' addresses and queries."""
_NO_ACCESS_LOG.setLevel(logging.CRITICAL)

_log = structlog.get_logger("facade.control.connections")


class Connections(web.Server):
    """The connections of one listener: at most `CONNECTIONS` of them, beside `LASTING` whose answers last."""

    def __init__(self, site: Site, request_id: Callable[[], str]) -> None:
        super().__init__(self._respond)
        self._site = site
        self._request_id = request_id
        self._lasting = 0
        self._turns = Turns()

    def accept(self) -> asyncio.Protocol:
        return _Connection(self) if len(self.connections) - self._lasting < CONNECTIONS else _Full()

    def refuse(self, problem_: Problem) -> web.Response:
        """The problem as a response that says nothing else."""
        return _whole(problem(problem_, self._request_id()))

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._turns.pause()  # of many who ask at the same moment, one is answered in each round
                reply = await self._site.answer(question(request, await _body(request)))
                if isinstance(reply.body, bytes):
                    return _whole(reply)
                if not reply.lasts:
                    return await _in_pieces(request, reply, reply.body)
            return await self._last(request, reply, reply.body)
        except Refusal as refusal:
            return self.refuse(refusal.problem)

    async def _last(self, request: web.BaseRequest, reply: Reply, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
        """An answer without an end: each of its pieces is taken in time, or it is cut."""
        if self._lasting >= LASTING:
            raise Refusal(Problem(503, "busy", f"{LASTING} watch already; look at the page, and again later."))
        self._lasting += 1
        try:
            return await _in_pieces(request, reply, pieces, within=PIECE_WITHIN)
        finally:
            self._lasting -= 1
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()


class _Connection(web.RequestHandler):
    """aiohttp's connection, with its own errors in our shape and its own log lines without a caller's bytes."""

    __slots__ = ("_connections",)

    def __init__(self, connections: Connections) -> None:
        super().__init__(
            connections,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=SILENCE,
            access_log=_NO_ACCESS_LOG,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
        )
        self._connections = connections

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is not HTTP, took too long, or failed here; the connection is closed after it."""
        if status >= 500:
            self.log_exception("request failed", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun, it can only be cut")
        response = self._connections.refuse(_PROBLEMS.get(status, _NOT_HTTP))
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say what kind of error it was and where it arose; its text may be a caller's bytes and is not told."""
        _log.error("request to a listener failed", exc_info=kw.get("exc_info"))


class _Full(asyncio.Protocol):
    """Closes a connection beyond the bound."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


_NOT_HTTP: Final = Problem(400, "malformed", "This is no HTTP request that can be read one way only.")
_PROBLEMS: Final = {
    500: Problem(500, "internal", "The facade failed to make this answer; its log says why."),
    504: Problem(503, "late", f"This answer was not made within {ANSWER_WITHIN:g} s."),
}


async def _body(request: web.BaseRequest) -> bytes:
    """What was sent with it."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_BYTES:
            raise Refusal(Problem(413, "body", f"A document of more than {BODY_BYTES} bytes is not taken."))
    return bytes(body)


def question(request: web.BaseRequest, body: bytes = b"") -> Question:
    """What is asked, with the path exactly as sent: aiohttp's own would be decoded and normalised."""
    path, _, query = request.raw_path.partition("?")
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS)
    except ValueError as error:
        raise Refusal(Problem(400, "argument", f"The query has more than {QUERY_FIELDS} fields.")) from error
    local = request.transport.get_extra_info("sockname") if request.transport is not None else None
    return Question(
        method=request.method,
        path=path,
        query=tuple(fields),
        host=hostname(request.headers.get(hdrs.HOST, "")),
        local=local[0] if isinstance(local, tuple) else "",
        authorization=request.headers.get(hdrs.AUTHORIZATION, ""),
        content_type=request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower(),
        from_a_page=_is_from_a_page(request),
        body=body,
    )


def _is_from_a_page(request: web.BaseRequest) -> bool:
    """Whether a browser says that a page of another origin makes it ask (Fetch metadata; RFC 6454 section 7)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is not None and origin.partition("://")[2] != request.headers.get(hdrs.HOST, "")


def hostname(host: str) -> str:
    """The name of a Host field, without its port and brackets (RFC 3986 section 3.2.2).

    >>> hostname("[::1]:9901"), hostname("localhost:9901"), hostname("localhost")
    ('::1', 'localhost', 'localhost')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _whole(reply: Reply) -> web.Response:
    assert isinstance(reply.body, bytes)
    return web.Response(status=reply.status, body=reply.body, headers=_headers(reply))


async def _in_pieces(
    request: web.BaseRequest, reply: Reply, pieces: AsyncIterator[bytes], within: float | None = None
) -> web.StreamResponse:
    """`within` are seconds in which each piece is to be taken, None where somebody else sees to that."""
    response = web.StreamResponse(status=reply.status, headers=_headers(reply))
    await response.prepare(request)
    if request.method == hdrs.METH_HEAD:
        return response
    with suppress(ConnectionError):  # whoever asked has left: nobody is to be told, and nothing failed
        async for piece in pieces:
            async with asyncio.timeout(within):
                await response.write(piece)
    return response


def _headers(reply: Reply) -> dict[str, str]:
    return {hdrs.CONTENT_TYPE: reply.content_type, **HEADERS, **reply.headers}
