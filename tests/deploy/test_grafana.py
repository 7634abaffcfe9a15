"""The dashboards ask only for metrics and labels that exist, of a data source that the operator chooses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facade.telemetry.families import FAMILIES

DASHBOARDS = sorted((Path(__file__).resolve().parents[2] / "deploy/grafana").glob("*.json"))

SERIES = {
    family.name + ending: set(family.labels) | ({"le"} if family.kind == "histogram" else set())
    for family in FAMILIES
    for ending in (("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",))
}
PROMETHEUS_OWN = {"instance", "job"}


def every(key: str, part: Any) -> Iterator[Any]:
    """The values of a key, wherever in the document it stands."""
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == key)
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from every(key, value)


@pytest.fixture(params=DASHBOARDS, ids=lambda path: path.name)
def dashboard(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text())


def test_there_are_dashboards() -> None:
    assert DASHBOARDS


def test_every_query_names_series_and_labels_that_exist(dashboard: Any) -> None:
    queries = [str(query) for query in every("expr", dashboard)]
    assert queries
    for query in queries:
        named = re.findall(r"\bfacade_\w+", query)
        assert named, query
        assert set(named) <= SERIES.keys(), query
        labels = re.findall(r"(\w+)(?:=~|!~|!=|=)\"", query)
        labels += [label for by in re.findall(r"\bby \(([^)]*)\)", query) for label in re.split(r",\s*", by)]
        assert set(labels) <= set().union(PROMETHEUS_OWN, *(SERIES[name] for name in named)), query


def test_it_can_be_imported_anywhere(dashboard: Any) -> None:
    assert dashboard["uid"]
    assert "id" not in dashboard
    assert "datasource" in [variable["type"] for variable in dashboard["templating"]["list"]]
    assert {source["uid"] for source in every("datasource", dashboard)} <= {"${datasource}", "-- Grafana --"}
