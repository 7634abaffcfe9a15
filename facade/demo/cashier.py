"""The old cashier: a till with a web server of the 1990s before it, that is sent a form and answers XML in Latin-1.

It answers 200 whatever happens, and says in its receipt if something went wrong. It knows nothing of keys: who asks it
twice pays twice. `reply` makes its answers, and `application` puts it on a socket.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from aiohttp import web

from facade.demo.books import Book
from facade.demo.payments import at_cashier

PATH: Final = "/cgi-bin/till"

_NO_REFERENCE: Final = "E01"
_NO_AMOUNT: Final = "E02"
_MOST_DIGITS: Final = 9
"""Of an amount in pence, as the till has places for."""


def reply(form: bytes, book: Book) -> bytes:
    """Take what the form says, and give a receipt."""
    fields = parse_qs(form.decode("iso-8859-1"))
    reference, amount = (fields.get(name, [""])[0] for name in ("REF", "AMOUNT"))
    if not reference:
        return _receipt({"ERROR": _NO_REFERENCE})
    if not (amount.isascii() and amount.isdigit() and len(amount) <= _MOST_DIGITS and int(amount)):
        return _receipt({"ERROR": _NO_AMOUNT})
    pence = int(amount)
    book.enter(reference, pence)
    thanks = f"Received with thanks £{pence // 100}.{pence % 100:02}"
    number = at_cashier(reference).receipt
    return _receipt({"REF-NO": reference, "PENCE": amount, "RECEIPT-NO": number, "TEXT": thanks})


def application(book: Book) -> web.Application:
    """The till as an application."""

    async def answer(request: web.Request) -> web.Response:
        headers = {"Server": "TillServ/0.9", "Content-Type": "text/xml; charset=iso-8859-1"}
        return web.Response(body=reply(await request.read(), book), headers=headers)

    application = web.Application()
    application.router.add_post(PATH, answer)
    return application


def _receipt(fields: dict[str, str]) -> bytes:
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    document = f'<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<TILL-RECEIPT>{inside}</TILL-RECEIPT>\r\n'
    return document.encode("iso-8859-1", "replace")
