"""The old web servers: two offices' applications of the 1990s, in the style of their time.

They are passed through by the facade byte for byte, so they speak the platform's paths already; their style (HTML in
ISO-8859-1, HTTP/1.0 caching fields, indented JSON) is theirs. `page` is pure; `application` puts it on a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from facade.demo.records import Record, encode, licence, title

ANSWERED_BY: Final = "X-Answered-By"
"""The field by which a side of the demonstration signs its answers, so that citizens see who answered."""

_STYLE_OF_THE_TIME: Final = {
    "MIME-Version": "1.0",
    "Pragma": "no-cache",
    "Expires": "Thu, 01 Jan 1970 00:00:00 GMT",
    ANSWERED_BY: "legacy",
}
_HTML: Final = "text/html; charset=iso-8859-1"


@dataclass(frozen=True, slots=True)
class Office:
    """One old web server: its name, the folder of its records, an example, and how a record is found."""

    name: str
    server: str
    folder: str
    example: str
    find: Callable[[str], Record | None]


@dataclass(frozen=True, slots=True)
class Page:
    """What the old server says: a status, a media type as it writes it, and bytes."""

    status: int
    media_type: str
    body: bytes


LAND_REGISTER: Final = Office("Land register", "LRWeb/2.1 (OS/2)", "/titles/", "DN100001", title)
LICENSING: Final = Office("Licensing portal", "LicenceServ/1.4", "/licences/", "L10001", licence)


def page(office: Office, path: str) -> Page:
    """What `office` answers to GET `path`: its menu, a record as JSON, or its HTML page for what it does not have."""
    if path == "/":
        return Page(200, _HTML, _html(office, f'Type an address such as <A HREF="{_example(office)}">this one</A>.'))
    record = office.find(path.removeprefix(office.folder)) if path.startswith(office.folder) else None
    if record is None:
        return Page(404, _HTML, _html(office, "No such record. Fee for a search by hand: £4."))
    return Page(200, "application/json", msgspec.json.format(encode(record), indent=4) + b"\r\n")


def application(office: Office) -> web.Application:
    """The office as an application; it reads GET and HEAD only."""

    async def answer(request: web.Request) -> web.Response:
        found = page(office, request.path)
        headers = {**_STYLE_OF_THE_TIME, "Server": office.server, "Content-Type": found.media_type}
        return web.Response(status=found.status, body=found.body, headers=headers)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    return application


def _example(office: Office) -> str:
    return office.folder + office.example


def _html(office: Office, text: str) -> bytes:
    name = office.name
    return f"<HTML><TITLE>{name}</TITLE><BODY><H1>{name}</H1><P>{text}</BODY></HTML>\r\n".encode("iso-8859-1")
