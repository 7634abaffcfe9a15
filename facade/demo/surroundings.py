"""Everything around the facade: the register's file, the old systems that listen, the new service, and the provider.

They run inside the demonstration's own process, each on a socket of its own, so they end when it ends.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from facade.demo import cashier, parking, planning, portal, provider, register, service, vehicles
from facade.demo.addresses import Address, Addresses
from facade.demo.books import Books
from facade.demo.service import Releases
from facade.demo.trouble import Trouble

BAD_RELEASE: Final = register.FILE.with_name("bad-release")
"""Relative to the configuration's folder: while this file is there, the new service is a bad release of itself."""

_LAST_ANSWERS: Final = 1.0
"""Seconds that a server which is switched off may still take to finish its answers."""


class Surroundings:
    """An async context: all of it runs inside, none of it outside. `books` say who has paid whom."""

    def __init__(self, folder: Path, addresses: Addresses) -> None:
        self.books = Books()
        self._folder = folder
        self._addresses = addresses
        self._releases = Releases()
        self._running: dict[Address, web.AppRunner] = {}
        self._mainframe: asyncio.Server | None = None

    def __repr__(self) -> str:
        return f"<Surroundings running={sorted(self._running)}>"

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._prepare)
        applications = {
            self._addresses.land_register: portal.application(portal.LAND_REGISTER),
            self._addresses.licensing: portal.application(portal.LICENSING),
            self._addresses.planning: planning.application(),
            self._addresses.parking: parking.application(),
            self._addresses.cashier: cashier.application(self.books.cashier),
            self._addresses.service: service.application(self._releases),
            self._addresses.provider: provider.application(self.books),
        }
        try:
            for address, application in applications.items():
                await self._start(address, application)
            self._mainframe = await _listening(self._addresses.vehicles)
        except BaseException:
            await self._stop_all()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_all()

    def release(self, *, bad: bool) -> None:
        """What the new service runs from now on: a good release, or a bad one."""
        self._releases.is_bad = bad

    async def look_for_a_bad_release(self) -> None:
        """Release what a person wants released, who says so by a file."""
        self.release(bad=await asyncio.to_thread((self._folder / BAD_RELEASE).exists))

    async def switch_off_land_register(self) -> None:
        """What every migration is for: the old system is no more."""
        await self._running.pop(self._addresses.land_register).cleanup()

    def _prepare(self) -> None:
        register.make(self._folder)
        (self._folder / BAD_RELEASE).unlink(missing_ok=True)

    async def _start(self, address: Address, application: web.Application) -> None:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_ANSWERS)
        await runner.setup()
        self._running[address] = runner
        host, port = address
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise _taken(address, error) from error

    async def _stop_all(self) -> None:
        if self._mainframe is not None:
            self._mainframe.close()
        while self._running:
            _, runner = self._running.popitem()
            await runner.cleanup()


async def _listening(address: Address) -> asyncio.Server:
    """The mainframe."""
    try:
        return await vehicles.listen(*address)
    except OSError as error:
        raise _taken(address, error) from error


def _taken(address: Address, error: OSError) -> Trouble:
    host, port = address
    return Trouble(f"{host}:{port}: cannot listen ({error.strerror}); stop what is using it")
