from __future__ import annotations

import datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from counting import MadeUpCounts
from ended import NOW, TODAY, before, called

from facade.compare.answer import ComparedAnswer
from facade.comparisons import Comparisons
from facade.control.answers import Question
from facade.control.ending.collect import ORPHANS, Collector
from facade.control.ending.pages import days_of, pages
from facade.control.overview import breathe
from facade.ending.counts import Counts, DayCalls, Orphan
from facade.ending.refusing import Confirmation
from facade.problem import Refusal

WATCHED = [before(number) for number in range(1, 31)]
SHAPES = tuple(
    Orphan("GET", f"/{letter}{other}/{{x}}", 5, before(9), before(2), MappingProxyType({"2xx": 5}))
    for letter in "abcde"
    for other in "abcde"
)
KNOWN = Counts(observed=MappingProxyType(dict.fromkeys(WATCHED, 86_400.0)), whole=frozenset(WATCHED), orphans=SHAPES)
WORD = Confirmation("registry", TODAY, "Kim", "done", NOW, "digest", "all is well")
HTML = (("content-type", "text/html"),)


class Site:
    """A collector of files and made-up counts."""

    def __init__(self, files, tmp_path, **settings: str) -> None:
        if settings:
            files.change(
                "facade.yaml", "version: 1", "version: 1\n" + "\n".join(f"{k}: {v}" for k, v in settings.items())
            )
        self.running: Any = SimpleNamespace(
            configuration=files.configuration(), endings=SimpleNamespace(confirmations={"registry": WORD})
        )
        every = tuple(DayCalls(day, "portal", 10) for day in WATCHED)
        self.counts = MadeUpCounts(every, (*called("courts"), *called("agents", silo="registry")), KNOWN)
        self.comparisons = Comparisons(NOW.timestamp, bytes(32))
        self.clock = 0.0
        self.collector = Collector(
            self.running, self.counts, self.comparisons, tmp_path, lambda: NOW, lambda: self.clock, breathe
        )


@pytest.fixture
def site(files, tmp_path) -> Site:
    return Site(files, tmp_path)


async def ask(site: Site, path: str, *query: tuple[str, str]) -> bytes:
    reply = await pages(site.collector, site.running)[path](Question("GET", path, query))
    assert isinstance(reply.body, bytes)
    assert reply.status == 200
    return reply.body


async def test_the_schedule_is_worked_out_once_for_what_runs_and_is_known(site: Site):
    first = await site.collector.schedule()
    assert await site.collector.schedule() is first
    site.clock = 100.0
    again = await site.collector.schedule()
    assert again is not first
    assert [each.silo for each in again.silos] == ["portal", "registry"]
    assert set(await site.collector.schedules()) == {"portal", "registry"}


async def test_the_evidence_is_of_one_silo_alone(site: Site):
    portal, registry = await site.collector.evidence("portal"), await site.collector.evidence("registry")
    assert [each.caller for each in portal.callers] == ["courts"]
    assert [each.caller for each in registry.callers] == ["agents"]
    assert (portal.zero_days, registry.zero_days) == (0, 30)
    assert (portal.confirmations, registry.confirmations) == ((), (WORD,))
    assert ("titles.read", "legacy") in registry.routes
    with pytest.raises(KeyError):
        await site.collector.evidence("nobody")


async def test_routes_whose_sides_differ_are_open(site: Site):
    (route,) = (each for each in site.running.configuration.routes if each.name == "titles.read")
    known = site.comparisons.of(route)
    ticks = iter(range(1000))
    one, other = (ComparedAnswer(200, HTML, body) for body in (b"a", b"b"))
    for left, right in ((one, one), (one, other)):
        assert (await site.collector.evidence("registry")).differences == ()
        known.add(known.compare(left, right, lambda: next(ticks) / 1e6, noise=False), 0.0, noise=False)
    (open_one,) = (await site.collector.evidence("registry")).differences
    assert (open_one.route, open_one.compared, open_one.differing) == ("titles.read", 2, 1)
    assert (await site.collector.evidence("portal")).differences == ()


async def test_what_no_route_covers_is_of_the_silo_that_takes_it(files, tmp_path):
    site = Site(files, tmp_path)
    site.running.configuration = _with_unmatched(site.running.configuration, "registry")
    found = (await site.collector.evidence("registry")).unresolved
    assert (found.takes_unmatched, len(found.orphans), found.more) == (True, ORPHANS, len(SHAPES) - ORPHANS)
    assert (await site.collector.evidence("registry", 1)).unresolved.orphans == (), "it was before those days"
    assert not (await site.collector.evidence("portal")).unresolved.takes_unmatched
    assert (await site.collector.orphans()).unmatched == "registry"


def _with_unmatched(configuration: Any, silo: str) -> Any:
    from dataclasses import replace

    return replace(configuration, settings=replace(configuration.settings, unmatched=silo))


async def test_calls_that_cannot_be_read_are_said_everywhere(site: Site):
    site.counts.broken = True
    assert (await site.collector.schedule()).problem is not None
    assert (await site.collector.orphans()).problem is not None
    assert not (await site.collector.evidence("registry")).may


async def test_every_page_is_json(site: Site):
    assert b'"silo":"portal"' in await ask(site, "/api/schedule")
    assert b'"may":false' in await ask(site, "/api/evidence", ("silo", "portal"))
    assert b'"days":7,' in await ask(site, "/api/evidence", ("silo", "portal"), ("days", "7"))
    assert b'"share":1.0' in await ask(site, "/api/burndown", ("silo", "portal"))
    assert b'"match":"GET /aa/{x}"' in await ask(site, "/api/orphans")
    assert b'"unread":["portal","registry"]' in await ask(site, "/api/commonality")


@pytest.mark.parametrize("path", ["/api/evidence", "/api/burndown"])
async def test_of_a_silo_that_is_not_there_nothing_is_told(site: Site, path: str):
    for query in ((), (("silo", "nobody"),)):
        with pytest.raises(Refusal) as refused:
            await ask(site, path, *query)
        assert refused.value.problem.status == 404


@pytest.mark.parametrize("text", ["", "0", "401", "-1", "1.5", "x", "٣", "9" * 5000])
def test_days_are_a_bounded_number(text: str):
    with pytest.raises(Refusal):
        days_of(Question("GET", "/api/evidence", (("days", text),)))


def test_thirty_days_are_asked_for_if_nothing_is_said():
    assert days_of(Question("GET", "/api/evidence")) == 30
    assert days_of(Question("GET", "/api/evidence", (("days", "400"),))) == 400
    assert datetime.timedelta(400) + before(400) == TODAY
