"""Ports on this machine: which are taken, and which are free."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable

from facade.demo.trouble import Trouble


def free(number: int) -> tuple[int, ...]:
    """`number` different ports that nobody listens on at the moment; all are held until all are known."""
    with contextlib.ExitStack() as held:
        return tuple(_bound(held, "127.0.0.1", 0) for _ in range(number))


def require_free(addresses: Iterable[tuple[str, int]], folder: str) -> None:
    """Refuse, naming every address that somebody listens on; `folder` is where the ports are written."""
    taken = []
    for host, port in addresses:
        try:
            with contextlib.ExitStack() as held:
                _bound(held, host, port)
        except OSError:
            taken.append(f"{host}:{port}")
    if taken:
        what = f"{', '.join(taken)}: in use by another program"
        raise Trouble(f"{what}; stop it (another demonstration?) or write other ports in {folder}")


def _bound(held: contextlib.ExitStack, host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    number: int = listener.getsockname()[1]
    return number
