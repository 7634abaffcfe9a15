"""What a passed `switch_off` does to the routes of its silo. Pure.

The law of this file: a date alone never cuts anyone off. Only where the silo's file says `after_switch_off: refuse`, a
named person has confirmed the evidence for this very date, and its day is over, is the silo asked no more: routes that
it still answers are gone, and routes that the platform answers are complete, for their way back is unplugged. Until
that day is over, a confirmed end is announced to callers as a sunset, because now it is one (RFC 8594 section 3).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from facade.routing.notice import Announced, Notice
from facade.routing.route import Route
from facade.routing.stage import Stage

_LAST: Final = datetime.date.max - datetime.timedelta(days=2)
"""No zone can be applied to the days behind it."""

ANSWERED_BY_LEGACY: Final = frozenset({Stage.LEGACY, Stage.SHADOW, Stage.CANARY})
"""Stages in which a route's silo answers all of its calls, or some."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person's word that the evidence was looked at and the silo may be switched off after `switch_off`.

    `evidence` is the SHA-256 of what was looked at, and `verdict` what it said; `forced` where it spoke against it.
    """

    silo: str
    switch_off: datetime.date
    by: str
    why: str
    at: datetime.datetime
    evidence: str
    verdict: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """What the date of one silo comes to at one moment. `off` is when its day is over; `confirmed_by` holds for it."""

    silo: str
    date: datetime.date
    off: datetime.datetime
    refuses: bool
    is_past: bool
    confirmed_by: str | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether the silo's routes are refused, now or once the day is over."""
        return self.refuses and self.confirmed_by is not None

    @property
    def is_off(self) -> bool:
        """Whether the silo is asked no more."""
        return self.is_past and self.is_confirmed

    @property
    def sentence(self) -> str:
        """How it stands, for whoever looks at the silo or at one of its routes."""
        if self.is_off:
            return f"{self.silo} was switched off on {self.date}, confirmed by {self.confirmed_by}"
        if self.is_past:
            return f"{self.silo} is overdue since {self.date}, and answers on: {self.missing}"
        if self.is_confirmed:
            return f"{self.silo} will be refused when {self.date} is over, confirmed by {self.confirmed_by}"
        return f"{self.silo} is to be switched off on {self.date}, and answers on after that: {self.missing}"

    @property
    def missing(self) -> str:
        """What keeps a passed date from refusing anybody; empty if nothing does."""
        if not self.refuses:
            return "its file does not say after_switch_off: refuse"
        return "" if self.is_confirmed else f"nobody has confirmed the evidence for {self.date}"


def off_at(date: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    """When the day of a `switch_off` is over: a silo is wanted on its last day still."""
    return datetime.datetime.combine(min(date, _LAST) + datetime.timedelta(days=1), datetime.time(), zone)


def ended(route: Route, silo: SwitchOff) -> Route:
    """The route as it runs where its silo stands so."""
    if not silo.is_confirmed:
        return route
    if not silo.is_past:
        return _announced(route, silo) if route.stage in ANSWERED_BY_LEGACY else route
    stage = {Stage.PLATFORM: Stage.COMPLETE, **dict.fromkeys(ANSWERED_BY_LEGACY, Stage.GONE)}.get(route.stage)
    if stage is None:
        return route
    return replace(route, stage=stage, notice=replace(route.notice, switched_off=silo.sentence))


def without_brownouts(route: Route) -> Route:
    """The route as it runs where all brown-outs are stopped."""
    return replace(route, notice=replace(route.notice, brownouts=())) if route.notice.brownouts else route


def _announced(route: Route, silo: SwitchOff) -> Route:
    """A sunset of the route's own that comes sooner stands; a deprecation never comes behind its sunset."""
    notice = route.notice
    own = notice.sunset
    if own is not None and own.at <= silo.off:
        return route
    deprecated = notice.deprecated
    if deprecated is not None and deprecated.at > silo.off:
        deprecated = replace(deprecated, at=silo.off)
    sunset = Announced(silo.off, own.link if own is not None else None)
    return replace(route, notice=Notice(deprecated, sunset, notice.brownouts))
