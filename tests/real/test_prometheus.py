"""Prometheus over a real sidecar, with the rules and the dashboards as they are shipped."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client, get, request
from harness.folder import Folder
from harness.messages import CutOff
from harness.patience import eventually
from harness.peer import Conversation, Peer, answer
from harness.ports import free_port
from harness.sidecar import Sidecar
from services.prometheus import SHIPPED, Prometheus, promtool

ROOT: Final = SHIPPED.parents[1]
DASHBOARDS: Final = {path.name: json.loads(path.read_text()) for path in (ROOT / "deploy/grafana").glob("*.json")}
METRIC: Final = re.compile(r"[a-z_:]*\b(?:facade|process)_\w+(?::\w+)?|\bALERTS\b")
JSON: Final = "Content-Type: application/json"
WELL: Final = answer(b'{"number": "7"}', JSON)
BAD: Final = answer(status="503 Service Unavailable")
SWITCH: Final = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: canary
    canary: {{share: 50%, by: header X-Key}}
    shadow: {{sample: 100%}}
    guard: {{calls: 10, compared: 10, errors: +50 points, parity: 50%}}
    fallback: reads
  - name: vehicles.read
    match: GET /vehicles/{{x}}
    legacy: portal
    platform: {platform}
    stage: shadow
    shadow: {{sample: 100%}}
  - {{name: claims.read, match: "GET /claims/{{id}}", legacy: portal, platform: "{platform}", stage: platform}}
  - {{name: charges.read, match: "GET /charges/{{x}}", legacy: portal, platform: "{platform}", stage: legacy}}
  - {{name: talk, match: /talk, legacy: portal, stage: legacy}}
  - {{name: lost.read, match: GET /lost, legacy: dead, stage: legacy}}
  - name: fax.send
    match: /fax
    legacy: portal
    stage: legacy
    deprecated: {day}
    sunset: 2099-01-01
    brownouts: [{{from: "{start}", to: "{end}", share: 100%, why: a rehearsal}}]
"""
CALLS: Final = (
    "/titles/{n}",
    "/titles/bad",
    "/vehicles/{n}",
    "/vehicles/bad",
    "/claims/{n}",
    "/charges/{n}",
    "/nowhere",
    "/fax",
)

UNEVENTFUL: Final = {
    "max by (instance) (facade_config_rejected) == 1",
    "sum by (what) (increase(facade_state_failures_total[$__rate_interval])) > 0",
    "sum by (target) (facade_waiting) > 0",
}
"""Queries of dashboards for what is well when it shows nothing."""


def legacy_side(conversation: Conversation) -> None:
    """Takes a tunnel, breaks off in the midst of an answer, and tells of its own address."""
    here = f"http://127.0.0.1:{conversation.socket.getsockname()[1]}/here"
    while True:
        asked = conversation.request()
        if asked.one("Upgrade"):
            conversation.send(SWITCH)
            return
        if asked.target == b"/charges/broken":
            conversation.send(WELL[:-1])
            return
        own = asked.target.startswith(b"/charges")
        conversation.send(answer(f'"{here}"'.encode(), JSON, f"Content-Location: {here}") if own else WELL)


def platform_side(conversation: Conversation) -> None:
    """Does badly what is called bad: some it answers with 503, on others it hangs up."""
    while True:
        asked = conversation.request()
        if asked.target == b"/vehicles/bad":
            return
        conversation.send(BAD if asked.target.endswith(b"/bad") else WELL)


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """A migration half done, of which every kind of call has been made."""
    folder = Folder(tmp_path_factory.mktemp("prometheus") / "config")
    folder.facade(unmatched="portal", log="{errors: none}")
    now = datetime.datetime.now(datetime.UTC)
    soon = now.date() + datetime.timedelta(10)
    with Peer("legacy") as legacy, Peer("platform") as platform:
        legacy.script, platform.script = legacy_side, platform_side
        guarded = "concurrency: 20, breaker: {errors: 90%, window: 60s, calls: 5, pause: 1h}"
        folder.silo("portal", legacy.url, f"switch_off: {soon}", f"protect: {{{guarded}}}")
        folder.silo("dead", f"http://127.0.0.1:{free_port()}", "protect: {breaker: {errors: 50%, calls: 4, pause: 1h}}")
        start, end = (f"{now + datetime.timedelta(minutes=minutes):%Y-%m-%d %H:%M}" for minutes in (-2, 30))
        day = now.date() - datetime.timedelta(30)
        folder.routes(ROUTES.format(platform=platform.url, day=day, start=start, end=end))
        with Sidecar(folder).ready() as running:
            yield running


