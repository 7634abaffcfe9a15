"""Callers by the clock, in a process of their own: so many questions a second, whatever becomes of the ones before.

An open loop, because callers who wait for each other would ask less the worse it gets, and make it look good.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

_PATIENCE: Final = 40.0
"""Seconds for an answer: longer than any limit that a run sets."""

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Asked:
    """What became of the questions: `seconds` of those answered 2xx, and the others by what they got instead."""

    seconds: list[float] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    other_seconds: list[float] = field(default_factory=list)
    said_close: int = 0

    @property
    def count(self) -> int:
        return len(self.seconds) + len(self.other_seconds)

    def milliseconds(self, share: float) -> float:
        """A quantile of the times to an answer 2xx."""
        return 1000 * quantile(self.seconds, share)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Asking:
    """Callers at work. `asked` waits for their end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def asked(self) -> Asked:
        output, _ = self._process.communicate()
        return Asked(**json.loads(output))


@contextmanager
def asking(port: int, target: str, rate: float, seconds: float, *, keeps: bool = True) -> Iterator[Asking]:
    """Ask for `target` `rate` times a second for so long. A `{}` in it is the question's number.

    Those who `keeps` their connection ask again over one that is idle; the others open one for each question.
    """
    wish = json.dumps({"port": port, "target": target, "rate": rate, "seconds": seconds, "keeps": keeps})
    with subprocess.Popen([sys.executable, "-m", __name__, wish], stdout=subprocess.PIPE) as process:
        try:
            yield Asking(process)
        finally:
            process.kill()


def ask(port: int, target: str, rate: float, seconds: float, *, keeps: bool = True) -> Asked:
    """The same, to its end."""
    with asking(port, target, rate, seconds, keeps=keeps) as callers:
        return callers.asked()


class _Callers:
    def __init__(self, wish: dict[str, Any]) -> None:
        self._port, self._target, self._keeps = wish["port"], wish["target"], wish["keeps"]
        self._rate, self._seconds = wish["rate"], wish["seconds"]
        self._idle: list[Connection] = []
        self.asked = Asked()

    async def call(self) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(self._rate * self._seconds)):
                await asyncio.sleep(max(0.0, began + number / self._rate - time.monotonic()))
                group.create_task(self._ask(self._target.format(number)))

    async def _ask(self, target: str) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE):
                outcome = await self._answered(target)
        except (OSError, ValueError, EOFError) as failure:  # TimeoutError is an OSError
            outcome = type(failure).__name__
        seconds = time.monotonic() - began
        if outcome.startswith("2"):
            self.asked.seconds.append(seconds)
        else:
            self.asked.others[outcome] = self.asked.others.get(outcome, 0) + 1
            self.asked.other_seconds.append(seconds)

    async def _answered(self, target: str) -> str:
        connection = self._connection() or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = connection
        try:
            writer.write(f"GET {target} HTTP/1.1\r\nHost: scale.test\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        closes = b"\r\nconnection: close" in head
        self.asked.said_close += closes
        if closes or not self._keeps:
            writer.close()
        else:
            self._idle.append(connection)
        return head.split(b" ")[1].decode()

    def _connection(self) -> Connection | None:
        """An idle connection that the other side has not closed."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return None


def main() -> None:
    """Ask, and print what became of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    callers = _Callers(json.loads(sys.argv[1]))
    asyncio.run(callers.call())
    print(json.dumps(vars(callers.asked)))


if __name__ == "__main__":
    main()
