"""What Linux knows of a socket and asyncio does not tell: what lies unread in it, what is still on its way, how it goes
to somebody else, and how to let nobody new in while those who came are still taken.
"""

from __future__ import annotations

import array
import asyncio
import fcntl
import os
import socket
import struct
import termios
from contextlib import suppress
from typing import Final

_LAST_WORDS: Final = 64 * 1024
"""Bytes that are read from a broken connection: a refusal and its page."""

_SO_ATTACH_FILTER: Final = 26
"""asm-generic/socket.h; the socket module has no name for it."""

_NO_NEWCOMERS: Final = b"".join(
    struct.pack("HBBI", *step)
    for step in (
        (0x30, 0, 0, 13),  # load the byte with the flags of the TCP header (RFC 9293 section 3.1)
        (0x54, 0, 0, 0x12),  # keep SYN and ACK
        (0x15, 0, 1, 0x02),  # SYN alone, which opens a connection?
        (0x06, 0, 0, 0),  # then drop the packet
        (0x06, 0, 0, 0xFFFFFFFF),  # else take it whole
    )
)
"""A classic BPF program: `struct sock_filter` five times (linux/filter.h)."""


def unread(transport: asyncio.BaseTransport) -> int:
    """Bytes that have arrived and were not read yet."""
    return _count(transport, termios.FIONREAD)


def last_words(transport: asyncio.BaseTransport) -> bytes:
    """What came before the connection broke and was not read.

    Whoever writes to a peer that has closed is reset, and hears of it before it reads on (RFC 9112 section 9.6).
    """
    if transport.get_extra_info("ssl_object") is not None:
        return b""  # it would have to be decrypted
    try:
        return os.read(transport.get_extra_info("socket").fileno(), _LAST_WORDS)
    except (OSError, ValueError):
        return b""


def unsent(transport: asyncio.BaseTransport) -> int:
    """Bytes that were given to the system and that the other side has not confirmed yet."""
    return _count(transport, termios.TIOCOUTQ)


def taken_from(transport: asyncio.Transport) -> socket.socket:
    """The connection of a transport that has just begun, and ends by this: not a byte of it was read or written."""
    taken = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
    taken.setblocking(False)
    transport.abort()  # closes its descriptor; the connection lives on in ours
    return taken


def admit_nobody_new(listening: socket.socket) -> None:
    """Let no connection begin at `listening` any more, while those that have begun can still be accepted.

    A socket that is closed resets whoever waits in its backlog. With this before, a newcomer's first packet is dropped
    instead; its system sends it again after a second, and finds the port closed, or a successor. Where the system
    offers no such filter, nothing happens.
    """
    program = array.array("B", _NO_NEWCOMERS)
    address, size = program.buffer_info()
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", size // 8, address))


_COUNT: Final = array.array("i", [0])
"""Where the system writes what it counts: one for all, because each is read before the next is asked."""


def _count(transport: asyncio.BaseTransport, question: int) -> int:
    try:
        fcntl.ioctl(transport.get_extra_info("socket").fileno(), question, _COUNT)
    except (OSError, ValueError):  # closed already: nothing is left of it
        return 0
    return _COUNT[0]
