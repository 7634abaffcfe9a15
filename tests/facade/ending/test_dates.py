"""The fields of a route's end, read back by what others read them with."""

from __future__ import annotations

import datetime
import re
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from facade.ending.dates import deprecation, fields, link, sunset
from facade.routing.notice import NOTHING, Announced, Notice

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))
MOMENTS = st.builds(datetime.datetime.fromtimestamp, st.integers(946_771_200, 7_258_032_000), OFFSETS)
"""From 2000 to 2199."""

STRUCTURED_DATE = re.compile(r"@(-?[0-9]{1,15})")
IMF_FIXDATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
    r"[0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
)
LINK = re.compile(r'<([^<>"\s]*)>; rel="([a-z-]+)"')


@given(MOMENTS)
def test_a_deprecation_is_a_structured_date_of_the_same_moment(moment: datetime.datetime):
    found = STRUCTURED_DATE.fullmatch(deprecation(moment))
    assert found is not None
    assert datetime.datetime.fromtimestamp(int(found[1]), datetime.UTC) == moment


@given(MOMENTS)
def test_a_sunset_is_an_http_date_of_the_same_moment(moment: datetime.datetime):
    assert IMF_FIXDATE.fullmatch(sunset(moment))
    assert parsedate_to_datetime(sunset(moment)) == moment


@given(st.text())
def test_no_target_ends_its_link_or_its_line(target: str):
    value = link(target, "sunset")
    assert LINK.fullmatch(value)
    assert value.isascii()
    assert value.isprintable()


def test_what_is_encoded_already_stays_as_it_is():
    assert link("https://a.example/x/%2F?y=1&z=[2]#part", "deprecation").startswith(
        "<https://a.example/x/%2F?y=1&z=[2]#part>"
    )


def test_a_route_says_what_was_written_of_it_and_nothing_else():
    at = datetime.datetime(2027, 3, 31, tzinfo=datetime.UTC)
    assert fields(NOTHING) == []
    assert fields(Notice(sunset=Announced(at))) == [("Sunset", "Wed, 31 Mar 2027 00:00:00 GMT")]
    assert [name for name, _ in fields(Notice(Announced(at, "/why"), Announced(at, "/ends")))] == [
        "Deprecation",
        "Link",
        "Sunset",
        "Link",
    ]
