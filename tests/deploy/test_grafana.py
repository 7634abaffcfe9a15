"""The dashboards ask only for what the facade exposes, and for nothing that is fixed to one Grafana."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facade.telemetry.families import FAMILIES, Family

ROOT = Path(__file__).resolve().parent.parent.parent
DASHBOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

METRIC = re.compile(r"\bfacade_\w+")
SELECTOR = re.compile(r"\b(facade_\w+)\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|on|group_left|without)\s*\(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
MADE_BY_PROMETHEUS = {"instance"}


def exposed(family: Family) -> set[str]:
    suffixes = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
    return {family.name + suffix for suffix in suffixes}


LABELS = {
    name: set(family.labels) | ({"le"} if family.kind == "histogram" else set())
    for family in FAMILIES
    for name in exposed(family)
}


@pytest.fixture(params=DASHBOARDS, ids=lambda path: path.name)
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(request.param.read_text())
    return read


def queries(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield from panel["targets"]
    yield from dashboard["annotations"]["list"]


def test_there_is_a_dashboard() -> None:
    assert [path.name for path in DASHBOARDS] == ["requests.json"]


def test_a_dashboard_has_its_own_name_and_address(dashboard: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}", dashboard["uid"])
    assert dashboard["title"]
    assert "id" not in dashboard


def test_every_metric_it_names_is_exposed(dashboard: dict[str, Any]) -> None:
    named = {name for query in queries(dashboard) for name in METRIC.findall(query["expr"])}
    variables = {name for each in dashboard["templating"]["list"][1:] for name in METRIC.findall(each["definition"])}
    assert named
    assert variables
    assert named | variables <= LABELS.keys()


def test_every_label_it_selects_groups_or_shows_belongs_to_the_metrics_of_its_query(dashboard: dict[str, Any]) -> None:
    for query in queries(dashboard):
        for name, selector in SELECTOR.findall(query["expr"]):
            assert set(re.findall(r"(\w+)(?:=|!)", re.sub(r'"[^"]*"', "", selector))) <= LABELS[name]
        known = set().union(*(LABELS[name] for name in METRIC.findall(query["expr"]))) | MADE_BY_PROMETHEUS
        grouped = {label.strip() for group in GROUPING.findall(query["expr"]) for label in group.split(",")} - {""}
        legend = query.get("legendFormat", "") + query.get("titleFormat", "") + query.get("textFormat", "")
        assert grouped | set(LEGEND.findall(legend)) <= known, query["expr"]


def test_every_panel_and_query_asks_the_chosen_data_source(dashboard: dict[str, Any]) -> None:
    choice, *others = dashboard["templating"]["list"]
    assert (choice["name"], choice["type"], choice["query"]) == ("datasource", "datasource", "prometheus")
    for each in (*others, *dashboard["panels"], *queries(dashboard)):
        assert each["datasource"] == SOURCE


def test_every_panel_has_a_number_a_title_a_description_and_room_of_its_own(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_calls_by_route_and_side_come_first(dashboard: dict[str, Any]) -> None:
    first = dashboard["panels"][0]["targets"][0]["expr"]
    assert "sum by (route, side) (rate(facade_requests_total" in first
