import importlib.util
from argparse import Namespace
from pathlib import Path

import pytest

from facade.cli import demo
from facade.cli.answer import Failed


def test_without_its_extra_the_demonstration_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Failed, match=r"rich and aiosqlite missing; install .*strangler-facade\[demo\]"):
        demo.run(Namespace(once=True))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    program = tmp_path / ".venv" / "bin" / "facade"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(program.with_name("python")))
    monkeypatch.chdir(tmp_path)
    return program


def test_a_command_on_the_path_is_typed_by_its_name(installed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(installed.parent))
    assert demo.typed() == "facade"


def test_a_command_that_the_shell_would_not_find_is_typed_by_its_path(
    installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", "")
    assert demo.typed() == ".venv/bin/facade"
    monkeypatch.chdir("/")
    assert demo.typed() == str(installed) or demo.typed() == str(installed.relative_to("/"))


def test_an_interpreter_without_the_command_runs_the_package(installed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    installed.unlink()
    assert demo.typed().endswith("python -m facade")
