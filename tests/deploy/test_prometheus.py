"""The rules for Prometheus: every alert says how grave it is and where its runbook is, and asks for what there is.

That Prometheus takes them, and that each fires in its case, is shown by tests/real/test_prometheus.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from facade.telemetry.families import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/prometheus"
RUNBOOKS = ROOT / "docs/runbooks"
TESTS = yaml.safe_load((ROOT / "tests/deploy/alerts.yaml").read_text())
SECTIONS = ["## What it means for citizens", "## How to look", "## What to do", "## When it is over"]
EXPOSED = {family.name for family in FAMILIES} | {f"{family.name}_bucket" for family in FAMILIES}


def rules(name: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((FOLDER / name).read_text())["groups"] for rule in group["rules"]]


ALERTS = rules("alerts.yaml")
RECORDED = {rule["record"] for rule in rules("recording.yaml")}


def page(alert: dict[str, Any]) -> Path:
    """The runbook that an alert leads to."""
    found = re.fullmatch(
        r'\{\{ or \$externalLabels\.facade_docs "docs" \}\}/runbooks/([a-z-]+\.md)', alert["annotations"]["runbook_url"]
    )
    assert found
    return RUNBOOKS / found[1]


@pytest.fixture(params=ALERTS, ids=lambda alert: alert["alert"])
def alert(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_an_alert_waits_says_how_grave_it_is_and_in_one_sentence_what_is_wrong(alert: dict[str, Any]) -> None:
    assert re.fullmatch(r"[1-9]\d*[mh]", alert["for"])
    assert alert["labels"].keys() == {"severity"}
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert alert["annotations"].keys() == {"summary", "runbook_url"}
    assert alert["annotations"]["summary"]


def test_its_runbook_is_there_named_like_it_and_has_an_answer_to_each_question(alert: dict[str, Any]) -> None:
    words = re.findall(r"[A-Z][a-z]+", alert["alert"].removeprefix("Facade"))
    assert page(alert).stem == "-".join(words).lower()
    text = page(alert).read_text()
    assert text.startswith(f"# {alert['alert']}\n")
    assert re.findall(r"^## .*", text, re.MULTILINE) == SECTIONS
    assert re.search(r"```(console|text)\n\$ ", text.split(SECTIONS[1])[1].split(SECTIONS[2])[0])


def test_every_runbook_belongs_to_an_alert_and_is_found_from_the_page_on_operating() -> None:
    assert sorted(RUNBOOKS.glob("*.md")) == sorted(page(alert) for alert in ALERTS)
    operating = (ROOT / "docs/operating.md").read_text()
    for alert in ALERTS:
        (row,) = re.findall(
            rf"^\| \[`{alert['alert']}`\]\(runbooks/{page(alert).name}\) \| (\w+) \|", operating, re.MULTILINE
        )
        assert row == alert["labels"]["severity"]


def test_it_asks_only_for_what_is_exposed_or_recorded(alert: dict[str, Any]) -> None:
    asked = set(re.findall(r"[a-z_:]*\bfacade_\w+(?::\w+)?", alert["expr"]))
    assert asked <= EXPOSED | RECORDED
    assert asked or "up{" in alert["expr"]


def test_what_is_recorded_asks_only_for_what_is_exposed_or_recorded() -> None:
    for rule in rules("recording.yaml"):
        assert set(re.findall(r"[a-z_:]*\bfacade_\w+(?::\w+)?", rule["expr"])) <= EXPOSED | RECORDED


def test_the_label_that_an_alert_shows_is_one_that_it_has(alert: dict[str, Any]) -> None:
    shown = set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]))
    kept = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", alert["expr"]) for label in group.split(",")}
    assert shown <= kept | ({"instance"} if alert["alert"] == "FacadeDown" else {"route"})


def test_each_alert_is_tested_where_it_fires_and_where_it_must_not(alert: dict[str, Any]) -> None:
    looked = [
        look for test in TESTS["tests"] for look in test["alert_rule_test"] if look["alertname"] == alert["alert"]
    ]
    assert any(look["exp_alerts"] for look in looked)
    assert any(not look["exp_alerts"] for look in looked)


def test_the_example_loads_both_files_and_names_the_job_that_an_alert_looks_for() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert example["rule_files"] == ["recording.yaml", "alerts.yaml"]
    assert [job["job_name"] for job in example["scrape_configs"]] == ["facade"]
