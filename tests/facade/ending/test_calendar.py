from __future__ import annotations

import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from counted import a_route
from ended import DAY, NOW, TODAY
from hypothesis import given
from hypothesis import strategies as st

from facade.ending.burndown import BurnDown
from facade.ending.calendar import Event, EventKind, calendar, events
from facade.ending.schedule import SiloSchedule, schedule
from facade.ending.silo import EndingSilo
from facade.routing.notice import Announced, Brownout, Notice

LONDON = ZoneInfo("Europe/London")
NOTICE = Notice(
    deprecated=Announced(datetime.datetime(2027, 1, 1, tzinfo=LONDON), "https://docs.example/titles"),
    sunset=Announced(datetime.datetime(2027, 6, 1, tzinfo=LONDON)),
    brownouts=(
        Brownout(
            datetime.datetime(2027, 5, 1, 10, tzinfo=LONDON),
            datetime.datetime(2027, 5, 1, 11, tzinfo=LONDON),
            "rehearsal",
            Fraction(1, 4),
        ),
        Brownout(
            datetime.datetime(2027, 5, 8, 10, tzinfo=LONDON),
            datetime.datetime(2027, 5, 8, 11, tzinfo=LONDON),
            "rehearsal",
            callers=frozenset({"bailiffs", "agents"}),
        ),
    ),
)


def silos(switch_off: datetime.date | None = TODAY + DAY) -> tuple[SiloSchedule, ...]:
    return schedule([EndingSilo("portal", "sql", "Licensing", switch_off)], {"portal": BurnDown("portal")}, (), TODAY)


def unfolded(document: bytes) -> list[str]:
    """The content lines, as a reader of RFC 5545 section 3.1 sees them."""
    assert document.endswith(b"\r\n")
    return document.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def told(document: bytes, name: str) -> list[str]:
    return [line.removeprefix(name) for line in unfolded(document) if line.startswith(name)]


def unescaped(text: str) -> str:
    """A TEXT value read (section 3.3.11)."""
    pieces, escaped = [], False
    for character in text:
        if escaped:
            pieces.append("\n" if character in "nN" else character)
        elif character != "\\":
            assert character not in ";,"
            pieces.append(character)
        escaped = character == "\\" and not escaped
    return "".join(pieces)


def test_every_date_of_silos_and_routes_is_an_event_in_order():
    found = events(silos(), [a_route(notice=NOTICE)], LONDON)
    assert [(each.kind, each.name, each.day.isoformat()) for each in found] == [
        ("switch_off", "portal", "2026-11-24"),
        ("deprecated", "titles.read", "2027-01-01"),
        ("brownouts", "titles.read", "2027-05-01"),
        ("brownouts", "titles.read", "2027-05-08"),
        ("sunset", "titles.read", "2027-06-01"),
    ]
    assert "25%" in found[2].description
    assert "agents, bailiffs" in found[3].description
    assert "https://docs.example/titles" in found[1].description


def test_a_silo_without_a_date_has_no_event():
    assert events(silos(None), [], LONDON) == ()


def test_the_calendar_has_what_a_calendar_needs():
    document = calendar(events(silos(), [], LONDON), NOW)
    lines = unfolded(document)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert told(document, "PRODID:")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert told(document, "DTSTAMP:") == ["20261123T090000Z"]
    assert told(document, "DTSTART;VALUE=DATE:") == ["20261124"]
    assert told(document, "SUMMARY:") == ["Switch off portal"]


def test_a_brown_out_has_its_hours_in_utc():
    document = calendar(events((), [a_route(notice=NOTICE)], LONDON), NOW)
    assert told(document, "DTSTART:") == ["20270501T090000Z", "20270508T090000Z"]
    assert told(document, "DTEND:") == ["20270501T100000Z", "20270508T100000Z"]


def test_uids_are_all_different_and_stay_when_a_date_moves():
    def uids(day: datetime.date, now: datetime.datetime) -> list[str]:
        return told(calendar(events(silos(day), [a_route(notice=NOTICE)], LONDON), now), "UID:")

    first = uids(TODAY, NOW)
    assert len(set(first)) == 5
    assert sorted(uids(TODAY + DAY, NOW + DAY)) == sorted(first)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
def test_every_text_is_read_back_as_it_was_and_no_line_is_too_long(text: str):
    document = calendar([Event(EventKind.SUNSET, "x", text, f"{text}\none", TODAY)], NOW)
    assert all(len(line) <= 75 for line in document.split(b"\r\n"))
    assert [unescaped(each) for each in told(document, "SUMMARY:")] == [text]
    assert [unescaped(each) for each in told(document, "DESCRIPTION:")] == [f"{text}\none"]
    for line in document.split(b"\r\n"):
        line.decode()  # no character is cut in two
