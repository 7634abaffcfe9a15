"""Another proxy's opinion: what the plain aiohttp proxy of the benchmark passes on is what the facade passes on.

Only where it is right, of course: what it is known to do otherwise stands here by name, each with its test.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.ports import free_port
from harness.sidecar import Sidecar

ROOT: Final = Path(__file__).resolve().parents[2]

OF_THE_HOP: Final = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
"""RFC 9110 section 7.6.1: each proxy's own."""

WRITTEN_BY_PROXIES: Final = {
    "forwarded",
    "host",
    "traceparent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
}
"""Documented on both sides, and not the same: names of proxies, whether a trace is begun."""

OLD_DATE: Final = b"Wed, 09 Jun 2021 10:18:14 GMT"
"""When the silo says that it answered, where it says so."""

ADDED_BY_AIOHTTP: Final = {"content-type", "date", "server"}
"""To answers that have none."""

SENT_BY_AIOHTTP: Final = ("content-length", b"0")
"""With methods that may have a body and have none."""


@dataclass(frozen=True)
class Seen:
    """What is the same on both sides of a right proxy."""

    start: bytes
    fields: tuple[tuple[str, bytes], ...]
    body: bytes


@dataclass
class Both:
    """Two proxies before one peer."""

    peer: Peer
    facade: int
    aiohttp: int

    def opinions(self, raw: bytes) -> tuple[tuple[Seen, Seen], tuple[Seen, Seen]]:
        """For either proxy: the request as the peer saw it, and the answer as the client saw it."""
        return self._passed(self.facade, raw), self._passed(self.aiohttp, raw)

    def _passed(self, port: int, raw: bytes) -> tuple[Seen, Seen]:
        answered = _asked(port, raw)
        received = self.peer.requests[-1]
        return _seen(received, received.start), _seen(answered, b"%d" % answered.status)


def _seen(message: Message, start: bytes) -> Seen:
    fields = [(name.decode().lower(), value) for name, value in message.fields]
    passed = [(name, _dated(name, value)) for name, value in fields if name not in OF_THE_HOP | WRITTEN_BY_PROXIES]
    return Seen(start, tuple(passed), message.body)


def _dated(name: str, value: bytes) -> bytes:
    """A field's value, but for the moment at which a proxy says that it got an answer without a date."""
    return b"" if name == "date" and value != OLD_DATE else value


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = Folder(tmp_path_factory.mktemp("opinion") / "config")
    folder.facade()
    port = free_port()
    with Peer("legacy") as peer, Sidecar(_resting(folder, peer)).ready() as sidecar:
        command = [sys.executable, "-m", "bench.aiohttp_proxy", str(port), str(peer.port)]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL) as proxy:
            try:
                eventually(lambda: proxy.poll() is not None or _listens(port), "the other proxy listens")
                yield Both(peer, sidecar.port, port)
            finally:
                proxy.kill()


def _resting(folder: Folder, peer: Peer) -> Folder:
    folder.rest(peer.url)
    return folder


def _listens(port: int) -> bool:
    with suppress(OSError), Client(port):
        return True
    return False


@pytest.fixture
def both(built: Both) -> Iterator[Both]:
    yield built
    built.peer.fresh()


TEXT: Final = "Content-Type: text/plain; charset=utf-8"
OK: Final = answer(b"right", TEXT)
CHUNKED: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS: Final = CHUNKED + b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"

QUESTIONS: Final = {
    "GET": request("GET", "/x"),
    "a query": request("GET", "/x?a=b+c&d=%20&&h=="),
    "escapes": request("GET", "/x/%C3%A9%20;v=1,2/@:!$'()*+"),
    "the root": request("GET", "/"),
    "DELETE": request("DELETE", "/x"),
    "OPTIONS": request("OPTIONS", "/x"),
    "POST": request("POST", "/x", "Content-Type: application/json", body=b'{"a": 1}'),
    "POST of nothing": request("POST", "/x", "Content-Type: text/plain", body=b""),
    "PUT of much": request("PUT", "/x", "Content-Type: application/octet-stream", body=bytes(300_000)),
    "PATCH": request("PATCH", "/x", "Content-Type: text/plain", body=b"patch"),
    "chunks": request("POST", "/x", "Content-Type: text/plain", "Transfer-Encoding: chunked")
    + b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
    "a method of one's own": request("PROPFIND", "/x"),
    "repeated fields": request("GET", "/x", "X-A: 1", "X-B: 2", "X-A: 3", "Accept: a/b", "Accept: c/d"),
    "an empty field": request("GET", "/x", "X-Empty:"),
    "cookies": request("GET", "/x", 'Cookie: a=1; b="2"; c', "Authorization: Basic YTpi"),
    "conditions": request("GET", "/x", 'If-None-Match: "v1", W/"v2"', "Range: bytes=0-3"),
    "UTF-8": request("GET", "/x", "X-Name: café".encode()),
    "a field of the hop": request("GET", "/x", "Connection: X-Hop", "X-Hop: 1", "TE: trailers"),
    "a last request": request("GET", "/x", "Connection: close"),
}


