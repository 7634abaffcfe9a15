"""What a gateway changes in a message's fields, and that it changes nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.wire.headers import (
    Sender,
    client_address,
    interim_bytes,
    passes,
    request_bytes,
    response_bytes,
    switch_bytes,
)
from facade.wire.message import HTTP_1_0, HTTP_1_1, Field, RequestHead, ResponseHead, block

SIGNED = b"1.1 facade"

OWN = [
    (b"X-Forwarded-For", b"192.0.2.1"),
    (b"X-Forwarded-Proto", b"http"),
    (b"X-Forwarded-Host", b"platform.example"),
    (b"Forwarded", b"for=192.0.2.1;host=platform.example;proto=http"),
    (b"Via", SIGNED),
]
FORWARDING = [
    *("X-Forwarded", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Server", "X-Forwarded-Of-Our-Own"),
    *("True-Client-IP", "X-Cluster-Client-IP", "X-Client-IP", "Client-IP", "CF-Connecting-IP", "Front-End-Https"),
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Real-IP",
    "Forwarded",
]
HOP_BY_HOP = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"]
PROTECTED = [
    *("Host", "Via", "Content-Length", "Content-Type", "Content-Encoding", "Cookie", "Authorization", "Date", "Expect"),
    *("Set-Cookie", "Location", "Cache-Control", "X-Request-Id", "traceparent", "tracestate", *FORWARDING),
]


def sender(
    address: str = "192.0.2.1", *, secure: bool = False, host: bytes = b"platform.example", trusted: bool = False
) -> Sender:
    return Sender(address, secure=secure, host=host, trusted=trusted)


def request(*fields: Field, minor: int = HTTP_1_1) -> RequestHead:
    return RequestHead(b"GET", b"/a?b", minor, block(list(fields)))


def read(sent: bytes) -> tuple[bytes, list[Field]]:
    """The start line and the fields of a head that was written."""
    assert sent.endswith(b"\r\n\r\n")
    start, *lines = sent[:-4].split(b"\r\n")
    return start, [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]


def passed(*fields: Field, by: Sender | None = None, host: bytes | None = None) -> list[Field]:
    """The fields that a target gets of a request with these, the facade's own included."""
    return read(request_bytes(request(*fields), b"/a?b", host, by or sender(), None, chunked=False))[1]


def answered(*fields: Field, chunked: bool = False, http_1_1: bool = True, close: bool = False) -> list[Field]:
    head = ResponseHead(200, b"OK", HTTP_1_1, block(list(fields)))
    return read(response_bytes(head, None, chunked=chunked, http_1_1=http_1_1, close=close))[1]


# Requests


def test_a_request_passes_with_its_target_and_the_facades_own_fields() -> None:
    sent = request_bytes(request((b"Host", b"a")), b"/%41?x=%20", None, sender(), None, chunked=False)
    start, fields = read(sent)
    assert start == b"GET /%41?x=%20 HTTP/1.1"
    assert fields == [(b"Host", b"a"), *OWN]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"Accept", b"x-Y", b"X-y", b"Cookie", b"X_Y", b"Hosts", b"X-Host", b"TEA"]),
            st.sampled_from([b"", b"a", b"\xe9\xff", b'a, b;c="d"', b"host: x", b"keep-alive"]),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_all_other_fields_pass_as_they_came(fields: list[Field], trusted: bool) -> None:
    assert passed(*fields, by=sender(trusted=trusted)) == [*fields, *OWN]


@pytest.mark.parametrize("name", HOP_BY_HOP)
@pytest.mark.parametrize("trusted", [False, True])
def test_a_hop_by_hop_field_ends_here_however_it_is_spelt(name: str, trusted: bool) -> None:
    for spelling in (name, name.lower(), name.upper()):
        field = (spelling.encode(), b"x")
        assert passed((b"A", b"1"), field, (b"B", b"2"), field, by=sender(trusted=trusted)) == [
            (b"A", b"1"),
            (b"B", b"2"),
            *OWN,
        ]


@pytest.mark.parametrize("trusted", [False, True])
def test_a_twin_of_framing_is_dropped_and_of_other_hop_by_hop_fields_it_is_none(trusted: bool) -> None:
    framing = [(b"Transfer_Encoding", b"chunked"), (b"content_length", b"7")]
    other = [(b"Keep_Alive", b"x"), (b"Proxy_Connection", b"x")]
    assert passed(*framing, *other, by=sender(trusted=trusted)) == [*other, *OWN]


