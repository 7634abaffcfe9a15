"""The old system of the long runs: it answers as it is asked to, and every answer says what it was the answer to.

`GET /…/SIZE/FRAMING` is answered with so many bytes, framed by `length`, `chunks` or `close`; whatever has a body with
its length and digest. Nothing of a connection is kept once it is over, however many there are.
"""

from __future__ import annotations

import hashlib
import socket
import threading
from types import TracebackType
from typing import Final, Self

from harness.messages import CutOff, Message, Wire
from harness.patience import PATIENCE

_CHUNK: Final = 8000
"""Bytes of one chunk: a large answer has several, and none is a round number."""


class Silo:
    """A server on a free port of 127.0.0.1. `open` is how many connections it has now."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._connections: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="silo", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def open(self) -> int:
        return len(self._connections)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._converse, args=(connected,), daemon=True).start()

    def _converse(self, connected: socket.socket) -> None:
        self._connections.add(connected)
        try:
            with connected:
                _answer_all(Wire(connected, 10 * PATIENCE))
        except (AssertionError, EOFError, LookupError, OSError, ValueError, CutOff):
            pass  # what came was broken, or bent into nonsense: this server just hangs up, as old ones do
        finally:
            self._connections.discard(connected)


def _answer_all(wire: Wire) -> None:
    while True:
        message = wire.request()
        wire.send(answer_to(message))
        if _says_close(message):
            return


def answer_to(message: Message) -> bytes:
    """The right answer to a request."""
    asked = b"X-Asked: " + message.target
    if message.method not in {b"GET", b"HEAD"}:
        return _framed(asked, digest_of(message.body), b"length")
    size, framing = message.target.split(b"/")[-2:]
    whole = _framed(asked, body_of(message.target, int(size)), framing)
    return whole if message.method == b"GET" else whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def body_of(target: bytes, size: int) -> bytes:
    """What is answered to a GET: its own target, again and again."""
    return (target * (size // len(target) + 1))[:size]


def digest_of(body: bytes) -> bytes:
    """What is answered to a request with a body."""
    return b"%d %b" % (len(body), hashlib.blake2b(body, digest_size=16).hexdigest().encode())


def _says_close(message: Message) -> bool:
    return message.method in {b"GET", b"HEAD"} and message.target.endswith(b"/close")


def _framed(asked: bytes, body: bytes, framing: bytes) -> bytes:
    if framing == b"close":
        return b"HTTP/1.1 200 OK\r\n%b\r\nConnection: close\r\n\r\n%b" % (asked, body)
    if framing == b"chunks":
        return b"HTTP/1.1 200 OK\r\n%b\r\nTransfer-Encoding: chunked\r\n\r\n%b" % (asked, chunked(body))
    return b"HTTP/1.1 200 OK\r\n%b\r\nContent-Length: %d\r\n\r\n%b" % (asked, len(body), body)


def chunked(body: bytes) -> bytes:
    """A body in chunks, the last one included."""
    pieces = [body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
