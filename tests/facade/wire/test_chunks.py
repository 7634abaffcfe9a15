"""A body put into chunks again."""

from __future__ import annotations

import pytest

from facade.wire.chunks import last_chunk


def test_the_last_chunk_ends_the_body() -> None:
    assert last_chunk([]) == b"0\r\n\r\n"


def test_trailers_stand_behind_the_last_chunk_in_order_with_case_and_bytes_kept() -> None:
    assert last_chunk([(b"Digest", b"a"), (b"x", b""), (b"Digest", b"\xe9")]) == (
        b"0\r\nDigest: a\r\nx: \r\nDigest: \xe9\r\n\r\n"
    )


@pytest.mark.parametrize(
    "name",
    [b"Host", b"AUTHORIZATION", b"Cookie", b"X-Forwarded-For", b"Content-Length", b"Transfer-Encoding", b"Set-Cookie"],
)
def test_a_field_that_means_something_before_the_body_does_not_travel_behind_it(name: bytes) -> None:
    assert last_chunk([(name, b"x"), (b"Kept", b"y")]) == b"0\r\nKept: y\r\n\r\n"
