"""Charts as numbers: where each bar, point and tick of an SVG stands, in its own units. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from facade.ending.burndown import BurnDown, BurnDownDay
from facade.telemetry.families import BOUNDS

SIDES: Final = ("legacy", "platform")
"""The sides whose latency is held against each other; the facade's own answers take no time worth a chart."""

_SLOT: Final = 84
"""Width of one bucket of the latency chart: two bars of 32 and the air around them."""

_BAR: Final = 32
_LEFT: Final = 48

_NAMES: Final = (f"to {BOUNDS[0]:g}", *(f"to {bound:g}" for bound in BOUNDS[1:]), f"over {BOUNDS[-1]:g}")
"""What each bucket is called, in seconds."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the part of a side's calls that fell into a bucket, 0 to 1."""

    side: str
    x: int
    part: float
    width: int = _BAR


@dataclass(frozen=True, slots=True)
class BucketTick:
    """What stands below the bars of one bucket."""

    number: int
    x: int
    text: str


@dataclass(frozen=True, slots=True)
class SideLatency:
    """One side's calls by bucket, and each as its part of them, 0 to 1."""

    name: str
    counts: Sequence[int]
    parts: Sequence[float]


@dataclass(frozen=True, slots=True)
class Latency:
    """Both sides' latencies side by side."""

    sides: tuple[SideLatency, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[BucketTick, ...]
    width: int


def latency(counts: Mapping[str, Sequence[int]]) -> Latency:
    """The chart of these counts by side and bucket; a side that nobody was answered by is left out."""
    sides = tuple(_side(name, counts[name]) for name in SIDES if sum(counts.get(name, ())))
    bars = tuple(
        Bar(side.name, _LEFT + number * _SLOT + SIDES.index(side.name) * (_BAR + 2), part)
        for side in sides
        for number, part in enumerate(side.parts)
    )
    ticks = tuple(BucketTick(number, _LEFT + number * _SLOT + _BAR, name) for number, name in enumerate(_NAMES))
    return Latency(sides, bars, ticks, _LEFT + len(_NAMES) * _SLOT)


def _side(name: str, counts: Sequence[int]) -> SideLatency:
    every = sum(counts)
    return SideLatency(name, counts, tuple(count / every for count in counts))


_X0, _X1, _Y0, _Y1 = 52.0, 720.0, 10.0, 170.0
"""The frame of the burn-down chart."""

_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Tops of the share's axis: the least that holds every day's."""


@dataclass(frozen=True, slots=True)
class ShareTick:
    """A line across, and what it stands for."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A watched day that stands alone."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Burn:
    """The burn-down chart. `runs` are lines through days that follow each other; `ends` is where its date lies."""

    days: tuple[BurnDownDay, ...]
    runs: tuple[str, ...] = ()
    dots: tuple[Dot, ...] = ()
    ticks: tuple[ShareTick, ...] = ()
    ends: float | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None


def burn(burn_down: BurnDown, switch_off: datetime.date | None, most: int) -> Burn:
    """The chart of a silo's last days, `most` of them at the most; up to its date, if that is not far off."""
    days = burn_down.days[-most:]
    if not days:
        return Burn(())
    first, last = days[0].day, days[-1].day
    if switch_off is not None and last < switch_off <= last + datetime.timedelta(days=most):
        last = switch_off
    span = max((last - first).days, 1)
    top = next((step for step in _STEPS if step >= max(day.share or 0.0 for day in days)), 1.0)

    def x(day: datetime.date) -> float:
        return round(_X0 + (day - first).days / span * (_X1 - _X0), 1)

    def y(share: float) -> float:
        return round(_Y1 - share / top * (_Y1 - _Y0), 1)

    runs = [[Dot(x(day.day), y(day.share or 0.0)) for day in run] for run in _runs(days)]
    return Burn(
        days=days,
        runs=tuple(" ".join(f"{dot.x},{dot.y}" for dot in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        ticks=tuple(ShareTick(y(top * part), f"{top * part * 100:g}%") for part in (0.0, 0.5, 1.0)),
        ends=x(switch_off) if switch_off is not None and first <= switch_off <= last else None,
        first=first,
        last=last,
    )


def _runs(days: Sequence[BurnDownDay]) -> Iterator[list[BurnDownDay]]:
    """Days with a share that follow each other without a gap."""
    run: list[BurnDownDay] = []
    for day in days:
        if run and (day.share is None or (day.day - run[-1].day).days != 1):
            yield run
            run = []
        if day.share is not None:
            run.append(day)
    if run:
        yield run
