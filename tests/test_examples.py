"""What others can build on the platform: the examples run beside the demonstration, and notice no move below them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from facade.cli.sidecar import Sidecar
from facade.config.kinds import Kinds
from facade.config.load import load
from facade.config.settings import Settings
from facade.demo import folder, once
from harness.client import ask, request
from harness.messages import Message
from harness.patience import eventually
from harness.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "examples/buying_a_house.py"

LINES = 80


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    with ExitStack() as running:

        def start(*command: str, **environment: str) -> subprocess.Popen[bytes]:
            process = running.enter_context(
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=tmp_path,
                    env={**os.environ, **environment},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            running.callback(process.terminate)
            return process

        yield start


def answers(port: int, path: str = "/") -> bool:
    try:
        return ask(port, request("GET", path)).status > 0
    except OSError:
        return False


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of the demonstration's own copy of the configuration, on free ports."""
    copied = tmp_path / folder.NAME
    once.prepare(copied)
    configuration = load(copied, Kinds.discover(), {"PAY_KEY": "k"}, serving=False).configuration
    assert configuration is not None
    return configuration.settings


def test_an_example_is_short() -> None:
    assert [path.name for path in (ROOT / "examples").glob("*.py") if path.read_text().count("\n") > LINES] == []


def test_a_service_made_from_two_published_routes_notices_no_move_below_it(
    settings: Settings, started: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    platform, port = settings.listen.port, free_port()
    started("-m", "facade", "demo")
    started(str(HOUSE), str(port), PLATFORM=f"http://127.0.0.1:{platform}")
    eventually(lambda: answers(platform, "/titles/DN100005"), "the platform answers")
    eventually(lambda: answers(port), "the example answers")

    def house(path: str) -> Message:
        return ask(port, request("GET", path))

    before = house("/houses/DN100005/PA10003")
    assert before.status == 200
    assert json.loads(before.body) == {
        "title": "DN100005",
        "tenure": "leasehold",
        "price": 721765,
        "burdens": [
            "a charge of Harbour Building Society",
            "a condition: materials to match",
            "a condition: no work on Sundays",
            "a condition: trees to be kept",
        ],
    }
    assert (house("/houses/DN1/PA10003").status, house("/houses/DN100005/PA99999").status) == (404, 404)
    assert house("/houses/..%2Fx/PA10003").status == 502
    for route in ("titles.read", "applications.read"):
        words = ["move", route, "platform", "--force", "--by", "a test", "--reason", "to see"]
        command = [sys.executable, "-m", "facade", *words, "--config", str(tmp_path / folder.NAME)]
        subprocess.run(command, check=True, capture_output=True)
    stages = {
        row["name"]: row["stage"]
        for row in Sidecar(f"http://127.0.0.1:{settings.admin.port}").ask("/api/routes")["routes"]
    }
    assert (stages["titles.read"], stages["applications.read"]) == ("platform", "platform")
    after = house("/houses/DN100005/PA10003")
    assert (after.status, after.body) == (before.status, before.body)


def test_the_example_tells_its_own_caller_that_the_platform_is_gone(
    started: Callable[..., subprocess.Popen[bytes]],
) -> None:
    port = free_port()
    started(str(HOUSE), str(port), PLATFORM=f"http://127.0.0.1:{free_port()}")
    eventually(lambda: answers(port), "the example answers")
    found = ask(port, request("GET", "/houses/DN100005/PA10003"))
    assert (found.status, found.one("Content-Type")) == (502, b"application/problem+json; charset=utf-8")
