"""Whom the facade trusts when it connects by TLS, and what it shows of itself: PEM files, read again when they change.

The law of this file: verification is never off. Files that have changed are read at the next new connection, off the
loop; if they cannot be read the connection is made with what was read before, and the log says so, once.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Final

import structlog

from facade.wire.descriptors import is_shortage

_PROTOCOL: Final = ["http/1.1"]
"""What is offered by ALPN (RFC 7301): a target that speaks nothing else says no in the handshake."""

_log = structlog.get_logger("facade.wire")

_Look = tuple[int, int, int]
"""What the file system says of a file: a change of it shows here."""


class Trust:
    """One definition of TLS towards targets.

    `ca` is None for the authorities of the system, `certificate` where the facade shows none.
    """

    def __init__(self, ca: Path | None = None, certificate: Path | None = None, key: Path | None = None) -> None:
        self._ca = ca
        self._certificate = certificate
        self._key = key
        self._files = tuple(path for path in (ca, certificate, key) if path is not None)
        self._context: ssl.SSLContext | None = None
        self._looks: tuple[_Look | None, ...] = ()
        self._reading = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Trust ca={self._ca or 'system'} certificate={self._certificate}>"

    async def context(self) -> ssl.SSLContext:
        """The context for a new connection. Raises OSError (`ssl.SSLError` is one) where there never was a good one."""
        looks = tuple(_look(path) for path in self._files)
        if self._context is None or looks != self._looks:
            async with self._reading:
                if self._context is None or looks != self._looks:
                    self._looks = looks
                    self._context = await self._read(self._context)
        return self._context

    async def _read(self, before: ssl.SSLContext | None) -> ssl.SSLContext:
        try:
            return await asyncio.to_thread(self._make)
        except OSError as error:
            if before is None:
                raise
            if is_shortage(error):
                self._looks = ()  # nothing is wrong with the files: they are read at the next connection
            _log.error("certificates kept", files=[str(path) for path in self._files], error=type(error).__name__)
            return before

    def _make(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca)
        context.set_alpn_protocols(_PROTOCOL)
        if self._certificate is not None:
            context.load_cert_chain(self._certificate, self._key)
        return context


def _look(path: Path) -> _Look | None:
    """One system call that a local file system answers from memory; None where there is no file."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
