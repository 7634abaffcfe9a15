"""The import contracts of pyproject.toml hold, and each of them has been seen to fail.

The packages are copied, one forbidden import is written into the copy, and the checker must name the contract.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FORBIDDEN = {
    # what is wrong: (contract, the module that is changed, what it must not import)
    "a lower layer imports a higher one": ("layers", "facade/routing/stage.py", "facade.config.settings"),
    "the wire imports the routing": ("layers", "facade/wire/limits.py", "facade.routing.stage"),
    "telemetry imports the wire": ("layers", "facade/tasks.py", "facade.wire.limits"),
    "the data plane imports the control plane": ("layers", "facade/proxy/added.py", "facade.control"),
    "the control plane imports the data plane": ("layers", "facade/control/added.py", "facade.proxy"),
    "the page imports the demonstration": ("layers", "facade/page/added.py", "facade.demo"),
    "the facade imports its test suite for adapters": ("layers", "facade/targets/definition.py", "facade.testing"),
    "a new package has no place in the layers": ("layers", "facade/unplaced.py", "json"),
    "the facade imports an adapter": ("kinds-by-name", "facade/targets/definition.py", "adapters.sql"),
    "an adapter imports the facade's inside": ("port-only", "adapters/sql/added.py", "facade.problem"),
    "an adapter reaches the wire": ("port-only", "adapters/added.py", "facade.wire.limits"),
    "a kind of adapter knows another": ("strangers", "adapters/soap/faults.py", "adapters.rest.path"),
    "callers know the routes": ("layers", "facade/callers/register.py", "facade.routing.stage"),
    "a token is judged by the clock": ("pure", "facade/callers/verifier.py", "time"),
    "routing waits": ("pure", "facade/routing/stage.py", "asyncio"),
    "routing reads the clock": ("pure", "facade/routing/route.py", "time"),
    "the port draws lots": ("pure", "facade/port/call.py", "random"),
    "a problem is logged where it is made": ("pure", "facade/problem.py", "structlog"),
    "routing opens a socket by way of another module": ("pure", "facade/routing/added.py", "facade.tasks"),
    "a rule of the wire waits": ("pure", "facade/wire/headers.py", "asyncio"),
    "a breaker reads the clock": ("pure", "facade/targets/protect/breaker.py", "time"),
    "a comparison reads the clock": ("pure", "facade/compare/walk.py", "time"),
    "a judge draws lots": ("pure", "facade/control/judge/wager.py", "random"),
    "a format reads a file": ("pure", "facade/formats/json.py", "os"),
    "the data plane reads YAML": ("data-plane", "facade/proxy/added.py", "yaml"),
    "the data plane reads the configuration": ("data-plane", "facade/proxy/added.py", "facade.config.settings"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("facade", "adapters"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_kind_is_a_stranger_to_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (strangers,) = (each["modules"] for each in contracts if each["id"] == "strangers")
    assert strangers == sorted(f"adapters.{path.parent.name}" for path in (ROOT / "adapters").glob("*/__init__.py"))


def judge(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    for contract in contracts:
        command += ["--contract", contract]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_every_contract_is_kept(copy: Path) -> None:
    verdict = judge(copy)
    assert verdict.returncode == 0, verdict.stdout
    assert "6 kept, 0 broken" in verdict.stdout


@pytest.mark.parametrize(("contract", "module", "imported"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(copy: Path, contract: str, module: str, imported: str) -> None:
    changed = copy / module
    text = changed.read_text() if changed.exists() else '"""Added."""\n'
    changed.write_text(f"{text}\nimport {imported}\n")
    verdict = judge(copy, contract)
    assert verdict.returncode == 1, verdict.stdout
    assert "0 kept, 1 broken" in verdict.stdout or "not listed" in verdict.stdout, verdict.stdout
