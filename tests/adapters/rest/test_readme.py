"""The README of the rest kind tells the truth: its examples are accepted, and it names every key and bound."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from adapters.rest import ADAPTER
from adapters.rest.settings import MAX_CONNECTIONS, Auth
from facade.formats import MAX_BYTES

PAGE = (Path(__file__).resolve().parents[3] / "adapters/rest/README.md").read_text()
(SILO,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_its_example_has_no_mistake() -> None:
    silo = yaml.safe_load(SILO)
    ADAPTER.settings.model_validate(silo["settings"])
    for name, written in silo["operations"].items():
        operation = ADAPTER.operation.model_validate(written)
        assert ADAPTER.mistakes(operation, frozenset({"id"})) == (), name


def test_it_shows_every_way_to_say_who_calls() -> None:
    shown = [yaml.safe_load(text) for text in re.findall(r"^\| `(\{.*?\})` \|", PAGE, re.MULTILINE)]
    assert [next(iter(Auth.model_validate(each).model_fields_set)) for each in shown] == [*Auth.model_fields]


def test_it_tells_every_key() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*", PAGE, re.MULTILINE)
    assert rows == [*ADAPTER.settings.model_fields, *ADAPTER.operation.model_fields]


def test_it_tells_every_bound() -> None:
    assert f"more than {MAX_BYTES // 2**20} MiB" in PAGE
    assert f"1 to {MAX_CONNECTIONS}" in PAGE
