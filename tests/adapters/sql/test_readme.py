"""The README of the sql kind tells the truth: its example is accepted, and it names every key and bound."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from adapters.sql import ADAPTER
from adapters.sql.postgres.database import MAX_AGE as POSTGRES_AGE
from adapters.sql.settings import MAX_CONNECTIONS
from adapters.sql.sqlite.database import MAX_AGE
from adapters.sql.work import MAX_ANSWER_BYTES, MAX_ROWS

PAGE = (Path(__file__).resolve().parents[3] / "adapters/sql/README.md").read_text()
SILO = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


def test_its_example_has_no_mistake() -> None:
    ADAPTER.settings.model_validate(SILO["settings"])
    for name, written in SILO["operations"].items():
        operation = ADAPTER.operation.model_validate(written)
        assert ADAPTER.mistakes(operation, frozenset({"reference"})) == (), name


def test_it_tells_every_key() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*", PAGE, re.MULTILINE)
    assert rows == [*ADAPTER.settings.model_fields, *ADAPTER.operation.model_fields]


def test_it_tells_every_bound() -> None:
    assert f"more than {MAX_ROWS:,} rows" in PAGE
    assert f"more than {MAX_ANSWER_BYTES // 2**20} MiB" in PAGE
    assert f"1 to {MAX_CONNECTIONS}" in PAGE
    assert f"at most {MAX_AGE:.0f} seconds" in PAGE
    assert f"for {POSTGRES_AGE / 60:.0f} minutes" in PAGE
