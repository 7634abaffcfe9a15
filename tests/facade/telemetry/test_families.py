"""docs/metrics.md says of every metric what it is, with the labels it has and a query that uses it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from facade.telemetry.families import (
    BREAKER_STATES,
    CAUSES,
    FAMILIES,
    KEPT,
    RELOAD_RESULTS,
    REWRITTEN,
    SIDES,
    STAGES,
    Family,
)

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "metrics.md").read_text()
SECTIONS = dict(re.findall(r"^### `(.+?)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def heading(family: Family) -> str:
    return f"{family.name}{{{','.join(family.labels)}}}" if family.labels else family.name


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_metric_has_its_section_with_its_kind_and_an_example(family: Family) -> None:
    section = SECTIONS[heading(family)]
    assert section.strip().startswith(family.kind.capitalize())
    (query,) = re.findall(r"```promql\n(.*?)```", section, re.DOTALL)
    assert family.name in query


def test_the_page_documents_nothing_that_is_not_exposed() -> None:
    assert SECTIONS.keys() == {heading(family) for family in FAMILIES}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("facade_requests_total{route,stage,side,code}", SIDES),
        ("facade_rewritten_total{target,field}", REWRITTEN),
        ("facade_breaker_state{target,state}", BREAKER_STATES),
        ("facade_route_stage{route,stage}", STAGES),
        ("facade_moves_total{route,cause}", CAUSES),
        ("facade_config_reloads_total{result}", RELOAD_RESULTS),
        ("facade_state_failures_total{what}", KEPT),
    ],
)
def test_the_values_of_a_fixed_label_are_listed(name: str, values: tuple[str, ...]) -> None:
    assert all(f"`{value}`" in SECTIONS[name] for value in values)
