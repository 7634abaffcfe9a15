"""What runs because a silo's day is over and a person has confirmed it, or because all brown-outs are stopped.

The law of this file: what refuses more is kept before it runs, and what refuses less runs before it is kept. What
cannot be read confirms nothing and rehearses nothing. `load` blocks, and so does whatever keeps something.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from facade.config.settings import Configuration
from facade.control.because import Because
from facade.control.ending.confirmed import ConfirmationStore
from facade.control.ending.stopped import Stop, StopStore
from facade.control.sealed import Damaged
from facade.ending.refusing import Confirmation, SwitchOff, ended, off_at, without_brownouts
from facade.routing.route import Route
from facade.targets.definition import AfterSwitchOff, Silo

CAUSE: Final = "switch_off"
"""Of moves that no order made: a confirmed day was over."""

_UNREAD: Final = "whether they were stopped cannot be read"

_log = structlog.get_logger("facade.control.ending")


class Endings:
    """Of one sidecar, in its folder `state`. `clock` tells the time of day, aware, in UTC; `unkept` is told what could
    not be kept.

    `confirmations` are by silo; `stop` is None while brown-outs run as planned. `off` are the silos that are asked no
    more by what runs.
    """

    def __init__(self, state: Path, clock: Callable[[], datetime.datetime], unkept: Callable[[str], None]) -> None:
        self._confirmed = ConfirmationStore(state)
        self._stopped = StopStore(state)
        self._clock = clock
        self._unkept = unkept
        self.confirmations: Mapping[str, Confirmation] = {}
        self.stop: Stop | None = None
        self.off: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<Endings confirmed={sorted(self.confirmations)} stopped={self.stop is not None}>"

    def load(self) -> None:
        """Take up what held before a restart."""
        try:
            self.confirmations = {each.silo: each for each in self._confirmed.read()}
        except (Damaged, OSError) as error:
            _log.error("confirmations lost", problem=str(error), silos="all answer on, whatever was confirmed")
        try:
            self.stop = self._stopped.read()
        except (Damaged, OSError) as error:
            _log.error("stop of brown-outs lost", problem=str(error), brownouts="all are stopped; resume them by hand")
            self.stop = Stop("", _UNREAD, self._clock())

    def confirm(self, confirmation: Confirmation) -> None:
        """Keep it, then let it hold. Raises OSError, and then it does not."""
        held = {**self.confirmations, confirmation.silo: confirmation}
        self._keep(held)
        self.confirmations = held

    def withdraw(self, silo: str) -> None:
        """Let it hold no more, then keep that. Raises OSError, and then it comes back with the next start."""
        self.confirmations = {name: each for name, each in self.confirmations.items() if name != silo}
        self._keep(self.confirmations)

    def stop_brownouts(self, stop: Stop) -> None:
        """Stop them all, then keep that. Raises OSError, and then they run again with the next start."""
        self.stop = stop
        self._keep_stop(stop)

    def resume_brownouts(self) -> None:
        """Keep that they run as planned, then let them. Raises OSError, and then they do not."""
        self._keep_stop(None)
        self.stop = None

    def silos(self, files: Configuration) -> dict[str, SwitchOff]:
        """Every silo that has a date, as it stands now."""
        zone = ZoneInfo(files.settings.timezone)
        today = self._clock().astimezone(zone).date()
        return {
            name: self._switch_off(silo, silo.switch_off, today, zone)
            for name, silo in files.silos.items()
            if silo.switch_off is not None
        }

    def is_due(self, files: Configuration) -> bool:
        """Whether other silos are to be asked no more than by what runs."""
        return self.off != _off(self.silos(files))

    def over(self, files: Configuration) -> tuple[Configuration, frozenset[str]]:
        """What runs where the files, with what is laid over them, say this; and the silos that it asks no more."""
        silos = self.silos(files)
        off = _off(silos)
        settings = files.settings
        if settings.unmatched in off:
            settings = replace(settings, unmatched=None)
        stopped = self.stop is not None
        routes = tuple(_ended(route, silos, stopped=stopped) for route in files.routes)
        return replace(files, settings=settings, routes=routes), off

    def because(self, silos: Mapping[str, SwitchOff], names: frozenset[str]) -> Because:
        """Why these are asked no more, or are asked again."""
        told = "; ".join(silos[name].sentence for name in sorted(names) if name in silos)
        by = ", ".join(sorted({silos[name].confirmed_by or "" for name in names if name in silos} - {""}))
        return Because(CAUSE, told, by)

    def _keep(self, confirmations: Mapping[str, Confirmation]) -> None:
        try:
            self._confirmed.save(tuple(confirmations.values()))
        except OSError:
            self._unkept("confirmations")
            raise

    def _keep_stop(self, stop: Stop | None) -> None:
        try:
            self._stopped.save(stop)
        except OSError:
            self._unkept("brownouts")
            raise

    def _switch_off(self, silo: Silo, date: datetime.date, today: datetime.date, zone: ZoneInfo) -> SwitchOff:
        word = self.confirmations.get(silo.name)
        return SwitchOff(
            silo=silo.name,
            date=date,
            off=off_at(date, zone),
            refuses=silo.after_switch_off is AfterSwitchOff.REFUSE,
            is_past=date < today,
            confirmed_by=word.by if word is not None and word.switch_off == date else None,
        )


def _off(silos: Mapping[str, SwitchOff]) -> frozenset[str]:
    return frozenset(name for name, silo in silos.items() if silo.is_off)


def _ended(route: Route, silos: Mapping[str, SwitchOff], *, stopped: bool) -> Route:
    silo = silos.get(route.legacy.silo) if route.legacy is not None else None
    if silo is not None:
        route = ended(route, silo)
    return without_brownouts(route) if stopped else route