@pytest.fixture(scope="module")
def prometheus(sidecar: Sidecar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    running = Prometheus(tmp_path_factory.mktemp("series"), sidecar.folder.observe)
    yield running
    running.stop()


def traffic(sidecar: Sidecar, calls: int = 70) -> None:
    with Client(sidecar.port) as client:
        for number in range(calls):
            client.get(CALLS[number % len(CALLS)].format(n=number), f"X-Key: {number}")


def asked_often(sidecar: Sidecar) -> bool:
    """A sample of the bodies is looked at: whoever asks once at each look may never be in it."""
    return all(get(sidecar.port, "/charges/1").status == 200 for _ in range(50))


def lived_through(sidecar: Sidecar) -> None:
    """What makes the rarer series: a tunnel, an answer that broke off, a move, an address in a body."""
    with Client(sidecar.port) as client:
        client.send(request("GET", "/talk", "Connection: Upgrade", "Upgrade: websocket"))
        assert client.head().status == 101
    with pytest.raises(CutOff):
        get(sidecar.port, "/charges/broken")
    get(sidecar.port, "/lost")
    sidecar.changed(lambda: sidecar.folder.edit("routes/all.yaml", "share: 50%", "share: 60%"))
    eventually(lambda: asked_often(sidecar) and leaked(sidecar), "an address in a body is seen")


def leaked(sidecar: Sidecar) -> float:
    return sidecar.metric('facade_leaked_urls_total{silo="portal"}')


@pytest.fixture(scope="module")
def scraped(sidecar: Sidecar, prometheus: Prometheus) -> Prometheus:
    """Prometheus after traffic between two of its looks."""
    traffic(sidecar)
    lived_through(sidecar)
    eventually(lambda: prometheus.query('facade_requests_total{route="titles.read"}'), "the first calls are scraped")
    eventually(
        lambda: traffic(sidecar) or prometheus.query("route_cause:facade_moves:increase5m > 0"), "it looks again"
    )
    eventually(
        lambda: traffic(sidecar) or prometheus.query("route:facade_shadow_parity:ratio1h"), "rules are worked out"
    )
    return prometheus


def asked(dashboard: str) -> Iterator[str]:
    panels = DASHBOARDS[dashboard]["panels"]
    yield from (query["expr"] for panel in panels for query in panel["targets"])
    yield from (query["expr"] for query in DASHBOARDS[dashboard]["annotations"]["list"])


def test_promtool_takes_the_rules_and_the_example() -> None:
    assert promtool("check", "rules", "recording.yaml", "alerts.yaml")[0] == 0
    assert promtool("check", "config", "prometheus.yml")[0] == 0


def test_each_alert_fires_in_its_case_and_not_in_one_near_to_it() -> None:
    status, said = promtool("test", "rules", "alerts.yaml", within=ROOT / "tests/deploy")
    assert status == 0, said


def test_the_tests_of_alerts_can_fail(tmp_path: Path) -> None:
    for name in ("recording.yaml", "alerts.yaml"):
        text = (SHIPPED / name).read_text().replace('state=~"open|half_open"', 'state="open"')
        (tmp_path / "deploy/prometheus").mkdir(parents=True, exist_ok=True)
        (tmp_path / "deploy/prometheus" / name).write_text(text)
    (tmp_path / "tests/deploy").mkdir(parents=True)
    (tmp_path / "tests/deploy/alerts.yaml").write_text((ROOT / "tests/deploy/alerts.yaml").read_text())
    status, said = promtool("test", "rules", "alerts.yaml", within=tmp_path / "tests/deploy")
    assert status == 1
    assert "FacadeBreakerOpen" in said


def test_every_rule_is_loaded_and_worked_out_without_an_error(scraped: Prometheus) -> None:
    rules = scraped.rules()
    shipped = [(SHIPPED / name).read_text() for name in ("recording.yaml", "alerts.yaml")]
    assert len(rules) == sum(len(re.findall(r"- (?:alert|record): ", text)) for text in shipped)
    assert {(rule["health"], rule.get("lastError", "")) for rule in rules} == {("ok", "")}


def test_every_metric_of_a_dashboard_or_an_alert_is_in_the_scrape(scraped: Prometheus) -> None:
    expressions = [expression for name in DASHBOARDS for expression in asked(name)]
    expressions += [rule["query"] for rule in scraped.rules()]
    named = {name for expression in expressions for name in METRIC.findall(expression)}
    assert sorted(named - scraped.names() - {"ALERTS"}) == []


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_every_query_of_a_dashboard_is_understood_and_shows_something(
    sidecar: Sidecar, scraped: Prometheus, name: str
) -> None:
    traffic(sidecar)
    offered = [
        (scraped.values("route", "facade_route_info"), "$route"),
        (scraped.values("silo", "facade_route_info"), "$silo"),
    ]
    for expression in set(asked(name)) - UNEVENTFUL:
        filled = {
            expression.replace("$__rate_interval", "1m").replace(variable, value)
            for values, variable in offered
            for value in values
            if variable in expression or "$" not in expression.replace("$__rate_interval", "")
        }
        eventually(lambda filled=filled: any(scraped.query(each) for each in filled), expression)
    for expression in set(asked(name)) & UNEVENTFUL:
        scraped.query(expression.replace("$__rate_interval", "1m"))


def test_the_waterline_is_the_part_of_all_calls_that_a_silo_answers(scraped: Prometheus, sidecar: Sidecar) -> None:
    def shares() -> dict[str, float]:
        found = scraped.query("silo:facade_requests_legacy:share5m")
        return {each["metric"]["silo"]: float(each["value"][1]) for each in found}

    seen = eventually(lambda: 0 < shares().get("portal", 0) < 1 and shares(), "the portal answers a part")
    assert seen.keys() == {"portal", "dead"}
    assert sum(seen.values()) <= 1


def test_an_open_breaker_and_a_silo_near_its_date_raise_their_alerts(scraped: Prometheus, sidecar: Sidecar) -> None:
    for _ in range(8):
        get(sidecar.port, "/lost")
    eventually(
        lambda: {("FacadeBreakerOpen", "dead"), ("FacadeSiloNearDateWithCallers", "portal")} <= scraped.firing().keys(),
        "both fire",
    )
    told = scraped.firing()["FacadeBreakerOpen", "dead"]
    assert told["summary"] == "dead fails so often that it is not called: its breaker is open"
    assert (ROOT / told["runbook_url"]).is_file()
    assert ("FacadeBreakerOpen", "portal") not in scraped.firing()


def test_mistaken_files_raise_an_alert_that_ends_when_they_are_mended(scraped: Prometheus, sidecar: Sidecar) -> None:
    alert = ("FacadeConfigurationRejected", f"127.0.0.1:{sidecar.folder.observe}")
    assert alert not in scraped.firing()
    sidecar.folder.write("routes/broken.yaml", "routes: [{name: x}]\n")
    eventually(lambda: alert in scraped.firing(), "the alert fires")
    sidecar.folder.write("routes/broken.yaml", "routes: []\n")
    eventually(lambda: alert not in scraped.firing(), "the alert ends")
