"""Constant load: some connections that stay open, each asking again and again, every answer checked.

A connection that is closed is a failure and is not opened again: that is what the load is there to see.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

from harness.client import Client
from harness.messages import CutOff
from harness.patience import PATIENCE

PACE: Final = 0.04
"""Seconds between two questions of one connection, so that the load leaves room for what it is there to disturb."""

Turn = Callable[[Client, int], None]
"""Asks once over a connection (the second argument is its number) and asserts that the answer is right."""


class Load:
    """Runs as long as its `with`. `failures` says what went wrong, `answered` how much went well."""

    def __init__(self, port: int, connections: int, turn: Turn, pace: float = PACE) -> None:
        self._port = port
        self._turn = turn
        self._pace = pace
        self._over = threading.Event()
        self.failures: list[str] = []
        self.counts = [0] * connections
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(connections)
        ]

    @property
    def answered(self) -> int:
        return sum(self.counts)

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _run(self, number: int) -> None:
        try:
            with Client(self._port) as client:
                while not self._over.is_set():
                    began = time.monotonic()
                    self._turn(client, number)
                    self.counts[number] += 1
                    self._over.wait(max(0.0, began + self._pace - time.monotonic()))
        except (AssertionError, EOFError, OSError, CutOff) as failure:
            self.failures.append(f"connection {number} after {self.counts[number]} answers: {failure!r}")
