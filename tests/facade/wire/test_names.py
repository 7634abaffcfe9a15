"""Which fields a caller may have taken away, and which may come when all has been decided."""

from __future__ import annotations

import pytest

from facade.wire.names import FORWARDING, HOP_BY_HOP, TRACE, may_trail, outlasts, outlasts_caller


@pytest.mark.parametrize("name", [b"x-hop", b"x-hop-two", b"foo", b"hosts", b"keep-alive", b"te"])
def test_a_field_that_nothing_is_known_of_is_for_this_hop_if_its_sender_says_so(name: bytes) -> None:
    assert not outlasts_caller(name)


@pytest.mark.parametrize(
    "name",
    [
        *(name.encode() for name in sorted(FORWARDING | TRACE)),
        *(
            b"host",
            b"cookie",
            b"authorization",
            b"content-length",
            b"cache-control",
            b"via",
            b"if-match",
            b"soapaction",
        ),
        *(b"x-auth-user", b"x-user", b"user", b"x-remote-user", b"remote-addr-ip", b"x-authenticated-userid"),
        *(
            b"x-tenant-id",
            b"x-client-cert",
            b"x-ssl-verify",
            b"x-api-key",
            b"x-csrf-token",
            b"x-groups",
            b"x-b3-spanid",
        ),
        *(b"x_auth_user", b"x_forwarded_for", b"x-forwarded-prefix", b"x-original-url", b"x-http-method-override"),
    ],
)
def test_a_field_that_says_who_calls_from_where_or_for_what_is_for_the_end_of_the_way(name: bytes) -> None:
    assert outlasts_caller(name)


@pytest.mark.parametrize("name", [b"set-cookie", b"etag", b"cache_control", b"www-authenticate", b"x-request-id"])
def test_an_answers_field_of_https_own_stays_whatever_its_sender_says(name: bytes) -> None:
    assert outlasts(name)


@pytest.mark.parametrize("name", [b"x-hop", b"x-silo-session", b"x-user-cache"])
def test_any_other_field_of_an_answer_goes_if_its_sender_says_so(name: bytes) -> None:
    assert not outlasts(name)


@pytest.mark.parametrize(
    "name", [b"X-Checksum", b"Server-Timing", b"ETag", b"Content-Digest", b"Signature", b"grpc-status"]
)
def test_a_trailer_that_sums_up_may_pass(name: bytes) -> None:
    assert may_trail(name)


@pytest.mark.parametrize(
    "name",
    [
        *(name.encode().upper() for name in sorted(FORWARDING | TRACE | HOP_BY_HOP)),
        *(b"Host", b"Cookie", b"Set-Cookie", b"Content-Length", b"Content_Length", b"Trailer", b"Range", b"Expect"),
        *(b"X-Auth-User", b"X_AUTH_USER", b"X-HTTP-Method-Override", b"Location", b"Max-Forwards", b"If-None-Match"),
    ],
)
def test_a_trailer_that_would_have_been_part_of_a_decision_may_not(name: bytes) -> None:
    assert not may_trail(name)
