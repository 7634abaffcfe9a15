"""docs/commands.md: its examples are run, and every option of every command is in it."""

from __future__ import annotations

import datetime
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from facade.__main__ import main
from facade.cli.commands import COMMANDS
from facade.cli.sidecar import Sidecar
from facade.comparisons import Comparisons
from facade.config.kinds import Kinds
from facade.control.differences import differences
from facade.control.overview import route_row, silo_row
from facade.control.source import Source
from facade.control.view import Calls

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/commands.md").read_text()
START = "2026-11-23T09:00:00Z"


def transcripts(page: str) -> Iterator[tuple[str, str]]:
    """Every command of the page's examples, with what it answers."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


def settled(answer: str) -> str:
    """An answer without what is another one each time."""
    return re.sub(r"\b[0-9a-f]{12}\b", "REVISION", answer)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped configuration, and a sidecar that runs whatever is in it."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Sidecar, "ask", lambda _, path: answered(Path("config"), path))
    for name in ("FACADE_CONFIG", "FACADE_ADMIN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def answered(folder: Path, path: str) -> Any:
    configuration = Source(folder, Kinds.discover(), {}).load().configuration
    assert configuration is not None
    if path == "/api/config":
        role = {"revision": configuration.revision, "at": START}
        return {"running": role, "rejected": None, "from_state": False}
    if path.startswith("/api/differences"):
        nothing = differences(Comparisons(lambda: 0.0, bytes(32)), path.rpartition("=")[2])
        return json.loads(msgspec.json.encode(nothing))
    routes = [route_row(route, Calls()) for route in configuration.routes]
    silos = [silo_row(silo, {}, datetime.date(2026, 11, 23)) for silo in configuration.silos.values()]
    return json.loads(msgspec.json.encode({"routes": routes, "silos": silos}))


def run(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    program, *words = shlex.split(command)
    assert program == "facade"
    main(words)
    return capsys.readouterr().out


def test_every_example_answers_as_the_page_says(here: Path, capsys: pytest.CaptureFixture[str]):
    examples = list(transcripts(PAGE))
    assert len({command.split()[1] for command, _ in examples}) == 8
    for command, answer in examples:
        assert settled(run(command, capsys)) == settled(answer), command


def section(command: str) -> str:
    (found,) = re.findall(rf"^## facade {command}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_on_the_page(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    offered = set(re.findall(r"(?<!\w)--?[a-zA-Z][a-z-]*", capsys.readouterr().out)) - {"-h", "--help"}
    said = section(command)
    assert sorted(offered - {"--json"} - set(re.findall(r"(?<!\w)--?[a-zA-Z][a-z-]*", said))) == []