def test_fields_that_connection_names_end_here_with_it() -> None:
    fields = [
        (b"X-Hop", b"1"),
        (b"Connection", b"close, X-HOP ,"),
        (b"x-hop", b"2"),
        (b"X-Hop-Two", b"3"),
        (b"A", b"4"),
    ]
    assert passed(*fields, (b"connection", b"a")) == [(b"X-Hop-Two", b"3"), *OWN]


@pytest.mark.parametrize("name", PROTECTED)
@pytest.mark.parametrize("trusted", [False, True])
def test_connection_cannot_take_away_what_others_stand_on(name: str, trusted: bool) -> None:
    field = (name.encode(), b"x")
    by = sender(trusted=trusted)
    assert passed((b"Connection", name.encode()), field, by=by) == passed(field, by=by)
    assert passed((b"Connection", name.encode()), by=by) == passed(by=by)


@pytest.mark.parametrize("name", FORWARDING)
def test_what_a_stranger_says_of_the_client_is_replaced(name: str) -> None:
    for spelling in (name, name.lower(), name.replace("-", "_"), name.replace("-", "_", 1)):
        assert passed((spelling.encode(), b"203.0.113.9"), (spelling.encode(), b"x")) == OWN


@pytest.mark.parametrize("name", [name for name in FORWARDING if "-" in name])
def test_of_what_a_trusted_peer_says_the_twins_are_dropped(name: str) -> None:
    for spelling in (name.replace("-", "_"), name.replace("-", "_", 1), "_".join(name.rsplit("-", 1)).upper()):
        assert passed((spelling.encode(), b"x"), by=sender(trusted=True)) == OWN
    assert passed((b"X-Forwardedness", b"x"), (b"Client-IPs", b"y"), by=sender())[:2] == [
        (b"X-Forwardedness", b"x"),
        (b"Client-IPs", b"y"),
    ]


def test_what_a_trusted_peer_says_of_the_client_stands_and_ours_goes_behind_it() -> None:
    said = [
        (b"X-Forwarded-For", b"203.0.113.9"),
        (b"X-Forwarded-Proto", b"https"),
        (b"X-Forwarded-Host", b"outside.example"),
        (b"X-Forwarded-Port", b"443"),
        (b"X-Real-IP", b"203.0.113.9"),
        (b"Forwarded", b"for=203.0.113.9"),
        (b"Via", b"1.1 front"),
    ]
    assert passed(*said, by=sender(trusted=True)) == [*said, OWN[0], OWN[3], OWN[4]]


@pytest.mark.parametrize(
    ("line", "stands"),
    [
        ('for="192.0.2.9', False),
        ('for=192.0.2.9;host="a\\"', False),
        ('for=a", for=b', False),
        ("for=192.0.2.9 by=x", False),
        ('for="[2001:db8::1]:47";proto=https;by=_x, for=unknown', True),
        ("For=2001:db8::1; proto=http", True),
        ('for=a;host="b, c\\"d",, for=e', True),
        ("", True),
    ],
)
def test_what_a_trusted_peer_leaves_open_cannot_swallow_what_we_say(line: str, stands: bool) -> None:
    trusted = sender(trusted=True)
    sent = [(b"Forwarded", b"for=first"), (b"A", b"b"), (b"Forwarded", line.encode())]
    after = [value for name, value in passed(*sent, by=trusted) if name == b"Forwarded"]
    assert after[:-1] == ([b"for=first", line.encode()] if stands else [])
    assert after[-1].startswith(b"for=192.0.2.1;")
    assert (b"A", b"b") in passed(*sent, by=trusted)


@pytest.mark.parametrize(
    "name", ["X_Forwarded_For", "X-Forwarded_For", "x_forwarded-for", "X_Real_IP", "x_forwarded_host"]
)
def test_underscore_twins_of_forwarding_fields_are_nobodys(name: str) -> None:
    for trusted in (False, True):
        assert passed((name.encode(), b"x"), by=sender(trusted=trusted)) == OWN


def test_underscore_twins_of_framing_fields_do_not_pass() -> None:
    twins = [(b"Content_Length", b"5"), (b"TRANSFER_ENCODING", b"chunked")]
    for trusted in (False, True):
        assert passed((b"Content-Length", b"7"), *twins, by=sender(trusted=trusted)) == [
            (b"Content-Length", b"7"),
            *OWN,
        ]


