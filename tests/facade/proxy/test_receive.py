"""A head becomes a request of one host, one path and one sender, or it is refused."""

from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast

import pytest

from facade.problem import Problem, Refusal
from facade.proxy.receive import receive
from facade.routing.arrival import ends_here, host_name
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.exchange import Exchange
from facade.wire.limits import Forwarded
from facade.wire.message import EXPECT, HTTP_1_0, HTTP_1_1, MAX_FORWARDS, RequestHead

SIGNED = b"1.1 facade"

TRUST = Forwarded((ip_network("10.0.0.0/8"),))


def received(
    target: bytes = b"/",
    *lines: bytes,
    method: bytes = b"GET",
    minor: int = HTTP_1_1,
    peer: str = "192.0.2.1",
    secure: bool = False,
    certificate: bytes = b"",
    as_sent: bool = False,
    body: bytes = b"",
) -> Request:
    head = RequestHead(method, target, minor, b"".join(b"\r\n" + line for line in lines or (b"Host: a.example",)))
    connection = cast(Any, SimpleNamespace(peer=peer, secure=secure, certificate=certificate, draining=False))
    return receive(Exchange(connection, head, Body.whole(body)), TRUST, as_sent=as_sent)


def refused(target: bytes = b"/", *lines: bytes, **more: Any) -> Problem:
    with pytest.raises(Refusal) as refusal:
        received(target, *lines, **more)
    return refusal.value.problem


# Targets


def test_a_path_that_could_be_read_in_two_ways_has_no_normal_form_where_somebody_takes_it_as_sent() -> None:
    request = received(b"/titles/..%2fx?a", as_sent=True)
    assert (request.head.target, request.path, request.query) == (b"/titles/..%2fx?a", "", b"?a")


def test_a_request_keeps_its_target_and_knows_its_path_and_query() -> None:
    request = received(b"/titles/%7ex%2d?a=b?c&d=%20")
    assert request.head.target == b"/titles/%7ex%2d?a=b?c&d=%20"
    assert (request.path, request.query) == ("/titles/~x-", b"?a=b?c&d=%20")
    assert received(b"/x?").query == b"?"
    assert received(b"/x").query == b""


@pytest.mark.parametrize(
    ("target", "origin"),
    [
        (b"http://a.example/x?y", b"/x?y"),
        (b"HTTPS://A.Example/x", b"/x"),
        (b"http://a.example", b"/"),
        (b"http://a.example?y", b"/?y"),
        (b"http://a.example:80/x", b"/x"),
        (b"http://a.example:/x", b"/x"),
        (b"https://a.example:443/x", b"/x"),
    ],
)
def test_absolute_form_becomes_origin_form(target: bytes, origin: bytes) -> None:
    request = received(target)
    assert request.head.target == origin
    assert request.path == origin.partition(b"?")[0].decode()


@pytest.mark.parametrize(
    "target",
    [
        b"http://b.example/",
        b"http://a.example:8080/",
        b"http://a.example:443/",
        b"https://a.example:80/",
        b"http://a.example:0/",
        b"http://user@a.example/",
        b"http://a.example.evil/",
    ],
)
def test_absolute_form_that_names_another_host_is_refused(target: bytes) -> None:
    assert refused(target) is refusals.BAD_HOST


@pytest.mark.parametrize("lines", [(), (b"X: y",)])
@pytest.mark.parametrize("target", [b"http:///", b"http:///q", b"https://?q"])
def test_absolute_form_with_an_empty_host_is_refused(target: bytes, lines: tuple[bytes, ...]) -> None:
    assert refused(target, *lines, minor=HTTP_1_1 if not lines else HTTP_1_0) is refusals.BAD_HOST


def test_an_http_1_0_client_may_name_its_host_in_the_target_alone() -> None:
    request = received(b"http://a.example:8080/x", b"X: y", minor=HTTP_1_0)
    assert (request.head.target, request.sender.host) == (b"/x", b"a.example:8080")
    assert request.head.lines() == [b"Host: a.example:8080", b"X: y"]
    assert refused(b"http://a..example/", b"X: y", minor=HTTP_1_0) is refusals.BAD_HOST
    assert refused(b"http://user@a.example/", b"X: y", minor=HTTP_1_0) is refusals.BAD_HOST


