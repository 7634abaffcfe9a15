"""The README of the mainframe kind tells the truth: its example is accepted, and it names every key and bound."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from adapters.mainframe import ADAPTER
from adapters.mainframe.settings import MAX_CONNECTIONS
from facade.formats.copybook.limits import MAX_RECORD, MAX_TABLES, MAX_VALUES
from facade.formats.copybook.picture import MAX_DIGITS
from facade.formats.copybook.sizes import MAX_BINARY_DIGITS
from facade.testing import fake_files

PAGE = (Path(__file__).resolve().parents[3] / "adapters/mainframe/README.md").read_text()
SILO = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


def test_its_example_has_no_mistake(tmp_path: Path) -> None:
    for copybook in re.findall(r"```cobol\n(.*?)```", PAGE, re.DOTALL):
        path = tmp_path / re.search(r"\* silos/(\S+\.cpy)", copybook)[1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(copybook)
    settings = ADAPTER.settings.model_validate(SILO["settings"])
    operations = {name: ADAPTER.operation.model_validate(each) for name, each in SILO["operations"].items()}
    assert ADAPTER.examine(settings, operations, tmp_path, fake_files(tmp_path)) == ()
    for name, operation in operations.items():
        assert ADAPTER.mistakes(operation, frozenset({"registration"})) == (), name


def test_it_tells_every_key() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| .*", PAGE, re.MULTILINE)
    assert rows == [*ADAPTER.settings.model_fields, *ADAPTER.operation.model_fields]


def test_it_tells_every_bound() -> None:
    assert f"1 to {MAX_CONNECTIONS}" in PAGE
    assert f"at most {MAX_DIGITS} digits" in PAGE
    assert f"a `COMP` or `COMP-5` at most {MAX_BINARY_DIGITS}" in PAGE
    assert f"{MAX_RECORD:,} bytes and {MAX_VALUES:,} values, and tables {MAX_TABLES} deep" in PAGE
