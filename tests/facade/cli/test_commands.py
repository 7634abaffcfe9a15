from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from facade.cli import check
from facade.cli.commands import COMMANDS


def test_help_names_every_command(facade):
    said = facade("--help")
    assert said.status == 0
    assert all(re.search(rf"^    {command}\s", said.out, re.MULTILINE) for command in COMMANDS)


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


@pytest.mark.parametrize(
    "words",
    [
        ("--reason", ""),
        ("--reason", "  "),
        ("--reason", "two\nlines"),
        ("--reason", "\x1b[2J"),
        ("--reason", "\u202e"),
        ("--reason", "x" * 501),
        ("--reason", "why", "--by", ""),
        ("--reason", "why", "--by", "a\tb"),
        ("--reason", "why", "--config", ""),
        ("--reason", "why", "--admin", "nowhere"),
    ],
)
def test_what_others_will_read_is_one_line_of_bounded_length(facade, words: tuple[str, ...]):
    for command in (("move", "titles.read", "platform"), ("back", "titles.read")):
        said = facade(*command, *words)
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(f"usage: facade {command[0]}")


def without_room(stream: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = f"exec {shlex.join([sys.executable, '-m', 'facade', *words])} > {stream}"
    return subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_an_answer_that_cannot_be_written_is_one_line_and_exit_1(files):
    for words in (("check", str(files.folder)), ("check", "/nowhere")):
        said = without_room("/dev/full", *words)
        assert said.returncode == 1
        assert said.stderr == "standard output: cannot be written (No space left on device); send it elsewhere\n"


def test_whoever_has_read_enough_is_told_no_more(files):
    said = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f"{{ sleep 1; {shlex.join([sys.executable, '-m', 'facade', 'check', str(files.folder)])}; }} | :",
        ],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert said.stderr == ""


def test_a_terminal_that_knows_few_letters_gets_the_others_escaped(files):
    said = subprocess.run(
        [sys.executable, "-m", "facade", "explain", "GET", "/\u00e9", "--config", str(files.folder)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0
    assert said.stdout.startswith("GET /\\xe9 is answered by the facade: 400, ")
