"""What stands behind the sidecar: a server in a process of its own, which answers as the end of the path says.

`…/small` is answered at once, `…/slow/SECONDS` after a while, `…/bytes/COUNT` with so many bytes; a body is read and
answered with its size. A body in chunks must be zeros only: then its end can be seen without reading its framing. Who
asks to change the protocol gets an echo of all that follows.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import uvloop

PIECE: Final = bytes(64 * 1024)

_LAST_CHUNK: Final = b"0\r\n\r\n"
_FIELD: Final = b"content-length:"


@contextmanager
def service() -> Iterator[int]:
    """Run it; its port on 127.0.0.1."""
    process = subprocess.Popen([sys.executable, "-m", __name__], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def _serve() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    server = await asyncio.start_server(_converse, sock=listener)
    print(listener.getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            await _answer(await reader.readuntil(b"\r\n\r\n"), reader, writer)
    writer.close()


async def _answer(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if b"\r\nupgrade:" in head.lower():
        await _echo(reader, writer)
    method, target, _ = head.split(b" ", 2)
    *_, word, value = target.split(b"/")
    if method not in {b"GET", b"HEAD"}:
        await _send(writer, b"%d" % await _size(head.lower(), reader))
    elif word == b"bytes":
        await _pour(writer, int(value))
    else:
        if word == b"slow":
            await asyncio.sleep(float(value))
        await _send(writer, target)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A tunnel, to its end."""
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
    while piece := await reader.read(len(PIECE)):
        writer.write(piece)
        await writer.drain()
    raise ConnectionError


async def _size(head: bytes, reader: asyncio.StreamReader) -> int:
    """The bytes of a body, with the chunks' own where it comes in chunks."""
    at, size, end = head.find(_FIELD), 0, b""
    length = int(head[at + len(_FIELD) :].split(b"\r\n")[0]) if at >= 0 else None
    while size < length if length is not None else end != _LAST_CHUNK:
        piece = await reader.read(len(PIECE) if length is None else min(len(PIECE), length - size))
        if not piece:
            raise ConnectionError
        size += len(piece)
        end = (end + piece)[-len(_LAST_CHUNK) :]
    return size


async def _pour(writer: asyncio.StreamWriter, size: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
    for left in range(size, 0, -len(PIECE)):
        writer.write(PIECE[:left])
        await writer.drain()


async def _send(writer: asyncio.StreamWriter, body: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    await writer.drain()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run ends it, also when somebody interrupts the run
    uvloop.run(_serve())
