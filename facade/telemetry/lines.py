"""Lines: bytes on their way to a stream whose reader may have stopped reading.

The law of this file: `put` never waits and never fails. A thread writes; what does not fit into its bounded room is
dropped and counted, and the next line that gets through says how many were lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

ROOM: Final = 1024 * 1024
"""Bytes that may wait: about 4,000 request lines, a few seconds of the busiest log."""

_GATHER: Final = 0.05
"""Seconds in which lines gather before they are written: to wake the thread for each costs more than its line."""

_STUCK: Final = 0.05
"""Seconds until a stream that would block (someone made it non-blocking) is tried again."""


class Stream(Protocol):
    """A raw byte stream: `write` says how much it took, None for nothing at all."""

    def write(self, data: memoryview, /) -> int | None: ...


class Lines:
    """A stream with a bounded room before it. `lost` makes the line that says how many were dropped."""

    def __init__(self, stream: Stream, lost: Callable[[int], bytes], room: int = ROOM) -> None:
        self._stream = stream
        self._lost = lost
        self._room = room
        self._waiting: list[bytes] = []
        self._held = 0
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="log lines", daemon=True).start()

    def __repr__(self) -> str:
        return f"<Lines held={self._held} dropped={self._dropped} closed={self._closed}>"

    def put(self, line: bytes) -> None:
        """Hand over one line, its end included."""
        with self._changed:
            if self._closed or self._held + len(line) > self._room:
                self._dropped += 1
                return
            if not self._waiting:
                self._changed.notify_all()
            self._waiting.append(line)
            self._held += len(line)

    def flush(self, seconds: float) -> bool:
        """Wait until all is written, at most `seconds`; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._held, seconds)

    def close(self, seconds: float) -> None:
        """Take no more lines and wait at most `seconds` for those that are held."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.flush(seconds)

    def _run(self) -> None:
        while True:
            lines, dropped = self._take()
            if not lines:
                return
            written = self._write(b"".join([*lines, *([self._lost(dropped)] if dropped else [])]))
            with self._changed:
                self._held -= sum(map(len, lines))
                self._dropped += 0 if written else dropped + len(lines)
                self._changed.notify_all()

    def _take(self) -> tuple[list[bytes], int]:
        """The lines that wait, once there are any, and how many were dropped before; no lines when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(lambda: self._closed, _GATHER)
            lines, self._waiting = self._waiting, []
            dropped = self._dropped
            if lines:
                self._dropped = 0
            return lines, dropped

    def _write(self, lines: bytes) -> bool:
        rest = memoryview(lines)
        try:
            while rest:
                taken = self._stream.write(rest)
                if taken is None:
                    time.sleep(_STUCK)  # noqa: TID251 - on the writing thread
                rest = rest[taken or 0 :]
        except (OSError, ValueError):  # ValueError: the stream was closed under us
            return False
        return True
