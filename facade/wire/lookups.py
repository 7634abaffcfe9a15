"""Names looked up in threads of their own, one for each: a resolver that is silent about one holds up no other.

A loop asks the system's resolver (getaddrinfo(3), the only one that knows what the machine's names are) in a pool of a
few threads, in which two names without an answer keep all others waiting for as long as the resolver's own time-outs
last. Here the bound is that of the names: one that is being looked up is not asked for again meanwhile.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NamedTuple, cast

Found = list[tuple[Any, ...]]
"""What getaddrinfo(3) answers: family, kind, protocol, canonical name and address of each."""


class Wanted(NamedTuple):
    """What is asked for, as getaddrinfo(3) takes it."""

    host: bytes | str | None
    port: bytes | str | int | None
    family: int = 0
    type: int = 0
    proto: int = 0
    flags: int = 0


class Lookups:
    """The look-ups that are under way. `resolve` blocks."""

    def __init__(self, resolve: Callable[..., Found] = socket.getaddrinfo) -> None:
        self._resolve = resolve
        self._running: dict[Wanted, asyncio.Future[Found]] = {}

    def __repr__(self) -> str:
        return f"<Lookups running={len(self._running)}>"

    async def find(self, wanted: Wanted) -> Found:
        """What the resolver says. Raises what it raises; there is no time-out but that of whoever asks."""
        running = self._running.get(wanted)
        if running is None:
            running = self._begin(wanted)
        return await asyncio.shield(running)  # others may wait for it too

    def _begin(self, wanted: Wanted) -> asyncio.Future[Found]:
        loop = asyncio.get_running_loop()
        running: asyncio.Future[Found] = loop.create_future()

        def settle(found: Found, failure: Exception | None) -> None:
            del self._running[wanted]
            if failure is None:
                running.set_result(found)
            else:
                running.set_exception(failure)
                running.exception()  # whoever asked may have left

        def resolve() -> None:
            found: Found = []
            failure: Exception | None = None
            try:
                found = self._resolve(*wanted)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is whoever asked that is to know
                failure = error
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, found, failure)

        try:
            threading.Thread(target=resolve, name="look up a name", daemon=True).start()
        except RuntimeError as error:
            raise OSError(errno.EAGAIN, "no thread for a look-up") from error
        self._running[wanted] = running
        return running


class OwnLookups:
    """What stands before a loop's class, to look up the names that it is asked for or told to connect to."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._lookups = Lookups()

    async def getaddrinfo(
        self, host: bytes | str | None, port: bytes | str | int | None, **how: int
    ) -> list[tuple[Any, ...]]:
        """As every loop's."""
        return await self._lookups.find(Wanted(host, port, **how))

    async def create_connection(
        self, factory: Callable[[], Any], host: str | None = None, port: int | None = None, **how: Any
    ) -> Any:
        """As every loop's: to one of a name's addresses, tried one after the other."""
        connect = cast(Any, super()).create_connection
        if host is None or _is_address(host):
            return await connect(factory, host, port, **how)
        if how.get("ssl"):
            how.setdefault("server_hostname", host)
        failure = OSError(errno.EADDRNOTAVAIL, "the name has no address")
        for *_, address in await self.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                return await connect(factory, *address[:2], **how)
            except OSError as error:
                failure = error
        raise failure


def with_own_lookups(kind: type[asyncio.AbstractEventLoop]) -> type[asyncio.AbstractEventLoop]:
    """The class of loops of this kind that look up names in this way."""
    return type(kind.__name__, (OwnLookups, kind), {})


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
