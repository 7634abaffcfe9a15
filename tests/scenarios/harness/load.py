"""Constant load: some callers, each asking again and again over a connection that it keeps, every answer checked.

What may become of their connections differs (`Ends`). A question that was sent and not answered whole is a failure
in any case.
"""

from __future__ import annotations

import enum
import select
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

from harness.client import Client
from harness.messages import CutOff
from harness.patience import PATIENCE

PACE: Final = 0.04
"""Seconds between two questions of one caller, so that the load leaves room for what it is there to disturb."""

AGAIN: Final = 0.02
"""Seconds until the next try where nobody listens."""

Turn = Callable[[Client, int], object]
"""Asks once over a connection (the second argument is the caller's number) and asserts that the answer is right."""


class Ends(enum.Enum):
    """What a connection may come to without anybody being failed."""

    NEVER = enum.auto()
    """Nothing: a caller whose connection ends is failed, and asks no more."""

    IN_ORDER = enum.auto()
    """It may be closed after `Connection: close`, and while nobody asks: the caller opens another one."""

    BEHIND_CLOSED_DOORS = enum.auto()
    """And nobody may listen for a while."""


class Load:
    """Runs as long as its `with`. `failures` says what went wrong, `counts` how much went well for each caller."""

    def __init__(self, port: int, callers: int, turn: Turn, *, pace: float = PACE, ends: Ends = Ends.NEVER) -> None:
        self._port = port
        self._turn = turn
        self._pace = pace
        self._ends = ends
        self._over = threading.Event()
        self.failures: list[str] = []
        self.counts = [0] * callers
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(callers)]

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
        assert not any(thread.is_alive() for thread in self._threads), "a caller hangs"

    def _run(self, number: int) -> None:
        client: Client | None = None
        while not self._over.is_set():
            began = time.monotonic()
            try:
                client = self._connected(client)
                if client is None:
                    self._over.wait(AGAIN)
                    continue
                self._turn(client, number)
                self.counts[number] += 1
            except (AssertionError, EOFError, OSError, CutOff) as failure:
                self.failures.append(f"caller {number} after {self.counts[number]} answers: {failure!r}")
                if self._ends is Ends.NEVER:
                    break
                client = self._closed(client)
            self._over.wait(max(0.0, began + self._pace - time.monotonic()))
        self._closed(client)

    def _connected(self, client: Client | None) -> Client | None:
        """The connection to ask over, None where nobody listens for now."""
        if client is not None and self._ends is not Ends.NEVER and (client.is_over or _was_closed(client)):
            client = self._closed(client)
        if client is not None:
            return client
        try:
            return Client(self._port)
        except ConnectionRefusedError:
            if self._ends is not Ends.BEHIND_CLOSED_DOORS:
                raise
            return None

    @staticmethod
    def _closed(client: Client | None) -> None:
        if client is not None:
            client.close()


def _was_closed(client: Client) -> bool:
    """Whether the other side has closed an idle connection, as every pool looks before it uses one again."""
    readable, _, _ = select.select([client.socket], [], [], 0)
    return bool(readable)
