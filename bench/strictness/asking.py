"""Every row asked of one proxy, over raw sockets."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from typing import Final

from bench.strictness.rows import ROWS, Exchange, Row, Seen
from bench.strictness.silo import Silo

_LONGEST: Final = 1.5
"""Seconds that a proxy has for the first byte of an answer."""

_QUIET: Final = 0.25
"""Seconds of silence behind an answer that tell its end, where the proxy keeps the connection."""


def broken(port: int, silo: Silo) -> Sequence[str]:
    """The names of the rows that this proxy breaks, in their order."""
    return [row.name for row in ROWS if not _holds(row, port, silo)]


def _holds(row: Row, port: int, silo: Silo) -> bool:
    return all(row.holds(_seen(exchange, port, silo)) for exchange in row.exchanges)


def _seen(exchange: Exchange, port: int, silo: Silo) -> Seen:
    silo.begin(exchange.answer, exchange.closes)
    received, closed = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=_LONGEST) as connection, contextlib.suppress(OSError):
        connection.sendall(exchange.request)
        until = time.monotonic() + 2 * _LONGEST
        while time.monotonic() < until and not closed:
            piece = connection.recv(65536)
            received, closed = received + piece, not piece
            connection.settimeout(_QUIET)
    reached = silo.reached()
    return Seen(received, closed, reached.passed, reached.whole)
