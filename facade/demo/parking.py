"""The parking office: a web application of the 1990s, made for clerks and for nobody else.

A clerk signs in, searches, and reads a page; sessions end, forms carry a token that is good once, and pages are in
ISO-8859-1. As in `records`, a permit follows from its number alone. `page_of` is pure; `application` puts it on a
socket.
"""

from __future__ import annotations

import datetime
import html
import secrets
from dataclasses import dataclass
from typing import Final

from aiohttp import web

PERMITS: Final = range(10_000, 60_000)
"""The numbers that exist, after the letter P."""

USER, PASSWORD = "facade", "parking"
"""A clerk's, as in the silo's file: this office is in the demonstration alone."""

_CHARSET: Final = "iso-8859-1"
_COOKIE: Final = "PARKSESS"
_SESSIONS: Final = 64
"""Clerks who are signed in; the first is signed out where another comes."""

_SEARCHES: Final = 50
"""Searches of one session, after which the office wants its clerk to sign in again."""

_HOLDERS: Final = ("Siân Price", "José & Söhne", "Anaïs Dufour", "O'Neill, Máire")
_FIRST_EXPIRY: Final = datetime.date(2026, 12, 1)
_DAYS: Final = 400
_ZONES: Final = 9


@dataclass(frozen=True, slots=True)
class ParkingPermit:
    """A permit; `expires` is None where it is for life."""

    number: str
    holder: str
    zone: int
    expires: datetime.date | None
    vehicles: tuple[str, ...]


@dataclass(slots=True)
class _Session:
    """A clerk who is signed in: the token of the form they see, and how often they have searched."""

    token: str
    searches: int = 0


def find(number: str) -> ParkingPermit | None:
    """The permit of this number, None where there is none."""
    digits = number.removeprefix("P")
    if (
        len(digits) != 5
        or len(number) != 6
        or not digits.isascii()
        or not digits.isdigit()
        or int(digits) not in PERMITS
    ):
        return None
    serial = int(digits)
    return ParkingPermit(
        number=number,
        holder=_HOLDERS[serial % len(_HOLDERS)],
        zone=1 + serial % _ZONES,
        expires=None if serial % 7 == 0 else _FIRST_EXPIRY + datetime.timedelta(days=serial % _DAYS),
        vehicles=tuple(f"PK{serial + each}" for each in range(serial % 3)),
    )


def page_of(permit: ParkingPermit | None) -> str:
    """What a clerk sees who has searched."""
    if permit is None:
        return _page("Search", "<p class=message>No permit found</p>")
    expires = "" if permit.expires is None else f"{permit.expires:%d/%m/%Y}"
    cells = {"number": permit.number, "holder": permit.holder, "zone": str(permit.zone), "expires": expires}
    row = "".join(f"<td class={name}>{html.escape(text)}</td>" for name, text in cells.items())
    vehicles = "".join(f"<li class=vehicle>{each}" for each in permit.vehicles)
    return _page("Permit", f"<table id=permit><tr>{row}</table><ul>{vehicles}</ul>")


def application() -> web.Application:
    """The office as an application."""
    office = _Office()
    application = web.Application()
    application.router.add_get("/signin", office.ask_who)
    application.router.add_post("/signin", office.sign_in)
    application.router.add_get("/search", office.show_search)
    application.router.add_post("/search", office.search)
    return application


class _Office:
    """Who is signed in."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}

    async def ask_who(self, _request: web.Request) -> web.Response:
        fields = "<input name=user><input type=password name=password><button>Sign in</button>"
        return _answer(_page("Sign in", f"<form name=signin method=post action=signin>{fields}</form>"))

    async def sign_in(self, request: web.Request) -> web.Response:
        given = await request.post()
        if (given.get("user"), given.get("password")) != (USER, PASSWORD):
            return await self.ask_who(request)
        while len(self._sessions) >= _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        name = secrets.token_hex()
        self._sessions[name] = _Session(secrets.token_hex())
        answer = _answer(_page("Main menu", "<a href=search>Search</a>"))
        answer.set_cookie(_COOKIE, name, httponly=True)
        return answer

    async def show_search(self, request: web.Request) -> web.Response:
        session = self._session(request)
        session.token = secrets.token_hex()
        hidden = f"<input type=hidden name=token value={session.token}>"
        fields = f"{hidden}<input name=permit maxlength=6><input type=submit name=go value=Find>"
        return _answer(_page("Search", f"<form name=search method=post action=search>{fields}</form>"))

    async def search(self, request: web.Request) -> web.Response:
        session, given = self._session(request), await request.post()
        token, session.token = session.token, ""
        if not token or given.get("token") != token:
            return _answer(_page("Forbidden", "<p>This form was sent before.</p>"), 403)
        session.searches += 1
        return _answer(page_of(find(str(given.get("permit", "")))))

    def _session(self, request: web.Request) -> _Session:
        """The clerk's session; who has none, or has used it up, is sent to the door."""
        name = request.cookies.get(_COOKIE, "")
        session = self._sessions.get(name)
        if session is None or session.searches >= _SEARCHES:
            self._sessions.pop(name, None)
            raise web.HTTPFound("/signin")
        return session


def _page(title: str, body: str) -> str:
    return f"<!doctype html><title>{title}</title><h1>{title}</h1>{body}"


def _answer(text: str, status: int = 200) -> web.Response:
    body = text.encode(_CHARSET, "xmlcharrefreplace")
    headers = {"Server": "ParkWeb/2.1", "Content-Type": f"text/html; charset={_CHARSET}"}
    return web.Response(status=status, body=body, headers=headers)
