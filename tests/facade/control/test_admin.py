from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from facade.callers.callers import NOBODY
from facade.compare.answer import ComparedAnswer
from facade.comparisons import Comparisons
from facade.control import admin
from facade.control.admin import asked
from facade.control.answers import Question, Reply
from facade.control.asked import Asked
from facade.control.overview import Overview, breathe
from facade.control.roles import Outcome, ReloadResult, began, follow
from facade.control.site import Site
from facade.problem import Refusal
from facade.routing.known import KnownKeys
from facade.routing.table import RouteTable
from facade.telemetry.metrics import Metrics

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
COMPARISONS = Comparisons(NOW.timestamp, bytes(32))


class Running:
    """What the pages read of a reloader and of the snapshots."""

    def __init__(self, files) -> None:
        self.configuration = files.configuration()
        self.view = began(ReloadResult(Outcome.ACCEPTED, self.configuration.revision), NOW)
        self.overrides = SimpleNamespace(now=())
        self.known = KnownKeys()
        self.endings = SimpleNamespace(silos=lambda _: {})
        self.table = RouteTable.compile(self.configuration.routes)
        self.callers = NOBODY

    @property
    def current(self) -> Running:
        return self


@pytest.fixture
def running(files) -> Running:
    return Running(files)


@pytest.fixture
def site(running: Any) -> Site:
    return admin_of(running)


def admin_of(running: Any) -> Site:
    """The listener of a sidecar that runs this, and guards nothing."""
    guards: Any = SimpleNamespace(verdict=lambda _: None, bars=lambda _: None)
    overview = Overview("1.2", running, Metrics("1.2", ()), lambda _: None, guards, lambda: NOW, breathe)
    return Site(admin.pages(overview, running, running, COMPARISONS, KnownKeys(), breathe))


async def whole(body: bytes | AsyncIterator[bytes]) -> bytes:
    return body if isinstance(body, bytes) else b"".join([piece async for piece in body])


async def ask(site: Site, path: str, *query: tuple[str, str]) -> tuple[Reply, bytes]:
    reply = await site.answer(Question("GET", path, query))
    return reply, await whole(reply.body)


async def test_the_routes_and_silos_are_json_with_the_fields_of_their_rows(site: Site):
    _, body = await ask(site, "/api/routes")
    told = json.loads(body)
    assert [route["name"] for route in told["routes"]] == [
        "searches.read",
        "charges.read",
        "titles.read",
        "claims.write",
        "old.search",
    ]
    assert told["routes"][0]["calls"] == {"legacy": 0, "platform": 0, "own": 0}
    assert [silo["name"] for silo in told["silos"]] == ["portal", "registry"]
    assert told["silos"][0]["switch_off"] == "2027-03-31"


async def test_the_configuration_is_told_in_its_four_roles(site: Site, running: Running):
    rejected = ReloadResult(Outcome.REJECTED, "bad")
    running.view = follow(running.view, rejected, NOW)
    _, body = await ask(site, "/api/config")
    told = json.loads(body)
    assert told["running"] == {"revision": running.configuration.revision, "at": "2026-11-23T09:00:00Z"}
    assert told["rejected"] == {"revision": "bad", "at": "2026-11-23T09:00:00Z", "reasons": []}
    assert told["from_state"] is False


async def test_a_call_is_explained(site: Site):
    _, body = await ask(site, "/api/explain", ("url", "/titles/1"), ("header", "Cookie: session=1"))
    assert json.loads(body)["route"] == "titles.read"


async def test_an_explanation_never_answers_with_what_it_was_asked(site: Site):
    _, body = await ask(site, "/api/explain", ("url", "/private"), ("header", "Cookie: session=private"))
    assert b"private" not in body


@pytest.mark.parametrize(
    "query",
    [
        (),
        (("url", ""),),
        (("url", "/a"), ("header", "Cookie")),
        (("url", "/a"), ("header", ":x")),
        (("url", "/a"), ("address", "here")),
    ],
)
def test_a_question_that_names_no_call_is_a_400_that_says_how(query: tuple[tuple[str, str], ...]):
    with pytest.raises(Refusal) as refusal:
        asked(Question("GET", "/api/explain", query))
    assert refusal.value.problem.status == 400


def test_the_call_comes_from_the_address_that_is_asked_about():
    assert asked(Question("GET", "/api/explain", (("url", "/a"),))).address == "127.0.0.1"
    given = (("url", "/a"), ("address", "2001:DB8::1"))
    assert asked(Question("GET", "/api/explain", given)).address == "2001:db8::1"


def test_the_call_that_is_asked_about_is_read_from_the_query():
    question = Question(
        "GET", "/api/explain", (("method", "PUT"), ("url", "/a?b=1"), ("header", "A: 1"), ("header", "B:2:3"))
    )
    assert asked(question) == Asked("PUT", "/a?b=1", (("A", "1"), ("B", "2:3")))


async def test_no_secret_is_in_any_answer(files, tmp_path):
    (tmp_path / "token").write_text("hush-hush")
    files.change("facade.yaml", "admin: 127.0.0.1:0", f'admin: {{token: "${{file:{tmp_path}/token}}"}}')
    running: Any = Running(files)
    assert running.configuration.settings.admin_token == "hush-hush"
    site = admin_of(running)
    for path in ("/api/routes", "/api/config"):
        assert b"hush" not in (await ask(site, path))[1]
    assert b"hush" not in (await ask(site, "/api/explain", ("url", "/titles/1")))[1]


async def test_what_differs_between_the_sides_of_a_route_is_told_without_a_value(site: Site, running: Any) -> None:
    route = next(each for each in running.configuration.routes if each.name == "titles.read")
    known = COMPARISONS.of(route)
    json_field = ((b"Content-Type", b"application/json"),)
    for legacy, platform in ((b'{"owner": "Ada"}', b'{"owner": "Bob"}'), (b'{"owner": "Ada"}', b'{"owner": "Ada"}')):
        found = known.compare(
            ComparedAnswer(200, json_field, legacy), ComparedAnswer(200, json_field, platform), lambda: 0.0, noise=False
        )
        known.add(found, NOW.timestamp(), noise=False)
    _, body = await ask(site, "/api/differences", ("route", "titles.read"))
    told = json.loads(body)
    assert (told["route"], told["compared"], told["parity"]) == ("titles.read", 2, 0.5)
    (field,) = told["fields"]
    assert (field["path"], field["kind"], field["differs"], field["counts"]) == ("owner", "value", 1, True)
    assert field["last"].startswith("2026-11-23T09:00:00")
    assert b"Ada" not in body


async def test_a_route_of_which_nothing_was_compared_says_so(site: Site) -> None:
    COMPARISONS.keep(())
    _, body = await ask(site, "/api/differences", ("route", "titles.read"))
    assert (json.loads(body)["since"], json.loads(body)["fields"]) == (None, [])


@pytest.mark.parametrize("query", [(), (("route", "nobody"),)])
async def test_differences_are_those_of_a_route_that_there_is(site: Site, query: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Refusal) as caught:
        await ask(site, "/api/differences", *query)
    assert caught.value.problem.status == 404
