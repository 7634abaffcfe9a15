"""The sidecar as its own process, seen from outside: its listeners, its log, its memory, its signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from prometheus_client.parser import text_string_to_metric_families

from harness.client import ask, get, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import PATIENCE, eventually


class Sidecar:
    """A running `facade serve`. `output` and `errors` grow with what it writes; at the end of a `with` it is killed.

    `before` is a command that becomes it, such as `setpriv`. With `is_read` False nobody reads what
    it writes until its end.
    """

    def __init__(
        self,
        folder: Folder,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        is_read: bool = True,
    ) -> None:
        self.folder = folder
        self.port = folder.listen
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "facade", "serve", "--config", str(folder.path), *arguments],
            env=surroundings(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.output = bytearray()
        self.errors = bytearray()
        self._readers = [
            threading.Thread(target=_drain, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.output), (self.process.stderr, self.errors))
        ]
        if is_read:
            self._read()

    def __enter__(self) -> Sidecar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Kill it, if it still runs. What it said is shown with a test that failed."""
        self.process.kill()
        self.left()
        sys.stdout.writelines(line.decode() for line in self.output.splitlines(keepends=True) if not _is_usual(line))
        sys.stderr.write(self.errors.decode())

    # What it is.

    @property
    def pid(self) -> int:
        return self.process.pid

    def ready(self) -> Sidecar:
        """Wait until it may get traffic."""
        eventually(self._is_ready_or_dead, "the sidecar is ready")
        assert self.process.poll() is None, f"it did not start: {self.errors.decode()}{self.output.decode()}"
        return self

    def _is_ready_or_dead(self) -> bool:
        return self.process.poll() is not None or self.readyz() == 200

    def readyz(self) -> int:
        """The status of /readyz, 0 when nobody answers."""
        try:
            return get(self.folder.observe, "/readyz", "Connection: close").status
        except (OSError, EOFError):
            return 0

    def resident(self) -> int:
        """Bytes of memory it holds now (VmRSS, proc(5))."""
        return self._memory("VmRSS")

    def peak(self) -> int:
        """The most it has held since `forget_peak` (VmHWM)."""
        return self._memory("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _memory(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))

    def descriptors(self) -> int:
        """How many files and sockets it has open, but for those in `state`, which come and go with what is kept."""
        state = str(self.folder / "state")
        return sum(not _leads_to(each).startswith(state) for each in Path(f"/proc/{self.pid}/fd").iterdir())

    # What it says.

    def observe(self, path: str) -> Message:
        return get(self.folder.observe, path, "Connection: close")

    def admin(self, path: str, host: str | None = None) -> Message:
        """An answer of the admin listener, which is asked by its own name unless `host` is another."""
        name = f"127.0.0.1:{self.folder.admin}" if host is None else host
        return ask(self.folder.admin, request("GET", path, "Connection: close", host=name))

    def document(self, path: str) -> Any:
        """A JSON answer of the admin listener."""
        answer = self.admin(path)
        assert answer.status == 200, answer.head + answer.body
        return json.loads(answer.body)

    def config(self) -> Any:
        return self.document("/api/config")

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics, by its name and labels as `name{label="value",…}` with the labels sorted."""
        text = self.observe("/metrics").body.decode()
        return {
            sample.name + _labels(sample.labels): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def metric(self, series: str) -> float:
        """One sample; 0 where it has never been counted."""
        return self.metrics().get(series, 0.0)

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Its log lines so far, all of which must be JSON; those of one event if that is named."""
        whole = bytes(self.output)[: bytes(self.output).rfind(b"\n") + 1]
        found = [json.loads(line) for line in whole.splitlines()]
        return [line for line in found if event is None or line["event"] == event]

    def said(self, event: str, **facts: object) -> list[dict[str, Any]]:
        """Wait for log lines of an event with these facts."""
        wanted = facts.items()
        return eventually(
            lambda: [line for line in self.lines(event) if wanted <= line.items()], f"it logs {event} {facts}"
        )

    # What it is told.

    def changed(self, change: Any, *arguments: str) -> str:
        """Make a change of the files and wait until it runs; the revision that runs then."""
        before = self.running()
        change(*arguments)
        return eventually(lambda: (now := self.running()) != before and now, "the new files run")

    def running(self) -> str:
        return str(self.config()["running"]["revision"])

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def left(self, patience: float = PATIENCE) -> int:
        """Wait for its end; its exit status. All that it wrote is there then."""
        status = self.process.wait(patience)
        self._read()
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def _read(self) -> None:
        for reader in self._readers:
            if reader.ident is None:
                reader.start()


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would change a sidecar's configuration."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("FACADE_", "PYTHONASYNCIO"))}
    return {**mine, "PYTHONUNBUFFERED": "1", **(more or {})}


def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command of the facade, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "facade", *map(str, arguments)],
        env=surroundings(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _drain(stream: IO[bytes], into: bytearray) -> None:
    with stream:
        while data := stream.read1():
            into.extend(data)


def _leads_to(descriptor: Path) -> str:
    """What an open descriptor is; nothing if it has been closed since it was listed."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


def _is_usual(line: bytes) -> bool:
    return b'"level":"info","event":"request"' in line


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}" if labels else ""
