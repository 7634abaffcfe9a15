"""docs/writing-an-adapter.md is done here as it is written: its files are made, installed, tested and used."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import facade.port
from facade.config.kinds import Kinds
from facade.port import SiloError
from facade.testing import AdapterContract, fake_services, make_call

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/writing-an-adapter.md").read_text()
CONTRACT = [name for name in dir(AdapterContract) if name.startswith("test_")]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's files, and its distribution installed beside them."""
    for name, text in re.findall(r"^```\w+\n# (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text((file.read_text() + "\n\n" if file.exists() else "") + text)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    installed = tmp_path / f"{project['name']}-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    )
    (installed / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_program", raising=False)
    yield tmp_path
    sys.modules.pop("acme_program", None)


def test_the_pages_adapter_keeps_the_contract(site: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_program.py"]
    (site / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    environment = {"PYTHONPATH": f"{ROOT}:{site}", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, f"{len(CONTRACT)} passed" in run.stdout) == (0, True), run.stdout


async def test_the_pages_silo_is_answered_by_the_installed_kind(site: Path) -> None:
    kind = Kinds.discover().get("program")
    assert kind is not None
    silo = yaml.safe_load((site / "silos/tide-tables.yaml").read_text())
    operations = {name: kind.operation.model_validate(each) for name, each in silo["operations"].items()}
    assert kind.mistakes(operations["get-tides"], frozenset({"harbour"})) == ()
    assert len(kind.mistakes(operations["get-tides"], frozenset())) == 1
    program = site / "tides"
    program.write_text("#!/bin/sh\nread question\necho High=$question; echo low=11:31\n")
    program.chmod(0o700)
    services = fake_services(site)
    adapter = await kind.open(kind.settings.model_validate(silo["settings"]), operations, services)
    answer = await adapter.call(make_call("get-tides", path={"harbour": "Leith"}, deadline=services.clock() + 30))
    assert answer.body == b'{"high_water":"harbour=Leith","low_water":"11:31"}'
    await adapter.close()


def test_the_page_tells_every_error_with_its_status() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", PAGE, re.MULTILINE))
    errors = {kind.__name__: kind for kind in SiloError.__subclasses__()} | {"BadArgument": facade.port.BadArgument}
    assert rows.pop("SiloSaysNo") == "the status you give"
    del errors["SiloSaysNo"]
    assert rows == {name: str(kind.status) for name, kind in errors.items()}