@pytest.mark.parametrize(
    "target",
    [
        b"*",
        b"a.example:443",
        b"x",
        b"ftp://a.example/",
        b"?x",
        b"/a/../b",
        b"/a/%2e%2e/b",
        b"//a",
        b"/a//b",
        b"/a\\b",
        b"/a%2fb",
        b"/a%5cb",
        b"/a%252fb",
        b"/a%00b",
        b"/a%zzb",
        b"/%ff",
        b"http://a.example//x",
    ],
)
def test_a_target_that_could_be_read_in_two_ways_is_refused(target: bytes) -> None:
    assert refused(target) is refusals.BAD_TARGET


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE"])
def test_a_gateway_opens_no_tunnel_and_echoes_nothing(method: bytes) -> None:
    problem = refused(b"/", b"Host: a.example", b"Cookie: secret", method=method)
    assert (problem.status, problem.reason) == (405, "method")
    assert "GET" in problem.allow
    assert method.decode() not in problem.allow


# What is asked of the facade itself


def options(target: bytes, *lines: bytes) -> Request:
    return received(target, b"Host: a.example", *lines, method=b"OPTIONS")


@pytest.mark.parametrize("target", [b"*", b"http://a.example"])
def test_options_of_everything_end_here(target: bytes) -> None:
    request = options(target)
    assert (request.head.target, request.path, request.query) == (b"*", "*", b"")
    assert ends_here(request.head)


def test_options_that_may_go_no_further_end_here_and_others_may_go_one_hop_less() -> None:
    assert not ends_here(options(b"/x").head)
    assert ends_here(options(b"/x", b"Max-Forwards: 0").head)
    head = options(b"/x", b"max-forwards: 010", b"X: y").head
    assert not ends_here(head)
    assert head.lines() == [b"Host: a.example", b"Max-Forwards: 9", b"X: y"]
    assert head.get(MAX_FORWARDS) == b"9"


@pytest.mark.parametrize("value", [b"", b"-1", b"+1", b"one", b"1 0", b"1" * 5000, b"0\r\nMax-Forwards: 0"])
def test_a_number_of_hops_that_is_none_is_malformed(value: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        ends_here(options(b"/x", b"Max-Forwards: " + value).head)
    assert refusal.value.problem is refusals.MALFORMED


# Expectations


def uploaded(*lines: bytes, minor: int = HTTP_1_1) -> RequestHead:
    return received(b"/", b"Host: a", *lines, method=b"POST", minor=minor, body=b"hello").head


def test_an_expectation_goes_on_if_it_is_the_one_that_is_understood() -> None:
    assert uploaded(b"Expect: 100-Continue").get(EXPECT) == b"100-Continue"


@pytest.mark.parametrize("value", [b"", b"200-ok", b"100-continue, x", b"100-continue\r\nExpect: 100-continue"])
def test_any_other_expectation_fails_where_there_is_a_body_to_send(value: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        uploaded(b"Expect: " + value)
    assert refusal.value.problem is refusals.EXPECTATION
    assert received(b"/", b"Host: a", b"Expect: " + value).head.has(EXPECT)


def test_an_http_1_0_client_expects_nothing() -> None:
    assert uploaded(b"expect: whatever", b"X: y", minor=HTTP_1_0).lines() == [b"Host: a", b"X: y"]


# Hosts


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"a.example", "a.example"),
        (b"A.Example:8080", "a.example"),
        (b"a.example:", "a.example"),
        (b"127.0.0.1:80", "127.0.0.1"),
        (b"[::1]:80", "[::1]"),
        (b"[2001:DB8::1]", "[2001:db8::1]"),
        (b"a_b-c~", "a_b-c~"),
        (b"a.example.", "a.example"),
        (b"A.example.:80", "a.example"),
    ],
)
def test_a_host_is_known_by_its_name_without_its_port(host: bytes, name: str) -> None:
    request = received(b"/", b"Host: " + host)
    assert request.sender.host == host
    assert host_name(host) == name


