"""What is said of a call and what is done with it are two readings of one thing, held against each other here."""

from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from facade.control.asked import NOBODY, Asked, Call, Unsendable, message, received
from facade.problem import Refusal
from facade.proxy.receive import receive
from facade.routing.arrival import host_name
from facade.targets.request import Request
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.framing import request_framing
from facade.wire.limits import Forwarded, Limits
from facade.wire.reader import RequestReader

LIMITS = Limits(header_bytes=400, headers=6, url_bytes=60, body=1000)
TRUST = Forwarded((ip_network("10.0.0.0/8"),))


def really(asked: Asked, *, as_sent: bool) -> Request:
    """What the data plane makes of the same bytes."""
    read = RequestReader(LIMITS).feed(message(asked))
    assert read is not None
    head, rest = read
    assert rest == b""
    body = Body(request_framing(head), cast(Any, None))
    connection = cast(Any, SimpleNamespace(peer=asked.address, secure=False, certificate=b"", draining=False))
    return receive(Exchange(connection, head, body), TRUST, as_sent=as_sent)


def ended(receive: Any, asked: Asked, *, as_sent: bool) -> tuple[object, ...]:
    try:
        call = receive(asked, as_sent=as_sent)
    except Refusal as refusal:
        return refusal.problem.status, refusal.problem.reason
    sender, head = call.sender, call.head
    return call.path, head.target, sender.host, sender.trusted, sender.address, head.lines()


def here(asked: Asked, *, as_sent: bool = False) -> Call:
    return received(asked, LIMITS, TRUST, as_sent=as_sent)


METHODS = some.just("GET") | some.sampled_from(
    ["GET", "POST", "OPTIONS", "CONNECT", "TRACE", "BREW", "get", "", "G T", "GET/"]
)
PIECES = [
    "/",
    "titles",
    "..",
    "%2f",
    "%2e",
    "//",
    ";x",
    "?q=1",
    "#",
    "*",
    " ",
    "http://",
    "a.example",
    ":80",
    "@",
    "\u00e9",
]
URLS = some.just("/titles/1") | some.lists(some.sampled_from(PIECES), max_size=6).map("".join)
FIELDS = some.sampled_from(
    [
        ("Host", "a.example"),
        ("Host", "a b"),
        ("Cookie", "session=1"),
        ("Via", "1.1 facade, 1.1 facade, 1.1 facade, 1.1 facade"),
        ("Expect", "100-continue"),
        ("Expect", "x"),
        ("Content-Length", "5"),
        ("Content-Length", "x"),
        ("Transfer-Encoding", "chunked"),
        ("Max-Forwards", "0"),
        ("X-Client-Cert-Subject", "CN=forged"),
        ("Client_Cert", ":Zm9yZ2Vk:"),
        ("bad name", "x"),
        ("X", "y" * 200),
    ]
)
ADDRESSES = some.sampled_from(["127.0.0.1", "10.0.0.1", "2001:db8::1"])


@given(METHODS, URLS, some.lists(FIELDS, max_size=5).map(tuple), ADDRESSES, some.booleans())
@example("GET", "/titles/1", (("Host", "a b"),), "127.0.0.1", False)
@example("GET", "/titles/1", (("Via", "1.1 facade, 1.1 facade, 1.1 facade, 1.1 facade"),), "127.0.0.1", False)
@example("POST", "/titles/1", (("Expect", "x"), ("Content-Length", "5")), "127.0.0.1", False)
@example("GET", "/titles/1", (("X-Client-Cert-Subject", "CN=forged"),), "10.0.0.1", False)
@example("GET", "/titles/1", (("X-Client-Cert-Subject", "CN=forged"),), "127.0.0.1", False)
@example("GET", "/titles/..%2f", (), "127.0.0.1", True)
def test_a_call_is_received_or_refused_as_the_data_plane_would(method: str, url: str, headers, address, as_sent: bool):
    asked = Asked(method, url, headers, address)
    assert ended(here, asked, as_sent=as_sent) == ended(really, asked, as_sent=as_sent)


def test_a_body_that_is_too_long_is_refused_as_the_wire_does():
    with pytest.raises(Refusal) as refusal:
        here(Asked("POST", "/", (("Content-Length", "1001"),)))
    assert refusal.value.problem.reason == "body_size"


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("/titles/1?a=/b", NOBODY, "/titles/1"),
        ("http://API.example:8080/titles/1?x", "api.example", "/titles/1"),
        ("https://[::1]:80/a", "[::1]", "/a"),
        ("http://api.example?a=b", "api.example", "/"),
        ("http://api.example", "api.example", "/"),
    ],
)
def test_a_url_is_taken_apart_as_a_request_is(url: str, host: str, path: str):
    call = here(Asked("GET", url))
    assert (call.host, call.path) == (host, path)
    assert call.host == host_name(call.sender.host)


def test_a_host_that_is_given_is_the_only_one():
    assert here(Asked("GET", "/", (("hOST", "a.example"),))).host == "a.example"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_line_that_ends_early_is_no_line(end: str):
    for asked in (
        Asked(f"GET{end}", "/"),
        Asked("GET", f"/{end}X: y"),
        Asked("GET", "/", ((f"X{end}Y", "z"),)),
        Asked("GET", "/", (("X", f"y{end}{end}GET / HTTP/1.1"),)),
    ):
        with pytest.raises(Unsendable):
            message(asked)


def test_bytes_that_are_no_text_are_asked_about_as_they_are():
    assert message(Asked("GET", "/\udcff")).startswith(b"GET /\xff HTTP/1.1\r\n")
