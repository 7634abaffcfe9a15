"""What a connection takes that has asked once and waits."""

from __future__ import annotations

import contextlib
import resource
import socket
import time
from collections.abc import Iterator

from bench.accounting import used
from bench.conditions.rows import Row
from bench.conditions.sides import sides

_CONNECTIONS = 1_000
_SETTLED = 1.0
"""Seconds until what an answer took is given back."""

_TARGET = 6 * 1024
"""Bytes of resident memory."""

_REQUEST = b"GET /titles/DN1000 HTTP/1.1\r\nHost: bench.example\r\nCookie: session=one\r\n\r\n"


def measured(python: str) -> Iterator[Row]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with sides("nginx,haproxy,envoy,facade", python) as found:
        for side in found:
            name, took = side.running.name, _one(side.running.port, side.running.pid)
            is_ours = name == "facade"
            target, kept = ("6 KiB", took <= _TARGET) if is_ours else ("", None)
            yield Row(f"an idle connection, of {_CONNECTIONS:,}: {name}", f"{took / 1024:.1f} KiB", target, kept)


def _one(port: int, pid: int) -> float:
    before = used(pid).resident
    with contextlib.ExitStack() as stack:
        for _ in range(_CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(_REQUEST)
            connection.recv(65536)
        time.sleep(_SETTLED)
        return (used(pid).resident - before) / _CONNECTIONS
