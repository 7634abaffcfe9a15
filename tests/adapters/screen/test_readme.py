"""The README of the screen kind tells the truth: its example is accepted, and it names every key and bound."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from adapters.screen import ADAPTER
from adapters.screen.browser import MAX_REDIRECTS
from adapters.screen.page import MAX_PAGE
from adapters.screen.safety import MAX_ATTRIBUTES, MAX_TAGS
from adapters.screen.settings import MAX_SESSIONS, MAX_STEPS

PAGE = (Path(__file__).resolve().parents[3] / "adapters/screen/README.md").read_text()
(SILO,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_its_example_has_no_mistake() -> None:
    silo = yaml.safe_load(SILO)
    ADAPTER.settings.model_validate(silo["settings"])
    for written in silo["operations"].values():
        assert ADAPTER.mistakes(ADAPTER.operation.model_validate(written), frozenset({"number"})) == ()


def test_it_tells_every_key() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*", PAGE, re.MULTILINE)
    assert rows == [*ADAPTER.settings.model_fields, *ADAPTER.operation.model_fields]


def test_it_tells_every_bound() -> None:
    assert f"1 to {MAX_SESSIONS}" in PAGE
    assert f"at most {MAX_STEPS}" in PAGE
    assert f"more than {MAX_PAGE // 2**20} MiB, {MAX_TAGS:,} elements, {MAX_ATTRIBUTES:,} attributes" in PAGE
    assert f"{MAX_REDIRECTS} redirects" in PAGE
