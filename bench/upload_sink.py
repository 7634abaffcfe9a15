"""The far end of uploads: takes all of a body before it answers, as nginx's `return` does not, and keeps none of it.

Usage: `python -m bench.upload_sink PORT ANSWER`. It reads what proxies send it: a head, and a body of known length.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Final, cast

import uvloop

_BUFFER: Final = 256 * 1024
_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_FIELDS: Final = (
    "Server: sink",
    "Date: Mon, 23 Nov 2026 10:00:00 GMT",
    "Content-Type: application/json",
    'ETag: "5f8d0c2a"',
    "Cache-Control: private, no-store",
    "Vary: Accept-Encoding, Cookie",
    "X-Request-ID: 3f2c8f6e0b5d4a7c9e1f20d4c6b8a091",
    "X-Frame-Options: DENY",
    "X-Content-Type-Options: nosniff",
    'Link: <https://services.example/titles>; rel="collection"',
)


class Sink(asyncio.BufferedProtocol):
    """One connection: counts what is left of a body, and answers at its end."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._buffer = bytearray(_BUFFER)
        self._head = b""
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._left:
            self._left -= nbytes
        else:
            self._begin(bytes(self._buffer[:nbytes]))
        if not self._left and not self._head:
            self._transport.write(self._answer)

    def _begin(self, data: bytes) -> None:
        self._head += data
        end = self._head.find(_END)
        if end < 0:
            return
        length = _LENGTH.search(self._head[: end + len(_END)])
        self._left = (int(length[1]) if length else 0) - (len(self._head) - end - len(_END))
        self._head = b""


async def serve(port: int, body: bytes) -> None:
    fields = "\r\n".join((*_FIELDS, f"Content-Length: {len(body)}"))
    answer = f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Sink(answer), "127.0.0.1", port, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2].encode()))
