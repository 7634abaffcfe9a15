"""A SOAP silo on a loopback socket that answers byte for byte what a test says, one answer by the title asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

FOREVER = b"never"
"""An answer that never comes."""

CUT = b"cut"
"""An answer of which the connection breaks off in the middle."""


def http(body: bytes, status: int = 200, media_type: str = "text/xml; charset=utf-8", more: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode()
        + body
    )


class SoapServer:
    """`answers` by what a request's body has in it; the first that is found answers. `requests` are those it got."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Serve; enter with the endpoint."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/soap"
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (answer := await self._request(reader)) is not None:
                if answer == FOREVER:
                    await reader.read()
                    return
                if answer.startswith(CUT):
                    writer.write(answer.removeprefix(CUT))
                    return
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.hung_up.set()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader) -> bytes | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = [line.partition(":") for line in head.decode().split("\r\n")[1:] if line]
        fields = {name.lower(): value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(fields["content-length"]))
        self.requests.append((fields, body))
        self.asked.set()
        return next(answer for key, answer in self._answers.items() if key in body)
