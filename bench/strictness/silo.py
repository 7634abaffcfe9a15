"""The far end of a proxy under question: keeps every byte that reached it, and answers what it was told to."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

GOOD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n")
_CODED: Final = b"\r\ntransfer-encoding:"
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
_END: Final = b"\r\n\r\n"
_PIECE: Final = 65536
_PATIENCE: Final = 5.0
"""Seconds that a connection may be silent; a proxy keeps them for the next question."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What came: all bytes, and how many whole requests they make."""

    passed: bytes
    whole: int


class Silo:
    """One listener; a thread for each connection, which ends with it."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._lock = threading.Lock()
        self._reached = Reached(b"", 0)
        self._answer, self._closes = GOOD, False
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    @contextlib.contextmanager
    def listening(cls) -> Iterator[Silo]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            yield cls(listening)

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def begin(self, answer: bytes, closes: bool) -> None:
        """Forget what came; from now on this is the answer to every whole request."""
        with self._lock:
            self._reached, self._answer, self._closes = Reached(b"", 0), answer, closes

    def reached(self) -> Reached:
        with self._lock:
            return self._reached

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed: nothing more is asked
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE)
        unread = b""
        with connection, contextlib.suppress(OSError):  # the proxy left: that is its right
            while piece := connection.recv(_PIECE):
                unread += piece
                self._note(piece, 0)
                while (end := whole(unread)) is not None:
                    unread = unread[end:]
                    self._note(b"", 1)
                    connection.sendall(self._answer)
                    if self._closes:
                        return

    def _note(self, piece: bytes, requests: int) -> None:
        with self._lock:
            self._reached = Reached(self._reached.passed + piece, self._reached.whole + requests)


def whole(unread: bytes) -> int | None:
    """Where the first whole request ends; None where there is none yet."""
    end = unread.find(_END)
    if end < 0:
        return None
    head = unread[: end + len(_END)].lower()
    if _CODED in head:
        last = unread.find(_LAST_CHUNK, end + 2)
        return None if last < 0 else last + len(_LAST_CHUNK)
    length = _LENGTH.search(head)
    behind = len(head) + (int(length[1]) if length else 0)
    return behind if behind <= len(unread) else None
