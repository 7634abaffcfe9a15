import datetime
from fractions import Fraction
from ipaddress import ip_network
from pathlib import Path

import pytest

from facade.config.settings import Drain, Freeze, Listener, Log, Settings
from facade.routing.route import Fallback, PlatformService, Records, SiloReference, WithoutKey
from facade.routing.stage import Stage
from facade.targets.definition import Adapted, AfterSwitchOff, Passthrough, Protect
from facade.wire.limits import Forwarded, Limits


def test_what_is_left_out_takes_the_defaults_of_the_values(read):
    left_out = read({"facade.yaml": "version: 1\n"}).configuration.settings
    # Who is believed is a value of its own identity.
    assert left_out.forwarded.trust == Forwarded().trust
    assert left_out == Settings(forwarded=left_out.forwarded)


def test_every_setting_is_what_was_written(read, tmp_path: Path):
    text = """\
version: 1
listen: 0.0.0.0:8443
observe: "[::]:1"
admin: {address: localhost:2, token: "${env:TOKEN}"}
timezone: Europe/London
drain: {pause: 0s, limit: 1m}
state: kept
limits: {header_bytes: 1KiB, headers: 7, url_bytes: 2KiB, body: 3MiB, header_timeout: 4s, idle_timeout: 5m, connections: 6}
forwarded: {trust: 10.0.0.0/8}
unmatched: portal
log: {requests: 0.5%, errors: none, level: debug}
freeze: [{from: Fri 15:00, to: Mon 09:00, why: weekend}]
"""  # noqa: E501 - as an operator writes it
    settings = read({"facade.yaml": text}, environment={"TOKEN": "s3cret"}).configuration.settings
    assert settings.forwarded.trust == (ip_network("10.0.0.0/8"),)
    assert settings == Settings(
        listen=Listener("0.0.0.0", 8443),
        observe=Listener("::", 1),
        admin=Listener("localhost", 2),
        admin_token="s3cret",
        timezone="Europe/London",
        drain=Drain(0.0, 60.0),
        state=tmp_path / "kept",
        limits=Limits(
            header_bytes=1024,
            headers=7,
            url_bytes=2048,
            body=3 * 2**20,
            header_timeout=4.0,
            idle_timeout=300.0,
            connections=6,
        ),
        forwarded=settings.forwarded,
        unmatched="portal",
        log=Log(0.005, errors=False, level="debug"),
        freeze=(Freeze("Fri 15:00", "Mon 09:00", "weekend"),),
    )


def test_a_block_may_give_some_of_its_keys(read):
    settings = read({"facade.yaml": "drain: {limit: 9s}\nlimits: {headers: 7}\n"}).configuration.settings
    assert settings.drain == Drain(limit=9.0)
    assert settings.limits == Limits(headers=7)


def test_a_passed_through_silo_is_what_was_written(read):
    text = """\
silo: portal
adapter: passthrough
owner: Licensing
switch_off: 2027-03-31
after_switch_off: refuse
settings: {url: "http://127.0.0.1:7000", host: caller}
protect: {timeout: 3s}
"""
    silo = read({"silos/portal.yaml": text}).configuration.silos["portal"]
    assert silo.reach == Passthrough("http://127.0.0.1:7000", "caller")
    assert (silo.owner, silo.switch_off) == ("Licensing", datetime.date(2027, 3, 31))
    assert (silo.after_switch_off, silo.protect) == (AfterSwitchOff.REFUSE, Protect(3.0))
    assert str(silo.place) == "silos/portal.yaml:1"


@pytest.mark.parametrize(("written", "rewrite"), [("", True), (", rewrite: on", True), (", rewrite: off", False)])
def test_a_silos_own_address_is_rewritten_unless_that_is_switched_off(read, written: str, rewrite: bool):
    text = f"silo: portal\nadapter: passthrough\nsettings: {{url: http://127.0.0.1:7000{written}}}\n"
    assert read({"silos/portal.yaml": text}).configuration.silos["portal"].reach.rewrite is rewrite


def test_a_silo_behind_an_adapter_holds_its_kinds_models(read, tmp_path: Path):
    reach = read().configuration.silos["register"].reach
    assert isinstance(reach, Adapted)
    assert reach.kind.name == "drawer"
    assert reach.settings == reach.kind.settings(cabinet="north")
    assert list(reach.operations) == ["get-title", "add-title"]
    assert reach.operations["add-title"].writes
    assert reach.folder == tmp_path / "silos"


def test_a_route_is_what_was_written(read):
    text = """\
routes:
  - name: titles.read
    match: {host: API.example, path: "/titles/{number}", headers: {X-Version: "2"}}
    legacy: register.get-title
    platform: {url: "https://titles.example", path: "/v2/{number}", timeout: 5s, host: target}
    stage: canary
    canary: {share: 25%, by: [cookie s, address], without_key: platform, legacy_for: header X=1}
    records: shared
    timeout: 10s
    successor: /new/{number}
    owner: Land
"""
    (route,) = read({"routes/a.yaml": text}).configuration.routes
    assert (route.name, route.stage, route.owner) == ("titles.read", Stage.CANARY, "Land")
    assert (route.match.path, route.match.method) == ("/titles/{number}", None)
    assert (route.match.host, route.match.headers) == ("api.example", (("x-version", "2"),))
    assert route.legacy == SiloReference("register", "get-title")
    assert route.platform == PlatformService("https://titles.example", "/v2/{number}", 5.0, "target")
    assert route.canary.share == Fraction(1, 4)
    assert [str(key) for key in route.canary.by] == ["cookie s", "address"]
    assert route.canary.without_key is WithoutKey.PLATFORM
    assert [str(rule) for rule in route.canary.legacy_for] == ["header X=1"]
    assert (route.records, route.timeout, route.fallback) == (Records.SHARED, 10.0, Fallback.NONE)
    assert (route.successor, route.group, str(route.place)) == ("/new/{number}", None, "routes/a.yaml:2")


def test_short_forms_mean_what_their_long_forms_mean(read):
    short = "routes:\n  - {name: a, match: GET /a, legacy: portal, platform: 'http://p', stage: legacy}\n"
    long = short.replace("GET /a", "{method: GET, path: /a}").replace("'http://p'", "{url: 'http://p'}")
    assert read({"routes/a.yaml": short}).configuration.routes == read({"routes/a.yaml": long}).configuration.routes


def test_a_group_and_its_routes_share_stage_and_canary(read):
    text = """\
routes:
  - {name: a, match: GET /a, legacy: portal, platform: "http://p"}
groups:
  - {name: g, routes: [a], stage: canary, canary: {share: 5%, by: address}}
"""
    configuration = read({"routes/a.yaml": text}).configuration
    ((group,), (route,)) = configuration.groups, configuration.routes
    assert (group.name, group.routes, group.stage) == ("g", ("a",), Stage.CANARY)
    assert (route.group, route.stage, route.canary) == ("g", group.stage, group.canary)
