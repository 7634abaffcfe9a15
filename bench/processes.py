"""A process on one core, from its start to its end."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_START: Final = 60.0
"""Seconds until a process must answer its port; the slowest compiles 10,000 routes on a busy core."""

_END: Final = 5.0
"""Seconds from SIGTERM to SIGKILL."""


_LAST_WORDS: Final = 500
"""Characters of what a process said that an error repeats."""


class BenchError(Exception):
    """Something the one who runs the benchmark can mend; the text says how."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers on `port` of the loopback."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid


@contextlib.contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started meanwhile stays on that core: a child inherits where its parent may run."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def started(name: str, command: Sequence[str], port: int, core: int, folder: Path) -> Iterator[Running]:
    """Start a process, wait until it answers, and end it. What it says lies in `folder`."""
    said = folder / f"{name.replace(' ', '-')}.out"
    with said.open("wb") as output, pinned(core):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(name, process, port, said)
        yield Running(name, port, process)
    finally:
        process.terminate()
        try:
            process.wait(_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(name: str, process: subprocess.Popen[bytes], port: int, said: Path) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until:
        if process.poll() is not None:
            raise BenchError(
                f"{name}: ended with {process.returncode}; it said: {said.read_text()[-_LAST_WORDS:].strip()}"
            )
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    raise BenchError(f"{name}: does not answer on port {port} after {_START:.0f} s; see {said}")
