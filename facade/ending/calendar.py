"""Dates of silos and routes as a calendar (RFC 5545), for whoever lives by another calendar than this one. Pure.

Each date is one event with a UID that only depends on what it is of (section 3.8.4.7): where a date moves, the event of
a calendar that reads it again moves too. Of brown-outs a route may have several, so theirs depends on its beginning.
Lines end in CRLF and are folded at 75 octets, between two characters (section 3.1); texts are escaped (section 3.3.11).
"""

from __future__ import annotations

import datetime
import enum
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from facade.ending.schedule import SiloSchedule
from facade.ending.words import percent
from facade.routing.notice import Announced, Brownout
from facade.routing.route import Route

_LINE: Final = 75
"""Octets of a line, its end not counted (section 3.1)."""

_UID: Final = 16
"""Bytes of a UID's digest, as many as a UUID has."""

_HEADER: Final = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//strangler-facade//schedule//EN", "CALSCALE:GREGORIAN")


class EventKind(enum.StrEnum):
    """What happens on a date; each is the key it is written by."""

    SWITCH_OFF = "switch_off"
    DEPRECATED = "deprecated"
    SUNSET = "sunset"
    BROWNOUT = "brownouts"


@dataclass(frozen=True, slots=True)
class Event:
    """One date of the silo or route `name`: all of `day`, or from `start` to `end`, aware, where it has these."""

    kind: EventKind
    name: str
    summary: str
    description: str
    day: datetime.date
    start: datetime.datetime | None = None
    end: datetime.datetime | None = None


def events(silos: Iterable[SiloSchedule], routes: Iterable[Route], zone: datetime.tzinfo) -> tuple[Event, ...]:
    """Every date there is, in order. Days are those of the operator's `zone`."""
    found = [
        *(_switch_off(silo, silo.switch_off) for silo in silos if silo.switch_off is not None),
        *(event for route in routes for event in _of_route(route, zone)),
    ]
    return tuple(sorted(found, key=lambda event: (event.day, event.kind, event.name)))


def calendar(dates: Iterable[Event], now: datetime.datetime) -> bytes:
    """The calendar as a file. `now` is aware: the moment of each event's DTSTAMP (section 3.8.7.2)."""
    lines = [*_HEADER, *(line for event in dates for line in _event(event, now)), "END:VCALENDAR"]
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _switch_off(silo: SiloSchedule, day: datetime.date) -> Event:
    owner = f" Owner: {silo.owner}." if silo.owner else ""
    summary = f"Switch off {silo.silo}{' (overdue)' if silo.overdue else ''}"
    return Event(EventKind.SWITCH_OFF, silo.silo, summary, f"{silo.sentence}.{owner}", day)


def _of_route(route: Route, zone: datetime.tzinfo) -> Iterator[Event]:
    notice, name = route.notice, route.name
    if notice.deprecated is not None:
        told = "From now on its answers carry Deprecation (RFC 9745)."
        yield _announced(EventKind.DEPRECATED, name, f"{name} is deprecated", told, notice.deprecated, zone)
    if notice.sunset is not None:
        told = "Its answers have carried Sunset (RFC 8594) with this date: it may end now."
        yield _announced(EventKind.SUNSET, name, f"Sunset of {name}", told, notice.sunset, zone)
    for brownout in notice.brownouts:
        yield _brownout(name, brownout, zone)


def _announced(kind: EventKind, name: str, summary: str, told: str, at: Announced, zone: datetime.tzinfo) -> Event:
    link = f" See {at.link}" if at.link else ""
    return Event(kind, name, summary, told + link, at.at.astimezone(zone).date())


def _brownout(name: str, brownout: Brownout, zone: datetime.tzinfo) -> Event:
    whom = ", ".join(sorted(brownout.callers)) or f"{percent(float(brownout.share))} of its calls"
    told = f"Refuses {whom}: {brownout.why}"
    day = brownout.start.astimezone(zone).date()
    return Event(EventKind.BROWNOUT, name, f"Brown-out of {name}", told, day, brownout.start, brownout.end)


def _event(event: Event, now: datetime.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(event)}"
    yield f"DTSTAMP:{_moment(now)}"
    if event.start is not None and event.end is not None:
        yield f"DTSTART:{_moment(event.start)}"
        yield f"DTEND:{_moment(event.end)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"  # without DTEND it is this day (section 3.6.1)
        yield "TRANSP:TRANSPARENT"  # nobody is busy all day because of it
    yield f"SUMMARY:{_escaped(event.summary)}"
    yield f"DESCRIPTION:{_escaped(event.description)}"
    yield f"CATEGORIES:{_escaped(event.kind)}"
    yield "END:VEVENT"


def _uid(event: Event) -> str:
    begins = "" if event.start is None else _moment(event.start)
    content = f"{event.kind}\n{event.name}\n{begins}".encode()
    return f"{hashlib.blake2b(content, digest_size=_UID).hexdigest()}@strangler-facade"


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of `_LINE` octets at most; each but the first begins with the blank that continues it."""
    piece = b""
    for character in line:
        octets = character.encode("utf-8", "backslashreplace")
        if len(piece) + len(octets) > _LINE:
            yield piece
            piece = b" "
        piece += octets
    yield piece
