"""A service that speaks HTTP as a test tells it: every request it got is kept, and it may hang, break off or lie."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Got:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Reply = bytes | None
"""Bytes to send, after which the connection is kept where they say how long they are; None: nothing, ever."""


def answer(body: bytes, status: str = "200 OK", media_type: str = "application/json", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


@dataclass
class RestService:
    """`reply` says what each request is answered."""

    reply: Callable[[Got], Reply]
    port: int = 0
    got: list[Got] = field(default_factory=list)
    serving: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving[asyncio.current_task()] = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        got = await _read(reader)
        self.got.append(got)
        reply = self.reply(got)
        if reply is None:
            await reader.read()  # until whoever asks goes away
            return False
        writer.write(reply)
        await writer.drain()
        return b"Content-Length" in reply and b"broken" not in reply


@contextlib.asynccontextmanager
async def serving(reply: Callable[[Got], Reply]) -> AsyncIterator[RestService]:
    service = RestService(reply)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()
        for writer in service.serving.values():
            writer.close()
        if service.serving:
            await asyncio.wait(service.serving)


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Got(method, target, headers, body)
