"""A client that sends exactly the bytes it is given, and reads exactly one answer."""

from __future__ import annotations

import json
import socket
import ssl
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

from harness.messages import Message, Wire
from harness.patience import PATIENCE


def request(
    method: str, target: str, *lines: str | bytes, body: bytes | None = None, host: str = "facade.test"
) -> bytes:
    """A request in bytes. `lines` are header lines as they stand; text is Latin-1. A body gets its Content-Length."""
    head = [f"{method} {target} HTTP/1.1", f"Host: {host}", *lines]
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    raw = [line if isinstance(line, bytes) else line.encode("latin-1") for line in head]
    return b"\r\n".join(raw) + b"\r\n\r\n" + (body or b"")


class Client(Wire):
    """One connection to a listener. Use it in a `with`. `is_over` once one of the two has said `Connection: close`."""

    is_over = False

    def __init__(self, port: int, *, tls: ssl.SSLContext | None = None, patience: float = PATIENCE) -> None:
        connected: socket.socket = socket.create_connection(("127.0.0.1", port), patience)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(
            connected if tls is None else tls.wrap_socket(connected, server_hostname="localhost"), patience
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def ask(self, data: bytes) -> Message:
        """Send a request and read its answer."""
        self.send(data)
        answer = self.response(asked_head=data.startswith(b"HEAD "))
        self.is_over = answer.closes or b"\r\nConnection: close\r\n" in data
        return answer

    def get(self, target: str, *lines: str | bytes) -> Message:
        return self.ask(request("GET", target, *lines))


def ask(port: int, data: bytes) -> Message:
    """One request on a connection of its own."""
    with Client(port) as client:
        return client.ask(data)


def get(port: int, target: str, *lines: str | bytes) -> Message:
    return ask(port, request("GET", target, *lines))


def problem(answer: Message, status: int) -> dict[str, Any]:
    """An answer that must be the facade's own error: problem details with Proxy-Status (RFC 9457, RFC 9209)."""
    assert answer.status == status, answer.head + answer.body[:500]
    assert answer.one("Content-Type") == b"application/problem+json"
    proxy_status = answer.one("Proxy-Status")
    assert proxy_status is not None
    assert proxy_status.split(b";")[0] == b"facade"
    assert parsedate_to_datetime((answer.one("Date") or b"").decode()).tzinfo is not None
    document = json.loads(answer.body)
    assert document["status"] == status
    assert document["instance"].startswith("urn:request:")
    return dict(document)