@pytest.mark.parametrize(
    ("by", "element", "address"),
    [
        (sender("2001:db8::1"), b'for="[2001:db8::1]";host=platform.example;proto=http', b"2001:db8::1"),
        (sender(host=b"a:8080"), b'for=192.0.2.1;host="a:8080";proto=http', b"192.0.2.1"),
        (sender(host=b"[::1]:80"), b'for=192.0.2.1;host="[::1]:80";proto=http', b"192.0.2.1"),
        (sender(secure=True), b"for=192.0.2.1;host=platform.example;proto=https", b"192.0.2.1"),
        (sender(""), b"for=unknown;host=platform.example;proto=http", b""),
    ],
)
def test_the_sender_is_named_as_rfc_7239_writes_it(by: Sender, element: bytes, address: bytes) -> None:
    named = dict(passed(by=by))
    assert named[b"Forwarded"] == element
    assert named[b"X-Forwarded-For"] == address
    assert named[b"X-Forwarded-Proto"] == (b"https" if by.secure else b"http")
    assert named[b"X-Forwarded-Host"] == by.host


def test_host_is_kept_where_it_stands_or_replaced_at_the_top() -> None:
    fields = [(b"A", b"1"), (b"HOST", b"caller"), (b"B", b"2")]
    assert passed(*fields)[:3] == fields
    assert passed(*fields, host=b"silo:81")[:3] == [(b"Host", b"silo:81"), (b"A", b"1"), (b"B", b"2")]
    assert passed(host=b"silo")[0] == (b"Host", b"silo")


def test_a_trace_is_passed_on_or_replaced_with_the_state_that_belongs_to_it() -> None:
    sent = [(b"Traceparent", b"00-a"), (b"tracestate", b"b"), (b"A", b"1")]
    assert passed(*sent)[:3] == sent
    made = request_bytes(request(*sent), b"/", None, sender(), b"00-made", chunked=False)
    assert read(made)[1] == [(b"A", b"1"), (b"traceparent", b"00-made"), *OWN]


def test_chunks_are_announced_by_whoever_sends_them() -> None:
    sent = request_bytes(request((b"transfer-encoding", b"Chunked")), b"/", None, sender(), None, chunked=True)
    assert read(sent)[1] == [(b"Transfer-Encoding", b"chunked"), *OWN]


def test_an_http_1_0_request_goes_on_as_http_1_1() -> None:
    sent = request_bytes(request(minor=HTTP_1_0), b"/", b"silo", sender(), None, chunked=False)
    assert sent.startswith(b"GET / HTTP/1.1\r\nHost: silo\r\n")


@pytest.mark.parametrize("trusted", [False, True])
def test_a_client_that_names_no_host_is_passed_on_without_one(trusted: bool) -> None:
    fields = dict(passed(by=sender(host=b"", trusted=trusted)))
    assert b"X-Forwarded-Host" not in fields
    assert fields[b"Forwarded"] == b"for=192.0.2.1;proto=http"


def test_every_sender_has_lines_of_its_own() -> None:
    assert dict(passed(by=sender("192.0.2.2")))[b"X-Forwarded-For"] == b"192.0.2.2"
    assert "platform.example" not in repr(sender())


# Answers


def test_an_answer_passes_as_it_came_with_its_status_and_reason() -> None:
    fields = [
        (b"Set-Cookie", b"a=1"),
        (b"set-cookie", b"b=\xe9"),
        (b"X", b""),
        (b"Content-Length", b"0"),
        (b"Via", b"1.0 x"),
    ]
    head = ResponseHead(299, b"Sort \xe9f", HTTP_1_0, block(fields))
    start, sent = read(response_bytes(head, None, chunked=False, http_1_1=True, close=False))
    assert start == b"HTTP/1.1 299 Sort \xe9f"
    assert sent == fields


@pytest.mark.parametrize("name", HOP_BY_HOP)
def test_hop_by_hop_fields_of_an_answer_end_here(name: str) -> None:
    assert answered((b"A", b"1"), (name.encode(), b"x"), (name.lower().encode(), b"y")) == [(b"A", b"1")]


