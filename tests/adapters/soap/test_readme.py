"""The README of the soap kind tells the truth: its example has no mistake, and it names every key and bound."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from adapters.soap import ADAPTER
from adapters.soap.adapter import THREAD_BYTES
from adapters.soap.carrier import KEEP_IDLE
from adapters.soap.envelope import MAX_REPLY_BYTES, MAX_REPLY_TAGS
from adapters.soap.settings import MAX_CONNECTIONS
from facade.formats import MAX_DEPTH
from facade.testing import fake_files

PAGE = (Path(__file__).resolve().parents[3] / "adapters/soap/README.md").read_text()
SILO = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


def test_its_example_has_no_mistake(tmp_path):
    (tmp_path / SILO["settings"]["wsdl"]).write_text(re.search(r"```xml\n(.*?)```", PAGE, re.DOTALL)[1])
    settings = ADAPTER.settings.model_validate(SILO["settings"])
    operations = {name: ADAPTER.operation.model_validate(written) for name, written in SILO["operations"].items()}
    assert ADAPTER.examine(settings, operations, tmp_path, fake_files(tmp_path)) == ()
    for operation in operations.values():
        assert ADAPTER.mistakes(operation, frozenset({"number"})) == ()


def test_it_tells_every_key():
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(rows) >= {*ADAPTER.settings.model_fields, *ADAPTER.operation.model_fields}


def test_it_tells_every_bound():
    assert f"more than {MAX_REPLY_BYTES // 2**20} MiB" in PAGE
    assert f"more than {MAX_REPLY_TAGS:,} tags" in PAGE
    assert f"more than {MAX_DEPTH} deep" in PAGE
    assert f"1 to {MAX_CONNECTIONS}" in PAGE
    assert f"for {KEEP_IDLE:.0f} seconds of idling" in PAGE
    assert f"more than {THREAD_BYTES // 1024} KiB" in PAGE
