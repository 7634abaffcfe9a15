"""A confirmed silo's day ends while the sidecar runs: its routes are gone from midnight on, without a reload.

The clock is looked at each second, and never waited for: it may be set, and a machine may sleep. What a passed date
still lacks is said once for each silo and day.
"""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from facade.control.reload import Reloader
from facade.ending.refusing import SwitchOff

LOOK_EVERY: Final = 1.0
"""Seconds between two looks: nobody sees a silo go a second after midnight."""

_log = structlog.get_logger("facade.control.ending")


class Due:
    """Looks after the dates of one sidecar's silos."""

    def __init__(self, reloader: Reloader, clock: Callable[[], datetime.datetime]) -> None:
        self._reloader = reloader
        self._clock = clock
        self._told: frozenset[tuple[str, datetime.date]] = frozenset()

    def __repr__(self) -> str:
        return f"<Due {self._reloader!r}>"

    async def watch(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Look again and again. Runs until it is cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a defect in one look must not end the watch over all dates
                _log.error("looking after the dates failed by a defect", exc_info=error)
            await sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Let what is due run, and say what a passed date lacks."""
        endings = self._reloader.endings
        silos = endings.silos(self._reloader.written)
        if endings.is_due(self._reloader.written):
            names = endings.off | {name for name, silo in silos.items() if silo.is_off}
            await self._reloader.stand({}, endings.because(silos, frozenset(names)))
        self._warn([silo for silo in silos.values() if silo.is_past and silo.refuses and not silo.is_confirmed])

    def _warn(self, lacking: list[SwitchOff]) -> None:
        today = self._clock().date()
        told = frozenset((silo.silo, today) for silo in lacking)
        for silo in lacking:
            if (silo.silo, today) not in self._told:
                mend = f"look at facade evidence {silo.silo} and confirm it, or write a later switch_off"
                _log.warning("silo overdue", silo=silo.silo, problem=f"{silo.sentence}; {mend}")
        self._told = told