@pytest.mark.parametrize("raw", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_both_pass_the_same_request_on(both: Both, raw: bytes) -> None:
    both.peer.script = answering(lambda message: OK)
    (facade, facade_answer), (aiohttp, aiohttp_answer) = both.opinions(raw)
    passed = tuple(field for field in aiohttp.fields if field in facade.fields or field != SENT_BY_AIOHTTP)
    assert (facade.start, facade.fields, facade.body) == (aiohttp.start, passed, aiohttp.body)
    assert facade_answer.body == aiohttp_answer.body == b"right"


ANSWERS: Final = {
    "200": OK,
    "201": answer(b"made", TEXT, "Location: /x/7", status="201 Created"),
    "204": b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
    "206": answer(b"part", TEXT, "Content-Range: bytes 0-3/10", status="206 Partial Content"),
    "299": answer(b"odd", TEXT, status="299 Whatever"),
    "a redirect": answer(b"", TEXT, "Location: https://elsewhere.example/a?b", status="302 Found"),
    "304": b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n',
    "401": answer(b"who?", TEXT, "WWW-Authenticate: Basic realm=silo", status="401 Unauthorized"),
    "404": answer(b"none", TEXT, status="404 Not Found"),
    "500": answer(b"broken", TEXT, status="500 Internal Server Error"),
    "503": answer(b"closed", TEXT, "Retry-After: 5", status="503 Service Unavailable"),
    "nothing": answer(b"", TEXT),
    "much": answer(bytes(300_000), TEXT),
    "chunks": CHUNKS,
    "two cookies": answer(b"x", TEXT, "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Max-Age=5"),
    "repeated fields": answer(b"x", TEXT, "X-A: 1", "X-B: 2", "X-A: 3", "Vary: Accept", "Vary: Cookie"),
    "an empty field": answer(b"x", TEXT, "X-Empty:"),
    "gzip": answer(gzip.compress(b"packed", mtime=0), TEXT, "Content-Encoding: gzip"),
    "what is called gzip and is not": answer(b"plain", TEXT, "Content-Encoding: gzip"),
    "its own date and server": answer(b"x", TEXT, f"Date: {OLD_DATE.decode()}", "Server: old/1.0"),
    "fields of the hop": answer(b"x", TEXT, "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5"),
    "UTF-8": answer(b"x", TEXT, "X-Name: café".encode()),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("raw", ANSWERS.values(), ids=ANSWERS.keys())
def test_both_pass_the_same_answer_on(both: Both, raw: bytes, method: str) -> None:
    both.peer.script = answering(lambda message: raw)
    (_, facade), (_, aiohttp) = both.opinions(request(method, "/x", body=b"" if method == "POST" else None))
    _agree(facade, aiohttp)


@pytest.mark.parametrize("raw", [OK, CHUNKS, ANSWERS["much"], ANSWERS["304"]], ids=["200", "chunks", "much", "304"])
def test_both_pass_the_same_head_on(both: Both, raw: bytes) -> None:
    both.peer.script = answering(lambda message: raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    (_, facade), (_, aiohttp) = both.opinions(request("HEAD", "/x"))
    _agree(facade, aiohttp)


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold", b"HTTP/1.1 200 OK\r\n\r\nuntil the close"]
)
def test_both_know_where_an_answer_ends_that_ends_with_its_connection(both: Both, raw: bytes) -> None:
    def closing(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(raw)

    both.peer.script = closing
    (_, facade), (_, aiohttp) = both.opinions(request("GET", "/x"))
    _agree(facade, aiohttp)
    assert facade.body == raw.partition(b"\r\n\r\n")[2]


# Where they differ, and aiohttp is wrong: should it ever be right, this list is out of date.


def test_latin_1_arrives_from_the_facade_alone(both: Both) -> None:
    both.peer.script = answering(lambda message: answer(b"x", TEXT, "X-Name: café"))
    (facade_asked, facade), (aiohttp_asked, aiohttp) = both.opinions(request("GET", "/x", "X-Name: café"))
    for right, wrong in ((facade_asked, aiohttp_asked), (facade, aiohttp)):
        assert dict(right.fields)["x-name"] == b"caf\xe9"
        assert dict(wrong.fields)["x-name"] == b"caf"


def test_early_hints_arrive_from_the_facade_alone(both: Both) -> None:
    both.peer.script = answering(lambda message: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)
    seen = [_asked(port, request("GET", "/x")) for port in (both.facade, both.aiohttp)]
    assert [[each.status for each in answered.interims] for answered in seen] == [[103], []]


def test_trailers_arrive_from_the_facade_alone(both: Both) -> None:
    both.peer.script = answering(lambda message: CHUNKS.removesuffix(b"\r\n") + b"X-Sum: 1\r\n\r\n")
    seen = [_asked(port, request("GET", "/x", "TE: trailers")) for port in (both.facade, both.aiohttp)]
    assert [answered.trailers for answered in seen] == [[(b"X-Sum", b"1")], []]


def _asked(port: int, raw: bytes) -> Message:
    with Client(port) as client:
        return client.ask(raw)


def _agree(facade: Seen, aiohttp: Seen) -> None:
    """The same, beside what aiohttp adds of itself."""
    present = {name for name, _ in facade.fields}
    passed = [(name, value) for name, value in aiohttp.fields if name in present or name not in ADDED_BY_AIOHTTP]
    assert (facade.start, facade.fields, facade.body) == (aiohttp.start, tuple(passed), aiohttp.body)
