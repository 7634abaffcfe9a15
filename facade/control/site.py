"""The pages of one listener, and the rules that every request to it meets first.

In this order: a Host that the listener does not know is refused (a web page that a browser resolved to this address by
DNS rebinding carries its own name there), then an unknown path, then a method that the page does not have. What changes
something is asked for by POST, with the listener's token, and never by a browser on behalf of another site. A form of
our own pages brings the token in one of its fields, so whoever answers it looks at that.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

import structlog

from facade.control.answers import Answerer, Question, Reply
from facade.problem import Problem, Refusal

READING: Final = ("GET", "HEAD")
CHANGING: Final = ("POST",)

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Server": "facade",
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
"""What every answer carries: nothing is loaded from elsewhere, framed, kept, or guessed at; no version is told."""

NOBODY_MAY: Final = (
    "This sidecar has no token, so nobody may change anything by its API. Give it admin.token, or a state that it can "
    "write, and start it again; a command without FACADE_ADMIN_TOKEN changes the files."
)

_SCHEME: Final = "bearer"
"""RFC 6750 section 2.1; a scheme's name has no case (RFC 9110 section 11.1)."""

_NOBODY: Final[Mapping[str, Answerer]] = MappingProxyType({})

_log = structlog.get_logger("facade.control.site")


class Site:
    """Pages by path. `host` is the name the listener is configured under; None answers to whatever name is used.

    A path that ends in a slash, other than `/`, stands for all that have one segment more. `actions` change something,
    for whoever has the `token`; without one nobody does. `forms` are what pages of the same paths may send.
    """

    def __init__(
        self,
        pages: Mapping[str, Answerer],
        host: str | None = None,
        actions: Mapping[str, Answerer] = _NOBODY,
        token: str | None = None,
        forms: Mapping[str, Answerer] = _NOBODY,
    ) -> None:
        self._pages = dict(pages)
        self._actions = dict(actions)
        self._forms = dict(forms)
        self._host = host
        self._token = token

    def __repr__(self) -> str:
        return f"<Site {' '.join((*self._pages, *self._actions))}>"

    async def answer(self, question: Question) -> Reply:
        """Answer, or raise `Refusal`."""
        if self._host is not None and not knows(question.host, self._host, question.local):
            raise Refusal(Problem(403, "host", "This listener answers to its own address and to localhost only."))
        action = self._actions.get(question.path)
        if action is not None and (question.method not in READING or question.path not in self._pages):
            self._let_in(question)
            return await action(question)
        page, form = found(self._pages, question.path), found(self._forms, question.path)
        if page is None:
            raise Refusal(Problem(404, "no_route", f"There is {', '.join(sorted((*self._pages, *self._actions)))}."))
        if form is not None and question.method in CHANGING:
            _refuse_other_sites(question)
            return await form(question)
        if question.method not in READING:
            allow = READING if form is None else (*READING, *CHANGING)
            raise Refusal(Problem(405, "method", f"This page is only asked for by {', '.join(allow)}.", allow=allow))
        return await page(question)

    def _let_in(self, question: Question) -> None:
        """Raise `Refusal` unless this may change something."""
        if question.method not in CHANGING:
            raise Refusal(Problem(405, "method", "This changes something: ask for it by POST.", allow=CHANGING))
        _refuse_other_sites(question)
        if self._token is None:
            raise Refusal(Problem(403, "token", NOBODY_MAY))
        scheme, _, credentials = question.authorization.partition(" ")
        given = credentials.strip() if scheme.lower() == _SCHEME else ""
        if not is_token(given, self._token):
            _log.warning("order without the token", path=question.path, had_one=bool(given))
            raise Refusal(Problem(401, "token", "Send the listener's token: Authorization: Bearer TOKEN."))


def found(known: Mapping[str, Answerer], path: str) -> Answerer | None:
    """What answers at a path: the page of it, or the one that stands for all of its folder's."""
    folder, _, name = path.rpartition("/")
    if not name:
        return known.get(path) if not folder else None
    return known.get(path) or (known.get(f"{folder}/") if folder else None)


def is_token(given: str, token: str) -> bool:
    """Whether somebody has the token; it takes the same time whatever they have."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode())


def _refuse_other_sites(question: Question) -> None:
    if question.from_a_page:
        raise Refusal(Problem(403, "origin", "A page of another site asks for nothing here."))


def knows(host: str, configured: str, local: str) -> bool:
    """Whether a listener configured as `configured`, reached at the address `local`, answers to the name `host`.

    >>> knows("localhost", "0.0.0.0", "10.0.0.7"), knows("evil.example", "0.0.0.0", "10.0.0.7")
    (True, False)
    """
    return host.lower() in {"localhost", configured.lower(), local} or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
