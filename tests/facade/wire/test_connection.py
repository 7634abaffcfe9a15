"""What a client's connection and a target's have in common."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from far_end import HIGH_WATER, FarEnd, settle
from network import resting_wheel

from facade.wire.body import Body
from facade.wire.connection import BODY_IDLE, Connection
from facade.wire.framing import CHUNKED

MUCH = b"x" * (2 * HIGH_WATER)


class Plain(Connection, asyncio.Protocol):
    """A connection that notes when it is overdue."""

    late = 0

    def overdue(self) -> None:
        self.late += 1


def connected() -> tuple[Plain, FarEnd]:
    connection = Plain(resting_wheel())
    return connection, FarEnd(connection)


@pytest.mark.parametrize("how", ["ends", "resets"])
async def test_nothing_is_written_to_a_connection_that_is_closing_or_lost(how: str) -> None:
    connection, far = connected()
    getattr(far, how)()
    connection.write(b"late")
    await settle()
    assert far.gone
    connection.write(b"later")
    connection.write_body(b"latest")
    connection.end_body([])
    assert far.got == b""


async def test_a_body_goes_out_as_it_is_or_in_chunks() -> None:
    connection, far = connected()
    connection.begin_body(chunked=False)
    connection.write_body(b"plain")
    connection.end_body([])
    connection.begin_body(chunked=True)
    connection.write_body(b"x" * 26)
    connection.end_body([(b"Digest", b"y")])
    assert far.got == b"plain1a\r\n" + b"x" * 26 + b"\r\n0\r\nDigest: y\r\n\r\n"


async def test_whoever_feeds_a_full_connection_is_held_back_until_it_takes_bytes_again() -> None:
    connection, far = connected()
    source, _ = connected()
    body = Body(CHUNKED, source)
    far.stops_taking()
    connection.write(MUCH)
    assert connection.full
    connection.fed_by(body)
    assert not source._transport.is_reading()
    far.takes()
    assert not connection.full
    assert source._transport.is_reading()


async def test_draining_waits_until_bytes_are_taken() -> None:
    connection, far = connected()
    await connection.drained()
    far.stops_taking()
    connection.write(MUCH)
    draining = asyncio.ensure_future(connection.drained())
    await settle()
    assert not draining.done()
    far.takes()
    await draining


async def test_a_body_that_is_held_back_has_no_deadline_but_the_calls() -> None:
    connection, _ = connected()
    wheel = connection._deadlines
    connection.resume_reading()
    assert connection.due == wheel.now + BODY_IDLE
    connection.pause_reading()
    wheel.turn(wheel.now + 10 * BODY_IDLE)
    assert connection.late == 0
    connection.until = wheel.now + 5
    connection.resume_reading()
    connection.pause_reading()
    wheel.turn(wheel.now + 6)
    assert connection.late == 1


async def test_a_cut_connection_has_no_deadline_and_is_reset_where_that_is_asked() -> None:
    plain, far = connected()
    plain.resume_reading()
    plain.abort()
    assert repr(plain._deadlines) == "<Deadlines watched=0>"
    await settle()
    assert (far.cut, far.socket.options) == (True, [])
    hard, other = connected()
    hard.reset_when_closed()
    hard.abort()
    hard.reset_when_closed()
    assert other.socket.options == [(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))]


async def test_an_abandoned_body_cuts_its_source() -> None:
    connection, far = connected()
    Body(CHUNKED, connection).abandon()
    await settle()
    assert far.cut
