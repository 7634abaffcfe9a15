"""What the pages are made from: the views of the control plane, and what makes a person's order run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from facade.control.answers import Pause
from facade.control.detail import Details
from facade.control.mover import Mover
from facade.control.overview import Overview
from facade.control.watchers import Watchers
from facade.ending.burndown import BurnDown
from facade.ending.counts import CallerCalls
from facade.ending.evidence import Evidence
from facade.ending.schedule import SiloSchedule

DAYS: Final = 30
"""Days that the page looks back for callers and evidence: what `facade evidence` takes when it is not told."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known of the ends of silos; each may take a while and blocks nobody.

    Of a silo that is not there the burn-down is empty, and asking for its evidence raises KeyError.
    """

    schedules: Callable[[], Awaitable[Mapping[str, SiloSchedule]]]
    burn_down: Callable[[str], Awaitable[BurnDown]]
    evidence: Callable[[str], Awaitable[Evidence]]
    callers: Callable[[], Awaitable[Sequence[CallerCalls]]]


@dataclass(frozen=True, slots=True)
class Sources:
    """All of it. `clock` is monotonic, in seconds; `token` is what an order needs, None where nobody may give one."""

    overview: Overview
    details: Details
    mover: Mover
    watchers: Watchers
    ending: Ending
    pause: Pause
    clock: Callable[[], float]
    token: str | None = field(default=None, repr=False)
