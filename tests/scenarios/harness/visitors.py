"""Clients as they should be: each asks again and again, over a connection that it keeps or a new one every time.

They honour `Connection: close`, and a connection that was closed while nobody asked is opened again without a word. A
question that was sent and not answered whole is a failure.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

from harness.client import Client, request
from harness.messages import CutOff, Message
from harness.patience import PATIENCE

PACE: Final = 0.03
"""Seconds between two questions of one client."""

AGAIN: Final = 0.02
"""Seconds until the next try where nobody listens."""


class Visitors:
    """Run as long as their `with`. `keeping` of them keep their connection, `coming` open one for each question.

    Without `doors_close` it is a failure too when nobody listens.
    """

    def __init__(
        self, port: int, keeping: int, coming: int, right: Callable[[Message], bool], *, doors_close: bool
    ) -> None:
        self._port = port
        self._right = right
        self._doors_close = doors_close
        self._over = threading.Event()
        self.failures: list[str] = []
        self.counts = [0] * (keeping + coming)
        self._threads = [
            threading.Thread(target=self._visit, args=(number, number < keeping), daemon=True)
            for number in range(keeping + coming)
        ]

    @property
    def answered(self) -> int:
        return sum(self.counts)

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a visitor hangs"

    def _visit(self, number: int, keeps: bool) -> None:
        client: Client | None = None
        while not self._over.is_set():
            try:
                if client is not None and _was_closed(client):
                    client.close()
                    client = None
                client = client or self._open()
                if client is None:
                    continue
                answer = client.ask(request("GET", f"/{number}", *[] if keeps else ["Connection: close"]))
                assert self._right(answer), answer.head
                self.counts[number] += 1
                if answer.closes or not keeps:
                    client.close()
                    client = None
            except (AssertionError, EOFError, OSError, CutOff) as failure:
                kind = "keeping" if keeps else "coming"
                self.failures.append(f"{kind} {number} after {self.counts[number]} answers: {failure!r}")
                client = None
            self._over.wait(PACE)
        if client is not None:
            client.close()

    def _open(self) -> Client | None:
        try:
            return Client(self._port)
        except ConnectionRefusedError:
            if not self._doors_close:
                raise
            self._over.wait(AGAIN)
            return None


def _was_closed(client: Client) -> bool:
    """Whether the other side has closed an idle connection, as every pool looks before it uses one again."""
    readable, _, _ = select.select([client.socket], [], [], 0)
    return bool(readable)
