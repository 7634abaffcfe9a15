"""The end of a route: its dates agree with each other, its rehearsals are announced and short, and it knows its silo's.

A silo's `switch_off` is no sunset of its routes: they move, and callers notice nothing. Only a route that has nowhere
to move to ends with its silo.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from facade.config.callers_file import FILE
from facade.config.draft import Draft, DraftRoute, first_of
from facade.config.mistake import Mistake, quote
from facade.config.settings import Settings
from facade.ending.brownouts import LONGEST, crowded
from facade.ending.refusing import ANSWERED_BY_LEGACY, off_at
from facade.routing.notice import Brownout
from facade.routing.route import Route


def sunsets_follow_deprecations(draft: Draft) -> Iterator[Mistake]:
    """RFC 9745 section 4: a sunset is not before the deprecation."""
    for written, route in _routes(draft):
        deprecated, sunset = route.notice.deprecated, route.notice.sunset
        if deprecated is not None and sunset is not None and sunset.at < deprecated.at:
            what = f"sunset of route {quote(route.name)} is before it is deprecated"
            yield Mistake(written.at("sunset"), what, "mend one of the two dates")


def brownouts_are_announced(draft: Draft) -> Iterator[Mistake]:
    """What is rehearsed is the sunset, and callers have been told of it by then."""
    for written, route, position, brownout in _brownouts(draft):
        notice, at = route.notice, written.at("brownouts", position)
        if notice.sunset is None:
            if not written.says("sunset"):
                what = f"a brown-out rehearses the end of route {quote(route.name)}, which has no sunset"
                yield Mistake(at, what, "add sunset: DATE, so that its callers are told")
        elif brownout.end > notice.sunset.at:
            what = f"a brown-out of route {quote(route.name)} ends after its sunset"
            yield Mistake(at, what, "write an earlier one, or a later sunset")
        if notice.deprecated is not None and brownout.start < notice.deprecated.at:
            what = f"a brown-out of route {quote(route.name)} begins before it is deprecated"
            yield Mistake(at, what, "write a later one, or an earlier deprecated")


def brownouts_are_short(draft: Draft) -> Iterator[Mistake]:
    """Two that follow each other are as long as one."""
    for written, route in _routes(draft):
        first = crowded(route.notice.brownouts)
        if first is not None:
            hours = LONGEST.total_seconds() / 3600
            what = f"brown-outs of route {quote(route.name)} take more than {hours:g} hours of one day"
            at = written.at("brownouts", route.notice.brownouts.index(first))
            yield Mistake(at, what, "write fewer, shorter ones, or on other days: they are rehearsals")


def brownouts_name_known_callers(draft: Draft) -> Iterator[Mistake]:
    known = first_of(draft.callers)
    if FILE in draft.unread:
        return
    for written, _, position, brownout in _brownouts(draft):
        for name in sorted(brownout.callers - known.keys()):
            like = difflib.get_close_matches(name, known, 1)
            mend = f"write {like[0]}, or add the caller" if like else f"add the caller to {FILE}, or remove it here"
            what = f"the brown-out names caller {quote(name)}, and {FILE} has no such caller"
            yield Mistake(written.at("brownouts", position, "callers"), what, mend)


def silos_outlast_their_routes(draft: Draft) -> Iterator[Mistake]:
    """A route without a platform ends with its silo, whatever its callers were told."""
    silos, zone = draft.silo_names(), _zone(draft)
    for written, route in _routes(draft):
        sunset, named = route.notice.sunset, silos.get(route.legacy.silo) if route.legacy is not None else None
        silo = named.silo if named is not None else None
        if sunset is None or silo is None or silo.switch_off is None or route.platform is not None:
            continue
        if route.stage in ANSWERED_BY_LEGACY and sunset.at > off_at(silo.switch_off, zone):
            what = (
                f"route {quote(route.name)} has its sunset after {silo.switch_off}, when its silo "
                f"{quote(silo.name)} is to be switched off, and no platform to move to"
            )
            yield Mistake(written.at("sunset"), what, "give it a platform, or mend one of the two dates")


def _routes(draft: Draft) -> Iterator[tuple[DraftRoute, Route]]:
    for written in draft.routes:
        if written.route is not None:
            yield written, written.route


def _brownouts(draft: Draft) -> Iterator[tuple[DraftRoute, Route, int, Brownout]]:
    for written, route in _routes(draft):
        for position, brownout in enumerate(route.notice.brownouts):
            yield written, route, position, brownout


def _zone(draft: Draft) -> ZoneInfo:
    settings = draft.facade.settings if draft.facade is not None else None
    return ZoneInfo((settings or Settings()).timezone)
