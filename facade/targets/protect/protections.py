"""The protections of all silos, by name. A reload changes their rules and nothing else: nobody loses a slot by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from facade.targets.definition import Protect, Silo
from facade.targets.protect.protection import Clock, Protection
from facade.telemetry.information import ProtectionInfo
from facade.wire.deadlines import Deadlines


class Adopted(NamedTuple):
    """A protection, and the rules that it goes by once the configuration they stand in serves."""

    protection: Protection
    rules: Protect


class Protections:
    """What stands before the silos. `clock` is monotonic and `wall` Unix time, both in seconds."""

    def __init__(self, deadlines: Deadlines, clock: Clock, wall: Clock) -> None:
        self._deadlines = deadlines
        self._clock = clock
        self._wall = wall
        self._kept: dict[str, Protection] = {}
        self._resting: dict[str, Protection] = {}

    def __repr__(self) -> str:
        return f"<Protections {list(self._kept.values())}>"

    def get(self, silo: str) -> Protection | None:
        """The one that a silo has now, None for a silo that asks for none."""
        return self._kept.get(silo)

    def information(self) -> Iterator[ProtectionInfo]:
        """What the metrics state of them now."""
        for silo, protection in self._kept.items():
            waiting = None if protection.rules.concurrency is None else protection.budget.waiting
            state = None if protection.breaker is None else protection.breaker.state
            yield ProtectionInfo(silo, waiting, state)

    def adopt(self, silos: Iterable[Silo]) -> Mapping[str, Adopted]:
        """Those that the silos of a configuration ask for: kept ones, and new ones. Nothing changes yet."""
        return {
            silo.name: Adopted(self._known(silo.name) or self._new(silo), silo.protect)
            for silo in silos
            if silo.protect.is_more_than_time
        }

    def settle(self, adopted: Mapping[str, Adopted]) -> None:
        """Their configuration serves now."""
        for each in adopted.values():
            each.protection.adjust(each.rules)
        before = self._resting | self._kept
        self._resting = {name: known for name, known in before.items() if name not in adopted and known.is_in_use}
        self._kept = {name: each.protection for name, each in adopted.items()}

    def _known(self, silo: str) -> Protection | None:
        """The one it has, or had before a reload took it away: calls that it let in may still be running."""
        return self._kept.get(silo) or self._resting.get(silo)

    def _new(self, silo: Silo) -> Protection:
        return Protection(silo.name, silo.protect, self._deadlines, self._clock, self._wall)
