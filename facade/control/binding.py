"""Opens what a listener listens on, or says why it cannot be opened, in the operator's words: an address that is taken,
a certificate that cannot be read.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from facade.config.settings import Listener, Tls
from facade.control.start import StartError

BACKLOG: Final = 1024
"""Connections the kernel keeps while the loop is busy; Linux's own default bound is 4096."""

_PROTOCOL: Final = ["http/1.1"]
"""What is chosen by ALPN (RFC 7301): nothing else is spoken here."""

_REASONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.EADDRINUSE: "is in use; stop what listens there",
        errno.EACCES: "is not ours to open; take a port from 1024 on, or grant CAP_NET_BIND_SERVICE",
        errno.EADDRNOTAVAIL: "is no address of this machine; use 127.0.0.1 or 0.0.0.0",
    }
)


def bind(name: str, listener: Listener) -> tuple[socket.socket, ...]:
    """Sockets that listen at every address `listener` stands for. Resolves names, so it blocks. Raises `StartError`."""
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, where in dict.fromkeys((family, where) for family, _, _, _, where in found):
            bound.append(socket.create_server(where, family=family, backlog=BACKLOG))
    except OSError as error:
        for each in bound:
            each.close()
        raise cannot_listen(name, listener, error) from error
    return tuple(bound)


def cannot_listen(name: str, listener: Listener, error: OSError) -> StartError:
    """The error for listener `name` (its key in facade.yaml) that could not bind."""
    reason = _REASONS.get(error.errno or 0, f"cannot be opened ({error.strerror or error})")
    return StartError(
        f"{name}: {address(listener.host, listener.port)} {reason}, "
        f"or give another address by --{name}, FACADE_{name.upper()} or {name} in facade.yaml"
    )


def address(host: str, port: int) -> str:
    """Host and port as they are written in an address.

    >>> address("::1", 9901)
    '[::1]:9901'
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server_context(name: str, tls: Tls) -> ssl.SSLContext:
    """The TLS side of listener `name`; reads its files, so it blocks. Raises `StartError` for one it cannot use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # whose certificate was checked once stays who it is
    context.set_alpn_protocols(_PROTOCOL)
    place = f"{name}: certificate {tls.certificate} with key {tls.key}"
    try:
        # A key under a password would otherwise be asked for on the terminal of a process that has none.
        context.load_cert_chain(tls.certificate, tls.key, password="")
        if tls.client_ca is not None:
            place = f"{name}: client_ca {tls.client_ca}"
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise StartError(
            f"{place}: {reason}; give PEM files that this user may read, the key without a password"
        ) from error
    return context
