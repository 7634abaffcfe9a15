from __future__ import annotations

import asyncio
import time

from calls import request_of
from tokens import AUDIENCE, ISSUER, NOW, key_set, token

from facade.control.build import build, compiled, nothing
from facade.port import Services
from facade.routing.table import Found
from facade.targets.catalog import Catalog
from facade.targets.definition import NamedFiles
from facade.targets.protect.protections import Protections
from facade.tasks import spawn
from facade.telemetry.metrics import Metrics
from facade.wire.deadlines import Deadlines


def test_before_the_first_configuration_nothing_is_served():
    assert nothing().table.find("", "GET", "/", lambda _: None) is None
    assert nothing().unmatched is None


def test_a_configuration_is_worked_out_as_table_and_figures(files):
    worked_out = compiled(files.configuration(), lambda: 0.0)
    found = worked_out.table.find("", "GET", "/titles/1", lambda _: None)
    assert isinstance(found, Found)
    assert found.route.name == "titles.read"
    by_name = {route.name: route for route in worked_out.routes}
    assert (by_name["searches.read"].group, by_name["searches.read"].share) == ("conveyancing", 0.25)
    assert (by_name["titles.read"].silo, by_name["old.search"].silo) == ("registry", None)
    assert {silo.name for silo in worked_out.silos} == {"portal", "registry"}


def test_of_tokens_the_claims_that_canaries_and_callers_ask_for_are_kept(files):
    files.write("login.jwks.json", key_set().decode())
    files.write(
        "callers.yaml",
        f"tokens: [{{issuer: '{ISSUER}', keys: login.jwks.json, audience: {AUDIENCE}}}]\n"
        "callers: [{name: portal, claim: azp=portal}]\n",
    )
    files.change("routes/journey.yaml", "by: cookie session", "by: claim sub, legacy_for: claim cohort=staff")
    callers = compiled(files.configuration(), lambda: NOW).callers
    shown = token(cohort=["a"], azp="portal", email="x@example")
    head = request_of(b"GET", b"/", (b"Authorization", b"Bearer " + shown)).head
    assert callers.claims(head) == {"sub": (b"citizen-7",), "cohort": (b"a",), "azp": (b"portal",)}


async def test_what_serves_is_built_whole(files):
    files.change("facade.yaml", "version: 1", "version: 1\nlog: {requests: 50%, errors: none}\nlimits: {headers: 7}")
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop)
    services = Services(time.monotonic, spawn, files.folder, files.folder, NamedFiles())
    protections = Protections(deadlines, loop.time, lambda: 0.0)
    catalog = Catalog(deadlines, Metrics("0", ()), lambda _: services, loop.time, lambda: 1.0, protections)
    built = await build(compiled(files.configuration(), lambda: 0.0), catalog)
    snapshot = built.snapshot
    assert snapshot.revision == files.configuration().revision
    assert set(snapshot.served) == {route.name for route in files.configuration().routes}
    assert snapshot.unmatched is not None
    assert snapshot.callers is built.compiled.callers
    assert (snapshot.log.requests, snapshot.log.errors, snapshot.limits.headers) == (0.5, False, 7)
    await catalog.discard(built.adoption)
    deadlines.stop()
