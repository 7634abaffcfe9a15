"""The installed package as process 1 of a container: read-only root, one writable folder, no privilege, signals arrive.

No container engine is needed: bubblewrap makes the same name spaces. The wheel is built and installed beside the tests'
own packages, so that what runs is what an image would hold and not this clone.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATE = "/var/lib/facade"

PATIENCE = 20.0
"""Seconds until something that should happen at once is held to have failed, on a machine that is busy."""

SLOW = 2.0
"""Seconds the silo takes for /slow: long enough to be under way when the sidecar is told to leave."""


@pytest.fixture(scope="module", autouse=True)
def _bubblewrap() -> None:
    if shutil.which("bwrap") is None:
        reason = "bubblewrap is not installed; on Debian: apt-get install bubblewrap"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder), str(ROOT)], check=True)
    return folder


class Old(BaseHTTPRequestHandler):
    """A silo that answers everything, /slow after a while."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.server.asked.set()  # type: ignore[attr-defined]  # the fixture's server
            time.sleep(SLOW)
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"old")

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def silo() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Old) as server:
        server.asked = threading.Event()  # type: ignore[attr-defined]  # what the handler sets
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def eventually(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Contained:
    """The sidecar in its container. `pid` is its process as seen from outside; inside it is 1."""

    def __init__(self, process: subprocess.Popen[bytes], pid: int, listen: int, observe: int) -> None:
        self.process, self.pid, self.listen, self.observe = process, pid, listen, observe

    def status(self, field: str) -> str:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{field}:"))

    def ready(self) -> int:
        try:
            return ask(self.observe, "/readyz")[0]
        except OSError:
            return 0


def bubblewrap(inside: list[str], status: int) -> list[str]:
    """The command line of a container with the whole machine read-only and one writable folder.

    Which process it became is written to the descriptor `status`.
    """
    return [
        *("bwrap", "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"),
        *("--unshare-pid", "--as-pid-1", "--unshare-ipc", "--die-with-parent", "--new-session"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        # /var/lib/facade need not exist on this machine: its parent is an empty folder, made read-only again.
        *("--tmpfs", "/var/lib", "--dir", STATE, "--remount-ro", "/var/lib", "--tmpfs", STATE),
        *("--chdir", "/", "--json-status-fd", str(status)),
        *inside,
    ]


@contextmanager
def contained(installed: Path, configuration: Path) -> Iterator[Contained]:
    listen, observe, admin = free_port(), free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FACADE_LISTEN": f"127.0.0.1:{listen}",
        "FACADE_OBSERVE": f"127.0.0.1:{observe}",
        "FACADE_ADMIN": f"127.0.0.1:{admin}",
    }
    inside = [sys.executable, "-m", "facade", "serve", "--config", str(configuration)]
    reading, writing = os.pipe()
    log = (configuration / "log").open("wb")
    command = bubblewrap(inside, writing)
    starting = subprocess.Popen(command, env=environment, stdout=log, stderr=log, pass_fds=[writing])
    os.close(writing)
    with log, os.fdopen(reading) as said, starting as process:
        try:
            yield Contained(process, int(json.loads(said.readline())["child-pid"]), listen, observe)
        finally:
            process.kill()


@pytest.fixture
def sidecar(installed: Path, silo: Any, tmp_path: Path) -> Iterator[Contained]:
    (tmp_path / "silos").mkdir()
    (tmp_path / "routes").mkdir()
    (tmp_path / "facade.yaml").write_text("version: 1\ndrain: {pause: 500ms, limit: 10s}\n")
    portal = f'silo: portal\nadapter: passthrough\nsettings: {{url: "http://127.0.0.1:{silo.server_port}"}}\n'
    (tmp_path / "silos/portal.yaml").write_text(portal)
    route = "{name: everything, match: '/{path...}', legacy: portal, stage: legacy}"
    (tmp_path / "routes/portal.yaml").write_text(f"routes:\n  - {route}\n")
    with contained(installed, tmp_path) as running:
        eventually(lambda: running.ready() == 200 or running.process.poll() is not None)
        assert running.process.poll() is None, (tmp_path / "log").read_text()
        yield running


def test_the_wheel_holds_what_the_demonstration_starts_from(installed: Path) -> None:
    def contents(folder: Path) -> dict[str, str]:
        return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.yaml")}

    assert contents(installed / "facade/demo/config") == contents(ROOT / "config")
    assert (installed / "facade/py.typed").exists()
    assert (installed / "adapters/py.typed").exists()


def test_it_serves_without_a_privilege_on_a_read_only_root(sidecar: Contained) -> None:
    assert ask(sidecar.listen, "/anything") == (200, b"old")
    assert int(sidecar.status("CapEff"), 16) == 0
    assert sidecar.status("NoNewPrivs") == "1"
    assert sidecar.status("NSpid").split()[-1] == "1"
    mounts = [line.split() for line in Path(f"/proc/{sidecar.pid}/mountinfo").read_text().splitlines()]
    writable = {fields[4] for fields in mounts if "rw" in fields[5].split(",")}
    assert "/" not in writable
    assert STATE in writable


def test_what_it_writes_is_in_its_state_folder(sidecar: Contained) -> None:
    ask(sidecar.listen, "/anything")
    state = Path(f"/proc/{sidecar.pid}/root{STATE}")
    eventually(lambda: any(path.is_file() for path in state.rglob("*")))


def test_it_drains_and_leaves_on_sigterm(sidecar: Contained, silo: Any) -> None:
    answers: list[tuple[int, bytes]] = []
    slow = threading.Thread(target=lambda: answers.append(ask(sidecar.listen, "/slow")))
    slow.start()
    assert silo.asked.wait(PATIENCE)
    os.kill(sidecar.pid, signal.SIGTERM)
    eventually(lambda: sidecar.ready() == 503)
    assert ask(sidecar.listen, "/anything") == (200, b"old")
    slow.join(PATIENCE)
    assert answers == [(200, b"old")]
    assert sidecar.process.wait(PATIENCE) == 0


def test_it_reloads_on_sighup(sidecar: Contained) -> None:
    def reloads() -> bytes:
        lines = ask(sidecar.observe, "/metrics")[1].splitlines()
        return b"\n".join(line for line in lines if line.startswith(b"facade_config_reloads_total"))

    before = reloads()
    os.kill(sidecar.pid, signal.SIGHUP)
    eventually(lambda: reloads() != before)
    assert sidecar.ready() == 200
