"""HTTP/1.1 messages as they stand on the wire, read by the letter and with none of the facade's code."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Final

CRLF: Final = b"\r\n"
READ: Final = 256 * 1024


class CutOff(Exception):
    """The connection ended inside a message. `seen` is what had come of it."""

    def __init__(self, seen: bytes) -> None:
        super().__init__(f"the connection ended after {seen[-200:]!r}")
        self.seen = seen


@dataclass
class Message:
    """One message: `start` is its first line, `head` all bytes up to the empty line, `body` without framing."""

    start: bytes
    fields: list[tuple[bytes, bytes]]
    head: bytes
    body: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)
    interims: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])

    @property
    def method(self) -> bytes:
        return self.start.split(b" ")[0]

    @property
    def target(self) -> bytes:
        return self.start.split(b" ")[1]

    def all(self, name: str) -> list[bytes]:
        """The values of a field, in order."""
        return [value for found, value in self.fields if found.lower() == name.lower().encode()]

    def one(self, name: str) -> bytes | None:
        """The value of a field that stands there once, or not at all."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands there {len(values)} times"
        return values[0] if values else None

    @property
    def chunked(self) -> bool:
        return self.one("Transfer-Encoding") == b"chunked"

    @property
    def closes(self) -> bool:
        return self.one("Connection") == b"close"


class Wire:
    """One connection, read exactly: nothing is read beyond what is asked for but kept for the next."""

    def __init__(self, connected: socket.socket, patience: float) -> None:
        self.socket = connected
        self.socket.settimeout(patience)
        self._kept = b""
        self.received = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """End the connection with an RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()

    def more(self) -> bytes:
        """The next bytes, as many as there are; none once the other side has closed or cut the connection."""
        if self._kept:
            data, self._kept = self._kept, b""
            return data
        try:
            data = self.socket.recv(READ)
        except ConnectionResetError:
            return b""
        self.received += data if len(self.received) < READ else b""
        return data

    def ended(self) -> bool:
        """Wait for the other side's end of the connection: True if not a byte came before it."""
        return self.more() == b""

    def until(self, mark: bytes) -> bytes:
        """The bytes up to and with `mark`; `CutOff` if the connection ends before."""
        data = b""
        while mark not in data:
            more = self.more()
            if not more:
                raise CutOff(data)
            data += more
        found, _, self._kept = data.partition(mark)
        return found + mark

    def exactly(self, count: int) -> bytes:
        pieces, left = [], count
        while left:
            more = self.more()
            if not more:
                raise CutOff(b"".join(pieces))
            pieces.append(more[:left])
            self._kept = more[left:]
            left -= len(pieces[-1])
        return b"".join(pieces)

    def rest(self) -> bytes:
        """All that comes until the other side closes."""
        pieces = []
        while more := self.more():
            pieces.append(more)
        return b"".join(pieces)

    def head(self) -> Message:
        """A message's head; `EOFError` if the connection ended before a byte of it."""
        try:
            raw = self.until(CRLF + CRLF)
        except CutOff as cut:
            if cut.seen:
                raise
            raise EOFError from cut
        start, *lines = raw[:-4].split(CRLF)
        return Message(start, [_field(line) for line in lines], raw)

    def chunks(self, message: Message) -> None:
        """A chunked body and its trailers."""
        pieces = []
        while size := int(self.until(CRLF).split(b";")[0], 16):
            pieces.append(self.exactly(size))
            assert self.exactly(2) == CRLF
        message.body = b"".join(pieces)
        while (line := self.until(CRLF)) != CRLF:
            message.trailers.append(_field(line[:-2]))

    def request(self) -> Message:
        message = self.head()
        self.request_body(message)
        return message

    def request_body(self, message: Message) -> None:
        length = message.one("Content-Length")
        if message.chunked:
            self.chunks(message)
        elif length is not None:
            message.body = self.exactly(int(length))

    def response(self, *, asked_head: bool = False) -> Message:
        """The next answer with the 1xx heads before it."""
        interims = []
        while (message := self.head()).status < 200:
            interims.append(message)
        message.interims = interims
        length = message.one("Content-Length")
        if asked_head or message.status in (204, 304):
            return message
        if message.chunked:
            self.chunks(message)
        elif length is not None:
            message.body = self.exactly(int(length))
        else:
            message.body = self.rest()
        return message


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name, value.strip(b" \t")