@pytest.mark.parametrize(
    "lines",
    [
        [b"X: y"],
        [b"Host:"],
        [b"Host: a", b"Host: a"],
        [b"Host: a", b"Host: b"],
        [b"Host: a", b"HOST:"],
        [b"Host: a b"],
        [b"Host: a/b"],
        [b"Host: user@a"],
        [b"Host: a#b"],
        [b"Host: a?b"],
        [b"Host: a\\b"],
        [b"Host: a:b:c"],
        [b"Host: a:80a"],
        [b"Host: a:123456"],
        [b"Host: [::1"],
        [b"Host: ::1"],
        [b"Host: %zz"],
        [b"Host: \xe9"],
        [b'Host: "a"'],
        [b"Host: <a>"],
        [b"Host: " + b"a" * 260],
    ],
)
def test_a_request_needs_exactly_one_valid_host(lines: list[bytes]) -> None:
    assert refused(b"/", *lines) is refusals.BAD_HOST


def test_a_host_may_be_as_long_as_a_name_and_a_port() -> None:
    assert received(b"/", b"Host: " + b"a" * 253 + b":65535").sender.host.endswith(b":65535")


def test_an_http_1_0_client_may_have_no_host_but_not_two() -> None:
    assert received(b"/", b"X: y", minor=HTTP_1_0).sender.host == b""
    assert host_name(b"") == ""
    assert refused(b"/", b"Host: a", b"Host: a", minor=HTTP_1_0) is refusals.BAD_HOST
    assert refused(b"/", b"Host: a b", minor=HTTP_1_0) is refusals.BAD_HOST


# Senders


@pytest.mark.parametrize(("peer", "secure"), [("192.0.2.1", False), ("10.1.2.3", True), ("2001:db8::1", True)])
def test_a_sender_is_the_socket_and_whether_it_is_trusted(peer: str, secure: bool) -> None:
    sender = received(peer=peer, secure=secure).sender
    assert (sender.address, sender.secure, sender.trusted) == (peer, secure, peer == "10.1.2.3")


def test_a_request_that_goes_round_in_a_circle_is_stopped() -> None:
    host, via = b"Host: a", b"Via: " + SIGNED
    assert received(b"/", host, via, via, b"Via: 1.1 other").head.has
    assert refused(b"/", host, via, b"VIA: 1.1 x, " + SIGNED, via, via) is refusals.LOOP


def test_a_request_shows_neither_its_path_nor_its_fields() -> None:
    shown = repr(received(b"/secret?secret", b"Host: a", b"Cookie: secret"))
    assert shown == "<Request <RequestHead GET fields=2> until=0.000>"


CERTIFICATE = b"\r\nClient-Cert: :b3Vycw==:"
FORGED = (b"Host: a.example", b"Client-Cert: :Zm9yZ2Vk:", b"x_client_cert_san: DNS:forged", b"X-Client: kept")


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.1.2.3"])
def test_whoever_asks_is_known_by_the_certificate_that_was_shown_and_by_no_other(peer: str) -> None:
    fields = received(b"/", *FORGED, peer=peer, secure=True, certificate=CERTIFICATE).head.fields()
    assert fields == [(b"Host", b"a.example"), (b"X-Client", b"kept"), (b"Client-Cert", b":b3Vycw==:")]


def test_without_a_certificate_only_a_trusted_peers_word_for_one_is_believed() -> None:
    stranger = received(b"/", *FORGED, peer="192.0.2.1").head.fields()
    assert stranger == [(b"Host", b"a.example"), (b"X-Client", b"kept")]
    peer = received(b"/", *FORGED, peer="10.1.2.3").head.fields()
    assert peer == [(b"Host", b"a.example"), (b"Client-Cert", b":Zm9yZ2Vk:"), (b"X-Client", b"kept")]
