"""What operators are shown of all silos' ends together, as frozen plain values; `facade.ending` has those of one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from facade.ending.calendar import Event
from facade.ending.candidates import Candidate
from facade.ending.schedule import SiloSchedule


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every silo by its date, and every date there is. `at` is aware, in UTC; `problem` is why calls are not known."""

    at: datetime.datetime
    silos: tuple[SiloSchedule, ...]
    events: tuple[Event, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Orphans:
    """Calls that no route covers, most first, and the silo that takes them, if any does; `problem` as in `Schedule`."""

    unmatched: str | None
    orphans: tuple[Candidate, ...]
    problem: str | None = None
