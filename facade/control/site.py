"""The pages of one read-only listener, and the rules that every request to it meets first.

In this order: a Host that the listener does not know is refused (a web page that a browser resolved to this address by
DNS rebinding carries its own name there), then an unknown path, then a method that would change something.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

from facade.control.answers import Answerer, Question, Reply
from facade.problem import Problem, Refusal

READING: Final = ("GET", "HEAD")

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


class Site:
    """Pages by path. `host` is the name the listener is configured under; None answers to whatever name is used."""

    def __init__(self, pages: Mapping[str, Answerer], host: str | None = None) -> None:
        self._pages = dict(pages)
        self._host = host

    def __repr__(self) -> str:
        return f"<Site {' '.join(self._pages)}>"

    async def answer(self, question: Question) -> Reply:
        """Answer, or raise `Refusal`."""
        if self._host is not None and not knows(question.host, self._host, question.local):
            raise Refusal(Problem(403, "host", "This listener answers to its own address and to localhost only."))
        page = self._pages.get(question.path)
        if page is None:
            raise Refusal(Problem(404, "no_route", f"There is {', '.join(sorted(self._pages))}."))
        if question.method not in READING:
            raise Refusal(Problem(405, "method", "This listener only reads.", allow=READING))
        return await page(question)


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
