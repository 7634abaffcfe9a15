"""The demonstration as a stranger meets it: the command, its words and its exit status."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from facade.demo import folder, once
from facade.demo.chapters import CHAPTERS
from facade.demo.story import IMPATIENT
from facade.demo.surroundings import BAD_RELEASE

STORY = 150.0
"""Seconds for the whole story on a busy machine; half a minute on an idle one."""


def demo(where: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "facade", "demo", *words],
        cwd=where,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(where)},
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`facade demo` on free ports, with its table begun."""
    once.prepare(tmp_path / folder.NAME)
    process = demo(tmp_path)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, f"ended before it said {text!r}: {said}"
        said += line
    return said


def processes_of(where: Path) -> list[str]:
    """The command lines of every process that names this folder or works in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                working = str((entry / "cwd").readlink())
            except OSError:
                continue
            if working == str(where) or str(where) in words:
                found.append(words)
    return found


@pytest.mark.slow
@pytest.mark.timeout(STORY)
def test_the_whole_story_is_told_without_a_failed_citizen(tmp_path: Path):
    process = demo(tmp_path, "--once")
    said, _ = process.communicate()
    assert process.returncode == 0, said
    for chapter in CHAPTERS:
        assert f"\n  {chapter.name} " in said
    assert "\n# titles.read went back to legacy: platform errors " in said
    assert re.search(r"\n# until then legacy answered the [1-9][0-9,]* reads that the platform had failed\n", said)
    assert re.search(r"\n# [1-9][0-9,]* answers compared with the platform's, 100% of them alike\n", said)
    assert re.search(r"\n\$ facade schedule\n  SILO .*\n(.*\n)*  land-registry +\d{4}-\d\d-\d\d +\d+  none ", said)
    assert re.search(
        r"\n\$ facade evidence land-registry"
        r"\n  land-registry may not be switched off: 2 of 6 reasons speak against it\n"
        r"    yes  its routes are all complete or gone: titles.read\n",
        said,
    )
    assert re.search(
        r"\n# payments taken by the cashier [1-9][0-9,]*, by the provider [1-9][0-9,]*: each of them once", said
    )
    assert f", though {IMPATIENT} were asked for twice\n# all that left for the provider: amount, reference\n" in said
    assert "No citizen was failed" in said
    assert list(tmp_path.iterdir()) == []
    assert processes_of(tmp_path) == []


def test_ctrl_c_ends_everything_in_order(running: subprocess.Popen[str], tmp_path: Path):
    said = read_until(running, "titles.read: legacy; last 5 s")
    assert "kept as you left it" in said
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=30)
    assert (running.returncode, "Traceback" in rest) == (0, False)
    assert '"event":"drained"' in (tmp_path / folder.NAME / "state" / "sidecar.log").read_text()
    assert processes_of(tmp_path) == []


@pytest.mark.slow
def test_the_line_it_names_moves_the_traffic(running: subprocess.Popen[str], tmp_path: Path):
    said = read_until(running, "Ctrl-C stops everything")
    named = said.split("edit ")[1].split(",")[0]
    file, line = named.rsplit(":", 1)
    lines = (tmp_path / file).read_text().splitlines(keepends=True)
    lines[int(line) - 1] = lines[int(line) - 1].replace("legacy", "platform", 1)
    (tmp_path / file).write_text("".join(lines))
    said = read_until(running, "titles.read: platform; last 5 s: legacy 0, platform ")
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "where" not in said + rest  # no citizen was failed in words


@pytest.mark.slow
@pytest.mark.timeout(STORY)
def test_a_bad_release_by_hand_is_taken_back_and_told(running: subprocess.Popen[str], tmp_path: Path):
    read_until(running, "Ctrl-C stops everything")
    copied = tmp_path / folder.NAME
    file, line = folder.stage_line(copied, "titles.read")
    lines = file.read_text().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace("legacy", "canary", 1)
    lines[line] = lines[line].replace("10%", "50%", 1)
    file.write_text("".join(lines))
    read_until(running, "titles.read: canary 50%; last 5 s")
    (copied / BAD_RELEASE).touch()
    said = read_until(running, "titles.read went back to legacy: platform errors ")
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "where" not in said + rest  # no citizen was failed in words


def test_a_port_in_use_is_one_line_that_says_what_to_do(tmp_path: Path):
    once.prepare(tmp_path / folder.NAME)
    port = next(iter(folder.ports((tmp_path / folder.NAME / "silos" / "portal.yaml").read_text())))
    with closing(socket.create_server(("127.0.0.1", port))):
        process = demo(tmp_path)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said == (
        f"127.0.0.1:{port}: in use by another program; stop it (another demonstration?) "
        "or write other ports in facade-demo\n"
    )


def test_a_fresh_copy_leaves_the_shipped_configuration_alone(tmp_path: Path):
    shipped = {file: file.read_bytes() for file in folder.files(folder.shipped())}
    once.prepare(tmp_path / folder.NAME)
    assert {file: file.read_bytes() for file in folder.files(folder.shipped())} == shipped
