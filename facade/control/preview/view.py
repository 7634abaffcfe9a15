"""What the sidecar answers to be compared with: its routes, its freezes, and a day of its calls added up.

No key, no path, no rule's value and no silo's address is in it. It is a large answer for a large table, so it is made
in pieces; its parts are lists, of which `told` has one element.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from facade.config.settings import Configuration, Freeze
from facade.control.answers import ROWS_A_PIECE, Pause, lists
from facade.control.freezes import in_force
from facade.control.overrides.override import Override
from facade.control.preview.definitions import Definitions
from facade.control.preview.shown import Shown, shown
from facade.control.usage.keep import Day
from facade.control.usage.sample import Basis
from facade.control.usage.tally import Band, Tally


class Told(msgspec.Struct, frozen=True):
    """What there is to say once. `at` is now, aware, in UTC; `frozen` which freeze is in force.

    `day` is the one whose calls are counted, None where nothing was kept; `is_over` unless it is today.
    """

    revision: str
    at: datetime.datetime
    frozen: str | None
    day: datetime.date | None
    is_over: bool
    calls: int
    sampled: int


class Held(msgspec.Struct, frozen=True):
    """Something that stands elsewhere than its file says, as long as its file says what `written` identifies."""

    subject: str
    written: str


class PreviewView(msgspec.Struct, frozen=True):
    """The whole answer of `/api/preview`."""

    told: tuple[Told]
    routes: tuple[Shown, ...]
    held: tuple[Held, ...]
    bases: tuple[Basis, ...]
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        if any(not 0 <= band.basis < len(self.bases) for band in self.bands):
            raise ValueError("names a basis that it does not have")


async def answer(
    configuration: Configuration,
    overrides: Iterable[Override],
    day: Day | None,
    now: datetime.datetime,
    pause: Pause,
) -> AsyncIterator[bytes]:
    """The answer for what runs, `overrides` included, in pieces."""
    counted = Tally() if day is None else day.tally
    told = Told(
        revision=configuration.revision,
        at=now,
        frozen=frozen(configuration.settings.freeze, configuration.settings.timezone, now),
        day=None if day is None else day.day,
        is_over=day is not None and day.is_over,
        calls=counted.calls,
        sampled=counted.sampled,
    )
    routes, definitions = [], Definitions(configuration)
    for number, route in enumerate(configuration.routes, start=1):
        routes.append(shown(route, definitions))
        if number % ROWS_A_PIECE == 0:
            await pause()
    held = tuple(Held(each.subject, each.written) for each in overrides)
    parts = {"told": (told,), "routes": routes, "held": held, "bases": counted.bases, "bands": counted.bands}
    async for piece in lists(parts, pause):
        yield piece


def frozen(freezes: Sequence[Freeze], timezone: str, now: datetime.datetime) -> str | None:
    """Which freeze is in force now, in words."""
    found = in_force(freezes, timezone, now)
    return None if found is None else str(found)
