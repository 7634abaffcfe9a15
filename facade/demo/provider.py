"""The payment provider: somebody else's service, which takes cards for whoever has a key of it.

It behaves as such services do. A request without the key is 401. Every payment has an Idempotency-Key: the same key
with the same payment is answered with the payment of before, and with another is 422. Amounts are whole pence. It
remembers by name what else it was told, so that the demonstration can show what left. `Provider` makes its answers,
and `application` puts it on a socket.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from facade.demo.books import KEPT, Books
from facade.demo.payments import at_provider

PATH: Final = "/v1/payments"

KEY_NAME: Final = "PAY_KEY"
"""The variable from which externals/card-payments.yaml has the key."""

KEY: Final = "key-of-the-demonstration"
"""Opens this provider and nothing else, so it needs no hiding."""

_CARRIES: Final = frozenset(
    {"accept", "authorization", "connection", "content-length", "content-type", "host", "idempotency-key"}
)
"""Header fields that say nothing of a citizen."""

_MOST_TOLD: Final = 50
"""Names that are remembered of what it was told: more than any form has."""

Answered = tuple[int, dict[str, Any]]
"""A status, and a document."""


class Provider:
    """Takes payments, and enters them into its book."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._known: dict[str, tuple[str, int]] = {}

    def __repr__(self) -> str:
        return f"<Provider taken={self._books.provider.taken}>"

    def answer(self, authorization: str, key: str, body: bytes) -> Answered:
        """What it says to a request for a payment, with these two header fields' values, empty if absent."""
        if not hmac.compare_digest(authorization.encode(), f"Bearer {KEY}".encode()):
            return _problem(401, "unauthorized")
        if not key:
            return _problem(400, "idempotency_key_missing")
        wanted = _read(body)
        self.hear(wanted)
        reference, amount = wanted.get("reference"), wanted.get("amount")
        if not isinstance(reference, str) or type(amount) is not int or amount < 1:
            return _problem(400, "payment_invalid")
        return self._take(key, reference, amount)

    def hear(self, names: Iterable[str]) -> None:
        """Remember what it was told, by name."""
        told = self._books.told
        told.update(sorted(set(names) - told)[: _MOST_TOLD - len(told)])

    def _take(self, key: str, reference: str, amount: int) -> Answered:
        before = self._known.get(key)
        if before is None:
            self._books.provider.enter(reference, amount)
            self._known[key] = (reference, amount)
            if len(self._known) > KEPT:
                del self._known[next(iter(self._known))]  # the oldest
        elif before == (reference, amount):
            self._books.repeated += 1
        else:
            return _problem(422, "idempotency_key_reused")
        number = at_provider(reference).receipt
        return 201, {"id": number, "amount": amount, "currency": "GBP", "reference": reference, "status": "captured"}


def application(books: Books) -> web.Application:
    """The provider as an application."""
    provider = Provider(books)

    async def answer(request: web.Request) -> web.Response:
        fields = request.headers
        provider.hear(f"header {name}" for name in map(str.lower, fields) if name not in _CARRIES)
        provider.hear(f"query {name}" for name in request.query)
        status, document = provider.answer(
            fields.get("Authorization", ""), fields.get("Idempotency-Key", ""), await request.read()
        )
        return web.json_response(document, status=status)

    application = web.Application()
    application.router.add_post(PATH, answer)
    return application


def _read(body: bytes) -> dict[str, Any]:
    """The object in a body, empty where it holds none."""
    try:
        wanted = json.loads(body)
    except ValueError:
        return {}
    return wanted if isinstance(wanted, dict) else {}


def _problem(status: int, code: str) -> Answered:
    return status, {"error": {"code": code}}
