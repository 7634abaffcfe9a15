"""The screen kind keeps the contract of every adapter against an application on a real socket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs

from rest_service import Got, Reply, answer, serving

from adapters.screen import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call
from harness.ports import free_port

LOGIN = b"<form name=login method=post action=/login><input name=user><input type=password name=password></form>"
MENU = b"<h1>Main menu</h1>"
SEARCH = b"<form name=search method=post action=/result><input name=number maxlength=20><input type=submit></form>"
RESULT = b"<table id=result><tr><td class=holder>Ada Pa\xeddraig</td></tr></table>"


def page(html: bytes, extra: str = "") -> bytes:
    return answer(html, media_type="text/html; charset=iso-8859-1", extra=extra)


RESULTS: Mapping[str, Reply] = {
    "L-1": page(RESULT),
    "SLOW": None,
    "CHANGED": page(b"<p>QQ123456C has a new look</p>"),
    "PDF": answer(b"%PDF QQ123456C", media_type="application/pdf"),
    "NO-HTTP": b"QQ123456C, and no status\r\n\r\n",
    "DIES": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n<p>broken QQ123456C",
    "NOTHING": b"",
}


def reply(got: Got) -> Reply:
    form = parse_qs(got.body.decode())
    if got.target == "/login" and got.method == "POST":
        good = form == {"user": ["facade"], "password": ["pa55{word"]}
        return page(MENU, "Set-Cookie: session=s3ss10n; Path=/\r\n") if good else page(LOGIN)
    if got.headers.get("cookie") != "session=s3ss10n":
        return page(LOGIN)
    return page(SEARCH) if got.target == "/search" else RESULTS[form["number"][0]]


def ask(number: str) -> Call:
    return make_call("get", path={"number": number})


class TestScreen(AdapterContract):
    kind = ADAPTER
    secrets = ("pa55{word", "s3ss10n", "QQ123456C", "draig", "LONG-1234567890123456789")

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        async with serving(reply) as service:
            yield settings(service.url)

    def missing(self, folder: Path) -> Mapping[str, object]:
        return settings(f"http://127.0.0.1:{free_port()}")

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        steps = [
            {"open": "/search"},
            {"fill": {"form": "search", "fields": {"number": "{path.number}"}}},
            {"expect": {"selector": "table#result", "missing": {"No licence found": 404}}},
        ]
        return {"get": {"steps": steps, "extract": {"holder": "td.holder"}}}

    def ordinary(self) -> Call:
        return ask("L-1")

    def slow(self) -> Call:
        return ask("SLOW")

    def misfit(self) -> Call:
        return ask("LONG-1234567890123456789")

    def nonsense(self) -> Sequence[Call]:
        return [ask("CHANGED"), ask("PDF"), ask("NO-HTTP")]

    def dying(self) -> Sequence[Call]:
        return [ask("DIES"), ask("NOTHING")]


def settings(url: str) -> Mapping[str, object]:
    fill = {"form": "login", "fields": {"user": "facade", "password": "pa55{word"}}
    login = [{"open": "/login"}, {"fill": fill}, {"expect": {"text": "Main menu"}}]
    return {"url": url, "sessions": 4, "login": login}
