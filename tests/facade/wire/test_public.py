"""Where the caller of a request thinks it is."""

from __future__ import annotations

import pytest

from facade.wire.headers import Sender
from facade.wire.message import HTTP_1_1, Field, RequestHead, block
from facade.wire.public import Origin, public_origin


def seen(
    *fields: Field, host: bytes = b"platform.example", secure: bool = False, trusted: bool = True
) -> Origin | None:
    head = RequestHead(b"GET", b"/", HTTP_1_1, block([(b"Host", host), *fields]))
    return public_origin(head, Sender("192.0.2.1", secure=secure, host=host, trusted=trusted))


PROTO, HOST = b"X-Forwarded-Proto", b"x-forwarded-host"
TOLD = ((PROTO, b"https"), (HOST, b"www.example:8443"))


def test_it_is_the_host_that_was_asked_by_the_way_it_was_asked() -> None:
    assert seen() == Origin(b"http", b"platform.example", b"platform.example")
    assert seen(secure=True, host=b"[::1]:8443") == Origin(b"https", b"[::1]:8443", b"[::1]")


def test_a_trusted_peer_says_where_its_own_caller_is() -> None:
    assert seen(*TOLD) == Origin(b"https", b"www.example:8443", b"www.example")
    assert seen((PROTO, b"HTTP"), secure=True) == Origin(b"http", b"platform.example", b"platform.example")


def test_a_strangers_word_counts_for_nothing() -> None:
    assert seen(*TOLD, trusted=False) == seen()


def test_of_several_the_last_is_the_trusted_peers_own() -> None:
    assert seen((HOST, b"evil.example, "), (HOST, b"evil.example ,www.example")) == seen((HOST, b"www.example"))


@pytest.mark.parametrize("proto", [b"", b"gopher", b"https,", b"https; a"])
def test_a_scheme_that_is_none_is_not_believed(proto: bytes) -> None:
    assert seen((PROTO, proto)) == seen()


@pytest.mark.parametrize("host", [b"", b"a:", b"a b", b"a;b", b"a'b", b'a"b', b"a,b", b"a/b", b"a>", b"u@a", b"a%20b"])
def test_a_host_that_would_mean_something_else_in_a_field_is_none(host: bytes) -> None:
    assert seen(host=host, trusted=False) is None
    if host and b"," not in host:
        assert seen((HOST, host)) is None
