from __future__ import annotations

import subprocess
import sys

import pytest

from facade.cli import check
from facade.cli.commands import COMMANDS


def test_help_names_every_command(facade):
    said = facade("--help")
    assert said.status == 0
    assert all(f"    {command} " in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(facade, command: str):
    said = facade(command, "--help")
    assert said.status == 0
    assert said.out.startswith(f"usage: facade {command}")


def test_the_version_is_told(facade):
    assert facade("--version").out.startswith("facade 0.")


@pytest.mark.parametrize(
    "words", [(), ("sevre",), ("check", "--no-such-option"), ("explain", "GET"), ("status", "--conf", "x")]
)
def test_words_that_are_no_command_are_usage(facade, words: tuple[str, ...]):
    said = facade(*words)
    assert said.status == 2
    assert said.err.startswith("usage: facade")


@pytest.mark.parametrize("words", ["--help", "--version"])
def test_what_needs_no_library_imports_none(words: str):
    asked = f"import sys; from facade.__main__ import main\ntry: main([{words!r}])\nexcept SystemExit: pass\n"
    asked += "print(sorted({'aiohttp', 'pydantic', 'yaml', 'asyncio', 'structlog'} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


def test_ctrl_c_ends_a_command_without_a_traceback(facade, monkeypatch: pytest.MonkeyPatch):
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupted)
    said = facade("check")
    assert (said.status, said.out, said.err) == (130, "", "")


def test_a_reader_that_has_seen_enough_ends_a_command_without_a_traceback(files):
    command = [sys.executable, "-c", "import sys; from facade.__main__ import main; sys.exit(main())", "check"]
    with subprocess.Popen([*command, str(files.folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 1
