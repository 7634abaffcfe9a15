"""A listener's certificate: read anew when its files change, without a restart and without touching a connection.

The law of this file: each handshake takes what was read last, as a whole (certificate, key and the callers' authority),
and nothing is taken that was not read well. Where new files cannot be used the old certificate stays, and the log says
so, once for each change.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final, Self

import structlog

from facade.config.files import look
from facade.config.settings import Tls
from facade.control.binding import server_context
from facade.control.handshakes import Handshakes
from facade.control.start import StartError
from facade.wire.descriptors import is_shortage

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at the files. Certificates are changed days before they end; whoever is in a hurry sends
SIGHUP."""

REPORT_EVERY: Final = 60.0
"""Seconds between two lines about failed handshakes: anybody can cause these, as often as they like."""

_log = structlog.get_logger("facade.control.certificate")


class Certificate:
    """The certificate of listener `name`, read from the files of `tls`. `context` is what the listener is opened with.

    Making one reads files, so it blocks. Raises `StartError`.
    """

    def __init__(self, name: str, tls: Tls) -> None:
        self._name = name
        self._tls = tls
        self._files = tuple(path for path in (tls.certificate, tls.key, tls.client_ca) if path is not None)
        self._looks = self._look()
        self._reading = asyncio.Lock()
        self._handshakes = Handshakes(name)
        self.context = _Current(self._read())

    def __repr__(self) -> str:
        return f"<Certificate {self._name} {self._tls.certificate}>"

    async def refresh(self) -> None:
        """Read the files anew if they have changed."""
        async with self._reading:
            looks = await asyncio.to_thread(self._look)
            if looks == self._looks:
                return
            before, self._looks = self._looks, looks
            try:
                self.context.current = await asyncio.to_thread(self._read)
            except StartError as error:
                if is_shortage(error):
                    self._looks = before  # nothing is wrong with the files: they are read again
                _log.error("certificate kept", problem=f"{error}; until then the old ones are used")
            else:
                _log.info("certificate read anew", listener=self._name)

    async def keep_fresh(self) -> None:
        """Look at the files again and again, and say how many handshakes failed. Runs until it is cancelled."""
        while True:
            for _ in range(round(REPORT_EVERY / LOOK_EVERY)):
                await asyncio.sleep(LOOK_EVERY)
                await self.refresh()
            self._handshakes.report()

    def _look(self) -> tuple[tuple[int, ...], ...]:
        return tuple(look(path) for path in self._files)

    def _read(self) -> ssl.SSLContext:
        context = server_context(self._name, self._tls)
        self._handshakes.watch(context)
        return context


class _Current(ssl.SSLContext):
    """A context that hands every new connection to `current`: a server keeps the one it was opened with for ever.

    A context that is changed in place instead could never forget an authority, and would read its files on the loop.
    """

    current: ssl.SSLContext

    def __new__(cls, _: ssl.SSLContext) -> Self:
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, current: ssl.SSLContext) -> None:
        self.current = current

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self.current.wrap_bio(incoming, outgoing, server_side, server_hostname, session)
