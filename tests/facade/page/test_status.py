"""What the status page shows: as a browser would parse it, not as it happens to be written."""

from __future__ import annotations

import dataclasses
import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from facade.control.view import (
    Calls,
    ConfigView,
    RejectedView,
    RevisionView,
    RouteRow,
    SiloRow,
    StatusView,
    is_overdue,
)
from facade.page.status import render, slices

NOON = datetime.datetime(2026, 11, 23, 12, 0, 5, tzinfo=datetime.UTC)
RUNNING = RevisionView("4f0c2a9b1d3e", NOON)
GOOD = ConfigView(file=RUNNING, accepted=RUNNING, running=RUNNING)
REASON = "routes/land.yaml:14: `canry` is not a stage; use one of legacy, shadow, canary"
BAD = ConfigView(
    file=RevisionView("9b1d3e4f0c2a", NOON),
    accepted=RUNNING,
    running=RUNNING,
    rejected=RejectedView("9b1d3e4f0c2a", NOON, (REASON, "silos/a.yaml:3: unknown key `ownr`; did you mean `owner`?")),
)
TITLES = RouteRow(
    name="titles.read",
    match="GET /titles/{number}",
    stage="canary",
    share=0.25,
    calls=Calls(legacy=1_203_456, platform=401_152, own=3),
    group="conveyancing",
    place="routes/land.yaml:3",
)
FAX = RouteRow("fax.send", "POST /fax", "gone", None, Calls(), None, "routes/land.yaml:40")
PORTAL = SiloRow("portal", "passthrough", "Licensing", datetime.date(2027, 3, 31), False, 62, 0.62)
LAND = SiloRow("land-registry", "sql", None, datetime.date(2026, 10, 31), True, 38, 0.3802)
VOID = {"meta", "link"}


