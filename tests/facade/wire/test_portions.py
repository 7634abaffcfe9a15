"""What is read in portions arrives as it was sent, and a connection reads in them only for a while."""

from __future__ import annotations

import asyncio

import pytest
from far_end import FarEnd
from network import Front, answering

from facade.wire.portions import LARGER, MOVES, PORTION, InPortions, Portions

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


class Heard(InPortions):
    """Notes what it gets."""

    def __init__(self) -> None:
        self.passed = 0
        self.pieces: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)


def test_a_portion_stays_as_it_was_when_the_next_is_read_over_it() -> None:
    heard = Heard()
    for said in (b"first", b"second"):
        buffer = heard.get_buffer(-1)
        buffer[: len(said)] = said
        heard.buffer_updated(len(said))
    assert heard.pieces == [b"first", b"second"]
    assert len(heard.get_buffer(-1)) == PORTION


def test_portions_are_larger_once_the_body_moves() -> None:
    heard = Heard()
    for _ in range(MOVES // PORTION):
        assert len(heard.get_buffer(-1)) == PORTION
        heard.buffer_updated(PORTION)
    assert len(heard.get_buffer(-1)) == LARGER
    heard.buffer_updated(LARGER)
    assert len(heard.pieces[-1]) == LARGER


@pytest.mark.parametrize(
    ("size", "first", "reads"),
    [(100, b"", False), (PORTION + 1, b"", True), (PORTION + 1, b"x", False), (10 * PORTION, b"x", True)],
)
async def test_a_body_that_is_larger_than_a_portion_is_read_in_portions_until_its_end(
    size: int, first: bytes, reads: bool
) -> None:
    client = Front(answering(OK)).client()
    client.sends(POST % size + first)
    assert isinstance(read_by(client), Portions) is reads
    client.sends(b"x" * (size - len(first)))
    assert read_by(client) is client.protocol


def read_by(client: FarEnd) -> asyncio.BaseProtocol:
    return client.near.reader