def test_fields_that_an_answers_connection_names_end_here_but_cookies_and_lengths_do_not() -> None:
    fields = [(b"Connection", b"X-Hop, Set-Cookie, Content-Length, Location"), (b"X-Hop", b"1")]
    kept = [(b"Set-Cookie", b"a"), (b"Content-Length", b"0"), (b"Location", b"/")]
    assert answered(*fields, *kept) == kept


@pytest.mark.parametrize("status", [103, 204])
def test_what_never_has_content_has_no_length(status: int) -> None:
    head = ResponseHead(status, b"X", HTTP_1_1, block([(b"Content-Length", b"5"), (b"A", b"1")]))
    assert read(response_bytes(head, None, chunked=False, http_1_1=True, close=False))[1] == [(b"A", b"1")]


def test_the_length_of_what_a_304_would_have_brought_stays() -> None:
    head = ResponseHead(304, b"X", HTTP_1_1, block([(b"Content-Length", b"5")]))
    sent = read(response_bytes(head, None, chunked=False, http_1_1=True, close=False))[1]
    assert sent == [(b"Content-Length", b"5")]


def test_a_date_goes_behind_the_fields_that_came() -> None:
    head = ResponseHead(200, b"OK", HTTP_1_1, block([(b"A", b"1")]))
    sent = read(response_bytes(head, b"now", chunked=False, http_1_1=True, close=False))[1]
    assert sent == [(b"A", b"1"), (b"Date", b"now")]


def test_an_answer_says_how_it_is_framed_and_whether_the_connection_ends() -> None:
    assert answered(chunked=True) == [(b"Transfer-Encoding", b"chunked")]
    assert answered(close=True) == [(b"Connection", b"close")]
    assert answered(http_1_1=False) == [(b"Connection", b"keep-alive")]
    assert answered(http_1_1=False, close=True) == [(b"Connection", b"close")]
    assert answered((b"Connection", b"close"), (b"Transfer-Encoding", b"chunked")) == []


TOLD = b'\r\nDeprecation: @1\r\nSunset: Wed, 31 Mar 2027 00:00:00 GMT\r\nLink: </b>; rel="successor-version"'


def test_what_the_operator_says_of_an_end_takes_the_place_of_what_a_target_says() -> None:
    theirs = [(b"SUNSET", b"x"), (b"A", b"1"), (b"deprecation", b"@2"), (b"sunset", b"y"), (b"Link", b"</a>; rel=a")]
    head = ResponseHead(200, b"OK", HTTP_1_1, block(theirs))
    sent = read(response_bytes(head, None, chunked=False, http_1_1=True, close=True, told=TOLD))[1]
    assert sent == [
        (b"A", b"1"),
        (b"Link", b"</a>; rel=a"),
        (b"Deprecation", b"@1"),
        (b"Sunset", b"Wed, 31 Mar 2027 00:00:00 GMT"),
        (b"Link", b'</b>; rel="successor-version"'),
        (b"Connection", b"close"),
    ]


def test_what_the_operator_does_not_say_a_target_may() -> None:
    head = ResponseHead(
        101,
        b"Switching Protocols",
        HTTP_1_1,
        block([(b"Connection", b"Upgrade"), (b"Upgrade", b"x"), (b"Sunset", b"y")]),
    )
    told = b"\r\nDeprecation: @1"
    assert read(switch_bytes(head, told))[1] == [
        (b"Sunset", b"y"),
        (b"Deprecation", b"@1"),
        (b"Connection", b"Upgrade"),
        (b"Upgrade", b"x"),
    ]


def test_an_interim_answer_passes_without_its_hop_by_hop_fields() -> None:
    head = ResponseHead(103, b"Early Hints", HTTP_1_1, block([(b"Link", b"</a>"), (b"Connection", b"x")]))
    assert interim_bytes(head) == b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


# Reading


def test_the_client_of_a_trusted_peer_is_the_last_it_names() -> None:
    assert client_address(request(), "192.0.2.1") == "192.0.2.1"
    named = request((b"X-Forwarded-For", b"203.0.113.1, 203.0.113.2"), (b"x-forwarded-for", b"2001:DB8::3"))
    assert client_address(named, "192.0.2.1") == "2001:db8::3"


def test_passes_are_counted_over_every_via() -> None:
    assert passes(request()) == 0
    assert passes(request((b"Via", b"1.1 front"))) == 0
    assert passes(request((b"Via", SIGNED + b", 1.1 front," + SIGNED), (b"VIA", SIGNED))) == 3
