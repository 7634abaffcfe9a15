"""Silos that answer the same to every call, in a process of their own: what they do holds nobody's event loop here."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

_PREFIX: Final = 4
"""Bytes of the length before a record."""

Replies = Mapping[str, tuple[str, bytes]]
"""By the silo's name: the media type of its answer, empty for one that answers records, and the answer."""


@contextmanager
def canned(replies: Replies) -> Iterator[Mapping[str, int]]:
    """The silos' ports, by their names."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(replies, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _serve(replies: Replies, pipe: Connection) -> None:
    asyncio.run(_listen(replies, pipe))


async def _listen(replies: Replies, pipe: Connection) -> None:
    servers = {name: await _server(*reply) for name, reply in replies.items()}
    pipe.send({name: server.sockets[0].getsockname()[1] for name, server in servers.items()})
    await asyncio.Event().wait()


async def _server(media_type: str, reply: bytes) -> asyncio.Server:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(reply)}\r\n\r\n".encode()
    answer = head + reply if media_type else len(reply).to_bytes(_PREFIX, "big") + reply

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await (_http(reader) if media_type else _record(reader))
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


async def _record(reader: asyncio.StreamReader) -> None:
    await reader.readexactly(int.from_bytes(await reader.readexactly(_PREFIX), "big"))


async def _http(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or b"0"))
