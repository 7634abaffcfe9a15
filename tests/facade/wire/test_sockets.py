"""Questions to the system about a socket, and the filter that lets nobody new in."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, cast

import pytest
from far_end import FakeSocket

from facade.wire import sockets

FIN, SYN, ACK = 0x01, 0x02, 0x10


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"socket": FakeSocket()})


@pytest.mark.parametrize("count", [sockets.unread, sockets.unsent])
def test_a_socket_that_is_closed_holds_nothing(count: Any):
    assert count(Transport()) == 0


def passes(flags: int) -> bool:
    """Run the filter's program over a TCP header with these flags, by the letter of linux/filter.h."""
    packet = bytes(13) + bytes([flags]) + bytes(6)
    program = [struct.unpack_from("HBBI", sockets._NO_NEWCOMERS, at) for at in range(0, 40, 8)]
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        match code:
            case 0x30:  # load a byte
                accumulator = packet[value]
            case 0x54:  # and
                accumulator &= value
            case 0x15:  # jump if equal
                at += if_true if accumulator == value else if_false
            case 0x06:  # return
                return value != 0
            case _:
                pytest.fail(f"unknown step {code:#x}")


def test_only_the_packet_that_opens_a_connection_is_dropped():
    assert not passes(SYN)
    assert not passes(SYN | 0xC0)  # with congestion notification (RFC 3168 section 6.1.1)
    assert all(passes(flags) for flags in (ACK, SYN | ACK, FIN | ACK, 0x18, 0x04))


def test_the_filter_is_attached_whole():
    listening = FakeSocket()
    sockets.admit_nobody_new(cast(socket.socket, listening))
    [(level, option, program)] = listening.options
    steps, address = struct.unpack("HL", program)
    assert (level, option, steps) == (socket.SOL_SOCKET, 26, 5)
    assert address != 0


def test_a_system_without_such_filters_does_no_harm(monkeypatch: pytest.MonkeyPatch):
    class Refusing(FakeSocket):
        def setsockopt(self, level: int, option: int, value: Any) -> None:
            raise OSError(92, "Protocol not available")

    sockets.admit_nobody_new(cast(socket.socket, Refusing()))
