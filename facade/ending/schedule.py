"""The schedule: every silo by its date, with what is left of it, and what the calendars of others should show. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from facade.ending.burndown import BurnDown
from facade.ending.counts import CallerCalls
from facade.ending.forecast import Forecast, ForecastKind, forecast
from facade.ending.silo import EndingSilo
from facade.ending.words import listed, number_of, written

CALLERS: Final = 30
"""Days in which a caller must have called to be one that is left: as long as the evidence looks back by default."""


@dataclass(frozen=True, slots=True)
class SiloSchedule:
    """One silo. `days_left` until its date, below 0 once it is overdue; both None and False where it has no date.

    `routes_left` counts by stage those that are neither complete nor gone; `share` is its part of the last whole days'
    calls, 0 to 1; `callers` are those of the last `CALLERS` days, who called most first. `sentence` says it all.
    """

    silo: str
    owner: str | None
    kind: str
    switch_off: datetime.date | None
    after_switch_off: str
    overdue: bool
    days_left: int | None
    forecast: Forecast
    routes_left: tuple[tuple[str, int], ...]
    share: float | None
    callers: tuple[str, ...]
    sentence: str


def schedule(
    silos: Iterable[EndingSilo],
    burn_downs: Mapping[str, BurnDown],
    callers: Iterable[CallerCalls],
    today: datetime.date,
) -> tuple[SiloSchedule, ...]:
    """Every silo, those with the nearest date first, those without one last. `callers` are those of the last days."""
    by_silo: dict[str, list[CallerCalls]] = {}
    for each in callers:
        by_silo.setdefault(each.target, []).append(each)
    rows = [_row(silo, burn_downs[silo.name], by_silo.get(silo.name, []), today) for silo in silos]
    return tuple(sorted(rows, key=lambda row: (row.switch_off or datetime.date.max, row.silo)))


def _row(silo: EndingSilo, burn_down: BurnDown, callers: list[CallerCalls], today: datetime.date) -> SiloSchedule:
    names = tuple(each.caller for each in sorted(callers, key=lambda each: (-each.calls, each.caller)))
    days_left = None if silo.switch_off is None else (silo.switch_off - today).days
    expected = forecast(burn_down, today, silo.switch_off)
    return SiloSchedule(
        silo=silo.name,
        owner=silo.owner,
        kind=silo.kind,
        switch_off=silo.switch_off,
        after_switch_off=silo.after_switch_off,
        overdue=days_left is not None and days_left < 0,
        days_left=days_left,
        forecast=expected,
        routes_left=silo.left_by_stage,
        share=burn_down.recent,
        callers=names,
        sentence=_sentence(silo, days_left, expected, names),
    )


def _sentence(silo: EndingSilo, days_left: int | None, expected: Forecast, callers: tuple[str, ...]) -> str:
    told = [f"{silo.name} {_date(silo.switch_off, days_left)}", expected.sentence]
    if expected.kind is not ForecastKind.EMPTY or silo.left:
        told.append(f"{number_of(len(silo.left), 'route')} left")
        told.append(f"called by {listed(callers)}" if callers else f"no caller in {number_of(CALLERS, 'day')}")
    return "; ".join(told)


def _date(switch_off: datetime.date | None, days_left: int | None) -> str:
    if switch_off is None or days_left is None:
        return "has no date"
    day = written(switch_off)
    if days_left < 0:
        return f"is overdue by {number_of(-days_left, 'day')}, since {day}"
    when = f"in {number_of(days_left, 'day')}" if days_left else "today"
    return f"is to go {when}, {day}"
