"""The dashboards ask only for what there is, and for nothing that is fixed to one Grafana.

That Prometheus understands every query, and that each metric is in a scrape, tests/real/test_prometheus.py shows.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from facade.telemetry.families import FAMILIES, Family

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/grafana"
DASHBOARDS = sorted(FOLDER.glob("*.json"))
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

METRIC = re.compile(r"[a-z_:]*\b(?:facade|process)_\w+(?::\w+)?|\bALERTS\b")
SELECTOR = re.compile(rf"({METRIC.pattern})\{{([^}}]*)\}}")
GROUPING = re.compile(r"\b(?:by|on|group_left|without)\s*\(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
MADE_BY_PROMETHEUS = {"instance", "job"}


def exposed(family: Family) -> set[str]:
    suffixes = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
    return {family.name + suffix for suffix in suffixes}


RECORDED = [
    rule["record"]
    for group in yaml.safe_load((ROOT / "deploy/prometheus/recording.yaml").read_text())["groups"]
    for rule in group["rules"]
]
LABELS = {
    **{
        name: set(family.labels) | ({"le"} if family.kind == "histogram" else set())
        for family in FAMILIES
        for name in exposed(family)
    },
    **{name: set(name.partition(":")[0].split("_")) for name in RECORDED},
    "side:facade_request_seconds_bucket:rate5m": {"le", "side"},
    "process_resident_memory_bytes": set(),
    "ALERTS": {"alertname", "alertstate", "severity"},
}
"""A recorded series has the labels that its name begins with."""


@pytest.fixture(params=DASHBOARDS, ids=lambda path: path.name)
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(request.param.read_text())
    return read


def queries(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield from panel["targets"]
    yield from dashboard["annotations"]["list"]


def variables(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return list(dashboard["templating"]["list"][1:])


def test_there_is_one_of_the_migration_one_of_a_route_and_one_of_a_silo() -> None:
    assert [path.name for path in DASHBOARDS] == ["overview.json", "route.json", "silo.json"]


def test_they_are_drawn_from_their_modules() -> None:
    command = [sys.executable, "-B", str(FOLDER / "draw.py"), "--check"]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (verdict.stdout, verdict.stderr, verdict.returncode) == ("", "", 0)


def test_a_dashboard_has_its_own_name_and_address(dashboard: dict[str, Any]) -> None:
    assert re.fullmatch(r"facade-[a-z-]{1,30}", dashboard["uid"])
    assert dashboard["title"]
    assert dashboard["description"]
    assert "id" not in dashboard


def test_no_two_dashboards_share_an_address() -> None:
    addresses = {json.loads(path.read_text())["uid"] for path in DASHBOARDS}
    assert addresses == {"facade-overview", "facade-route", "facade-silo"}


def test_every_metric_it_names_is_exposed_or_recorded(dashboard: dict[str, Any]) -> None:
    asked = [query["expr"] for query in queries(dashboard)] + [each["definition"] for each in variables(dashboard)]
    assert all(METRIC.search(expr) for expr in asked)
    assert {name for expr in asked for name in METRIC.findall(expr)} <= LABELS.keys()


def test_every_label_it_selects_groups_or_shows_belongs_to_the_metrics_of_its_query(dashboard: dict[str, Any]) -> None:
    for query in queries(dashboard):
        for name, selector in SELECTOR.findall(query["expr"]):
            assert set(re.findall(r"(\w+)(?:=|!)", re.sub(r'"[^"]*"', "", selector))) <= LABELS[name]
        known = set().union(*(LABELS[name] for name in METRIC.findall(query["expr"]))) | MADE_BY_PROMETHEUS
        grouped = {label.strip() for group in GROUPING.findall(query["expr"]) for label in group.split(",")} - {""}
        legend = query.get("legendFormat", "") + query.get("titleFormat", "") + query.get("textFormat", "")
        assert grouped | set(LEGEND.findall(legend)) <= known, query["expr"]


def test_what_it_asks_of_one_name_is_what_its_variable_chose(dashboard: dict[str, Any]) -> None:
    chosen = {f"${each['name']}" for each in variables(dashboard)}
    asked = {name for query in queries(dashboard) for name in re.findall(r"\$\w+", query["expr"])}
    assert asked - {"$__rate_interval"} == chosen


def test_every_panel_and_query_asks_the_chosen_data_source(dashboard: dict[str, Any]) -> None:
    choice = dashboard["templating"]["list"][0]
    assert (choice["name"], choice["type"], choice["query"]) == ("datasource", "datasource", "prometheus")
    for each in (*variables(dashboard), *dashboard["panels"], *queries(dashboard)):
        assert each["datasource"] == SOURCE


def test_every_panel_has_a_number_a_title_a_description_and_room_of_its_own(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_the_queries_of_a_panel_have_letters_of_their_own(dashboard: dict[str, Any]) -> None:
    for panel in dashboard["panels"]:
        letters = [query["refId"] for query in panel["targets"]]
        assert letters == sorted(set(letters))


def test_the_waterline_comes_first() -> None:
    first = json.loads((FOLDER / "overview.json").read_text())["panels"][0]
    assert first["title"] == "Waterline"
    assert "silo:facade_requests_legacy:share5m" in first["targets"][0]["expr"]


def test_every_metric_of_a_call_a_route_or_a_silo_is_looked_at_somewhere() -> None:
    read = "".join(
        path.read_text()
        for folder in ("grafana", "prometheus")
        for path in (ROOT / "deploy" / folder).iterdir()
        if path.is_file()
    )
    unseen = {family.name for family in FAMILIES if family.name not in read}
    assert unseen == {"facade_tunnel_bytes_total", "facade_config_revision_info"}
