"""The requests to an application: each is sent once, redirects are followed by hand, and pages are read within bounds.

As in every kind: a connection of its own for each request, which is not sent again where it broke; nothing is
unpacked; no proxy of the environment. A redirect that leaves the origin of the settings' URL is not followed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import aiohttp
from yarl import URL

from adapters.screen.form import Request
from adapters.screen.page import MAX_PAGE, Page
from adapters.screen.places import resolved
from facade.port import SiloNonsense, SiloUnreachable

MAX_REDIRECTS: Final = 5
"""In a row: a login and a page after it take three."""

_CHUNK: Final = 64 * 1024
"""Bytes of a page that are taken at a time."""

_MAX_COOKIES: Final = 100
"""Of one session: browsers keep no more of one site."""

_AS_GET: Final = frozenset({301, 302, 303})
_AS_SENT: Final = frozenset({307, 308})
_HTML: Final = frozenset({"text/html", "application/xhtml+xml", ""})


class Browser:
    """What asks for pages. `forced` is the encoding that is the operator's word."""

    def __init__(self, connections: int, forced: str | None) -> None:
        self._connections = connections
        self._forced = forced
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"<Browser connections={self._connections}>"

    @staticmethod
    def jar() -> aiohttp.CookieJar:
        """The cookies of a new session: none. `unsafe` lets hosts without a name have some."""
        return aiohttp.CookieJar(unsafe=True, quote_cookie=False)

    async def ask(self, name: str, jar: aiohttp.CookieJar, request: Request) -> Page:
        """The page that a request leads to; `name` begins an error. Raise a SiloError."""
        moved = False
        for _ in range(MAX_REDIRECTS + 1):
            page, location = await self._one(name, jar, request, moved=moved)
            if location is None:
                return page
            request = _redirected(name, request, page, location)
            moved = True
        raise SiloNonsense(f"{name}: no usable answer: more than {MAX_REDIRECTS} redirects")

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def _one(
        self, name: str, jar: aiohttp.CookieJar, request: Request, *, moved: bool
    ) -> tuple[Page, str | None]:
        url = URL(request.url, encoded=True)
        asked = self._client().request(
            request.method, url, headers=_headers(jar, url, request), data=request.body, allow_redirects=False
        )
        try:
            async with asked as response:
                jar.update_cookies_from_headers(response.headers.getall("Set-Cookie", []), url)
                if len(jar) > _MAX_COOKIES:
                    raise SiloNonsense(f"{name}: no usable answer: more than {_MAX_COOKIES} cookies")
                if response.status in _AS_GET | _AS_SENT:
                    return Page(request.url, response.status, b""), response.headers.get("Location", "")
                return await self._page(name, response, request, moved=moved), None
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise SiloUnreachable(f"{name}: no connection, or it broke before the answer was whole") from None
        except aiohttp.ClientError:
            raise SiloNonsense(f"{name}: no usable answer: it is no HTTP") from None

    async def _page(self, name: str, response: aiohttp.ClientResponse, request: Request, *, moved: bool) -> Page:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise SiloNonsense(f"{name}: no usable answer: it is compressed, and nobody asked for that")
        media_type = response.content_type if "Content-Type" in response.headers else ""
        if media_type not in _HTML and response.ok:
            raise SiloNonsense(f"{name}: no usable answer: it is no HTML")
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > MAX_PAGE:
                response.close()  # the rest is not waited for
                raise SiloNonsense(f"{name}: no usable answer: it is larger than {MAX_PAGE} bytes")
        return Page(
            request.url,
            response.status,
            bytes(body),
            told=response.charset,
            forced=self._forced,
            moved=moved,
            retry_after=response.headers.get("Retry-After", ""),
        )

    def _client(self) -> aiohttp.ClientSession:
        """Made when it is first needed: it can be only where an event loop runs."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, force_close=True),
                middlewares=(_once,),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),  # the call's own deadline bounds it
                skip_auto_headers=("User-Agent", "Content-Type"),
            )
        return self._session


class _BrokenError(aiohttp.ClientConnectionError):
    """A connection that broke. aiohttp knows no such error, so it does not try again."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _BrokenError from error


def _headers(jar: aiohttp.CookieJar, url: URL, request: Request) -> dict[str, str]:
    cookies = "; ".join(f"{each.key}={each.coded_value}" for each in jar.filter_cookies(url).values())
    fields = {
        "Accept": "text/html, application/xhtml+xml",
        "Accept-Encoding": "identity",
        "Content-Type": request.content_type,
        "Cookie": cookies,
        "Referer": request.referer,
    }
    return {name: value for name, value in fields.items() if value}


def _redirected(name: str, request: Request, page: Page, location: str) -> Request:
    url = resolved(location, request.url, page.codec) if location else None
    if url is None:
        raise SiloNonsense(f"{name}: no usable answer: a redirect to another host")
    if page.status in _AS_GET and request.method != "GET":
        return Request(request.number, "GET", url, referer=request.referer)
    return replace(request, url=url)
