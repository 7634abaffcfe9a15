"""A side's own error in the platform's one format: what stays of it, and what never does."""

from __future__ import annotations

import json

import pytest

from facade.proxy.translated import is_foreign, translated
from facade.wire.message import HTTP_1_1, ResponseHead, block, name


def head(status: int, *fields: tuple[bytes, bytes], reason: bytes = b"java.lang.Exception") -> ResponseHead:
    return ResponseHead(status, reason, HTTP_1_1, block(list(fields)))


@pytest.mark.parametrize("status", [200, 204, 301, 304, 399])
def test_what_is_no_error_is_not_foreign(status: int) -> None:
    assert not is_foreign(head(status, (b"Content-Type", b"text/html")))


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ((b"Content-Type", b"text/html"),),
        ((b"Content-Type", b"application/json"),),
        ((b"Content-Type", b"application/problem+jsonx"),),
        ((b"Content-Type", b"application/problem+json"), (b"Content-Type", b"text/html")),
    ],
)
def test_an_error_in_any_other_format_is_foreign(fields: tuple[tuple[bytes, bytes], ...]) -> None:
    assert is_foreign(head(404, *fields))


@pytest.mark.parametrize("said", [b"application/problem+json", b"Application/Problem+JSON ; charset=utf-8"])
def test_a_problem_is_the_platforms_format(said: bytes) -> None:
    assert not is_foreign(head(500, (b"Content-Type", said)))


@pytest.mark.parametrize(
    ("received", "status", "reason", "kind"),
    [
        (400, 400, b"Bad Request", "refused"),
        (404, 404, b"Not Found", "refused"),
        (499, 499, b"Bad Request", "refused"),
        (500, 500, b"Internal Server Error", "failed"),
        (599, 599, b"Internal Server Error", "failed"),
        (600, 502, b"Bad Gateway", "failed"),
        (999, 502, b"Bad Gateway", "failed"),
    ],
)
def test_the_status_stays_and_the_type_follows_from_its_class(
    received: int, status: int, reason: bytes, kind: str
) -> None:
    reply = translated(head(received), "abc", head_only=False)
    document = json.loads(reply.body.take())
    assert (reply.head.status, reply.head.reason) == (status, reason)
    assert document["type"] == f"urn:problem:{kind}"
    assert document["status"] == status
    assert document["instance"] == "urn:request:abc"
    assert reply.head.values(name("proxy-status")) == [b"facade; received-status=%d" % received]


def test_fields_by_which_a_caller_acts_stay_as_sent_and_no_other_does() -> None:
    kept = [
        (b"Retry-After", b"30"),
        (b"WWW-Authenticate", b'Basic realm="caf\xe9"'),
        (b"set-cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"RateLimit-Policy", b"10;w=1"),
    ]
    dropped = [
        (b"Content-Type", b"text/html"),
        (b"Content-Length", b"9"),
        (b"Content-Encoding", b"gzip"),
        (b"Transfer-Encoding", b"chunked"),
        (b"ETag", b'"1"'),
        (b"Server", b"Legacy/1.0"),
        (b"X-Exception", b"at a.b.C(C.java:1)"),
        (b"Retry-After-All", b"1"),
    ]
    reply = translated(head(503, *kept, *dropped), "", head_only=False)
    document = reply.body.take()
    own = [
        b"Content-Type: application/problem+json",
        b"Content-Length: %d" % len(document),
        b"Proxy-Status: facade; received-status=503",
    ]
    assert reply.head.lines() == [*(b"%b: %b" % field for field in kept), *own]


def test_an_answer_to_head_tells_the_length_of_what_it_leaves_out() -> None:
    whole, bodyless = (translated(head(404), "", head_only=head_only) for head_only in (False, True))
    assert bodyless.body.take() == b""
    assert bodyless.head.block == whole.head.block