class Page(HTMLParser):
    """A parsed page: its tags with their attributes, its visible text, its tables as rows of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    def row(self, name: str) -> list[str]:
        (found,) = [row for row in self.rows if row[0] == name]
        return found


def view(**changed: object) -> StatusView:
    full = StatusView("1.2.3", NOON, GOOD, (TITLES, FAX), (PORTAL, LAND))
    return dataclasses.replace(full, **changed)  # type: ignore[arg-type]  # fields of StatusView, by the tests below


def page(**changed: object) -> Page:
    return Page(render(view(**changed)))


def test_a_route_shows_where_it_stands_and_who_answered() -> None:
    assert page().row("titles.read")[1:] == [
        "GET /titles/{number}",
        "canary",
        "25%",
        "1,203,456",
        "401,152",
        "3",
        "conveyancing",
        "routes/land.yaml:3",
    ]


def stage(**changed: object) -> str:
    return page(routes=(dataclasses.replace(TITLES, **changed),)).row("titles.read")[2]


def test_a_canary_says_that_its_keys_are_held_or_evicted() -> None:
    assert stage(keys="hold") == "canary keys on hold"
    assert stage(keys="evict", share=0.0) == "canary keys evicted"


def test_a_route_says_what_its_guard_says_or_what_keeps_it_from_moving_forward() -> None:
    judged = {"verdict": "not_enough", "evidence": "3 of 200 calls"}
    assert stage(**judged) == "canary guard: not enough; 3 of 200 calls"
    bars = "its guard has not enough to go by: 3 of 200 calls"
    assert stage(**judged, bars=bars) == f"canary may not move forward: {bars}"


def test_a_route_that_stands_elsewhere_than_its_file_says_why_before_all_else() -> None:
    told = stage(
        keys="evict", differs="an outage", verdict="fail", evidence="platform errors", bars="its guard fails it"
    )
    assert told == "canary keys evicted not as its file says: an outage"


def test_what_does_not_apply_is_said_in_words() -> None:
    gone = page().row("fax.send")
    assert gone[3] == "none"
    assert gone[7] == "none"


def test_a_silo_shows_its_date_and_its_share_of_the_traffic() -> None:
    assert page().row("portal") == [
        "portal",
        "passthrough",
        "Licensing",
        "31 March 2027",
        "62",
        "62%",
        "0",
        "0",
        "none",
        "none",
    ]


def test_a_silo_past_its_date_is_overdue_in_words() -> None:
    assert page().row("land-registry")[3] == "overdue since 31 October 2026"
    assert "overdue" not in page(silos=(PORTAL,)).text


def test_a_silo_without_date_or_traffic_says_so() -> None:
    bare = SiloRow("bare", "sql", None, None, False, 0, None)
    assert page(silos=(bare,)).row("bare") == [
        "bare",
        "sql",
        "none",
        "no date yet",
        "0",
        "none",
        "0",
        "0",
        "none",
        "none",
    ]


def test_a_protected_silo_shows_its_load_its_breaker_and_its_hours() -> None:
    busy = dataclasses.replace(
        PORTAL, in_flight=20, concurrency=20, waiting=1203, queue=2000, breaker="half_open", hours="Mon-Fri 07:00-22:00"
    )
    assert page(silos=(busy,)).row("portal")[6:] == ["20 of 20", "1,203 of 2,000", "half open", "Mon-Fri 07:00-22:00"]
    assert page(silos=(dataclasses.replace(busy, breaker="closed"),)).row("portal")[8] == "closed"


def test_a_silo_that_is_closed_says_until_when_by_its_own_clock() -> None:
    opens = datetime.datetime(2027, 6, 28, 7, 0, tzinfo=ZoneInfo("Europe/London"))
    closed = dataclasses.replace(PORTAL, hours="Mon-Fri 07:00-22:00", opens=opens)
    assert page(silos=(closed,)).row("portal")[9] == "Mon-Fri 07:00-22:00; closed until Monday, 28 June 2027, 07:00"


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0%"), (0.005, "0.5%"), (1 / 3, "33.33%"), (0.1, "10%"), (1.0, "100%")]
)
def test_shares_are_written_as_an_operator_writes_them(share: float, shown: str) -> None:
    assert page(routes=(dataclasses.replace(TITLES, share=share),)).row("titles.read")[3] == shown


def test_the_revision_that_serves_is_named_with_its_time() -> None:
    assert "Serving revision 4f0c2a9b1d3e, since 23 November 2026, 12:00:05 UTC." in page().text
    assert "strangler-facade 1.2.3" in page().text


def test_all_is_quiet_while_the_files_are_good() -> None:
    assert not [attributes for _, attributes in page().tags if attributes.get("role") == "alert"]


def test_a_rejected_configuration_is_loud_and_gives_every_reason() -> None:
    shown = page(config=BAD)
    assert [tag for tag, attributes in shown.tags if attributes.get("role") == "alert"] == ["section"]
    assert "Revision 9b1d3e4f0c2a was rejected" in shown.text
    assert "revision 4f0c2a9b1d3e serves on" in shown.text
    assert REASON in shown.text
    assert "did you mean `owner`?" in shown.text


def test_serving_the_last_accepted_configuration_is_loud_too() -> None:
    shown = page(config=dataclasses.replace(GOOD, from_state=True))
    assert "it serves what it last accepted, revision 4f0c2a9b1d3e" in shown.text


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m'


def test_no_name_of_any_kind_becomes_markup() -> None:
    hostile = view(
        version=HOSTILE,
        config=dataclasses.replace(
            BAD, running=RevisionView(HOSTILE, NOON), rejected=RejectedView(HOSTILE, NOON, (HOSTILE,)), from_state=True
        ),
        routes=(
            RouteRow(HOSTILE, HOSTILE, "canary", None, Calls(), HOSTILE, HOSTILE, keys=HOSTILE, differs=HOSTILE),
            RouteRow(HOSTILE, HOSTILE, HOSTILE, None, Calls(), HOSTILE, HOSTILE, verdict=HOSTILE, bars=HOSTILE),
        ),
        silos=(SiloRow(HOSTILE, HOSTILE, HOSTILE, None, False, 0, None, breaker=HOSTILE, hours=HOSTILE),),
    )
    shown = Page(render(hostile))
    assert shown.names() == page(config=dataclasses.replace(BAD, from_state=True)).names()
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on") or name == "src"]
    assert not set(render(hostile)) & {"\u202e", "\x1b"}


def test_the_page_needs_no_script_no_style_attribute_and_nothing_from_elsewhere() -> None:
    shown = page(config=BAD)
    assert not shown.names() & {"script", "style", "img", "iframe", "form"}
    for _, attributes in shown.tags:
        assert "style" not in attributes
        assert attributes.get("href", "/style.css") == "/style.css"


def test_tables_have_captions_and_every_header_its_scope() -> None:
    tags = page().tags
    assert [tag for tag, _ in tags].count("table") == [tag for tag, _ in tags].count("caption") == 2
    assert {attributes.get("scope") for tag, attributes in tags if tag == "th"} == {"col", "row"}
    assert {len(row) for row in page().rows} == {9, 10}


def test_on_a_narrow_screen_every_cell_says_its_column() -> None:
    columns = [attributes["data-column"] for tag, attributes in page().tags if tag == "td"]
    assert columns[:8] == page().rows[0][1:]


def test_a_page_without_routes_says_that_there_are_none() -> None:
    assert ["none configured"] in page(routes=()).rows


def test_a_thousand_routes_come_in_many_small_slices() -> None:
    large = view(routes=(TITLES,) * 1000)
    parts = list(slices(large))
    assert b"".join(parts).decode() == render(large)
    assert len(parts) > 10
    assert max(map(len, parts)) < 64 * 1024


@pytest.mark.parametrize(
    ("switch_off", "overdue"),
    [
        (None, False),
        (datetime.date(2026, 11, 22), True),
        (datetime.date(2026, 11, 23), False),
        (datetime.date(2026, 11, 24), False),
    ],
)
def test_a_silo_is_overdue_from_the_day_after(switch_off: datetime.date | None, overdue: bool) -> None:
    assert is_overdue(switch_off, NOON.date()) is overdue
