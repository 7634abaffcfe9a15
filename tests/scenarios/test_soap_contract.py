"""The soap kind keeps the contract of every adapter, against a silo that answers over HTTP and sometimes badly."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from soap_messages import GET, INTERFACES, envelope, title
from soap_server import CUT, FOREVER, SoapServer, http

from adapters.soap import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call

WHOLE = http(envelope(title("<Price>1250.75</Price><Person>Ada pa55word</Person>")))
BAD = {
    b">BAD1<": http(b"no word for anybody"),
    b">BAD2<": http(b"<html>no word for anybody</html>", media_type="text/html"),
    b">BAD3<": http(envelope(title("<Price>no word for anybody</Price>"))),
    b">BAD4<": http(b"<!DOCTYPE x [<!ENTITY e 'no word for anybody'>]>" + envelope(title())),
    b">BAD5<": http(b"", 404),
    b">BAD6<": http(b"", 302, more="Location: http://127.0.0.1:9/\r\n"),
    b">BAD7<": http(envelope(title()), more="Content-Encoding: gzip\r\n"),
    b">BAD8<": http(envelope(title()), media_type='multipart/related; type="application/xop+xml"'),
    b">BAD9<": http(b"<x>" * 2_000_000),
    b">BAD10<": http(b""),
    b">BAD11<": b"\x00\x01 no word for anybody\r\n\r\n",
    b">BAD12<": b"HTTP/1.1 200 X\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n<abc/>",
}
DYING = {
    b">CUT1<": CUT + WHOLE[:-10],
    b">CUT2<": CUT + b"HTTP/1.1 200",
    b">CUT3<": CUT,
    b">CUT4<": CUT + b"HTTP/1.1 200 X\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<soap",
    b">CUT5<": CUT + b"\x00\x01 no word for anybody",
}
ANSWERS = {**BAD, **DYING, b">SLO1<": FOREVER, b">AB1<": WHOLE}


def ask(number: str) -> Call:
    return make_call("get", path={"number": number}, query={"caller": "Ada pa55word"})


class TestSoap(AdapterContract):
    kind = ADAPTER
    secrets = ("pa55word", "1250.75", "no word for anybody", "BAD")

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        _interface(folder)
        async with SoapServer(ANSWERS).running() as endpoint:
            yield {"wsdl": "land-registry.wsdl", "endpoint": f"{endpoint}?key=pa55word", "connections": 4}

    def missing(self, folder: Path) -> Mapping[str, object]:
        _interface(folder)
        return {"wsdl": "land-registry.wsdl", "endpoint": "http://127.0.0.1:1/pa55word"}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {"get": GET}

    def ordinary(self) -> Call:
        return ask("AB1")

    def slow(self) -> Call:
        return ask("SLO1")

    def misfit(self) -> Call:
        return ask("BAD]]>pa55word")

    def nonsense(self) -> Sequence[Call]:
        return [ask(key.decode().strip("<>")) for key in BAD]

    def dying(self) -> Sequence[Call]:
        return [ask(key.decode().strip("<>")) for key in DYING]


def _interface(folder: Path) -> None:
    shutil.copytree(INTERFACES, folder, dirs_exist_ok=True)
