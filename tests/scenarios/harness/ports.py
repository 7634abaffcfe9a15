"""Ports that nobody uses, for tests that run beside each other."""

from __future__ import annotations

import random
import socket
from contextlib import closing
from typing import Final

FIRST: Final = 20_000
LAST: Final = 32_000
"""Below the range from which the system takes a client's ports, so that no connection sits on one meanwhile."""


_given: Final[set[int]] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that can be bound now, and that this process was not given before."""
    while True:
        port = random.randint(FIRST, LAST)
        if port in _given:
            continue
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port
