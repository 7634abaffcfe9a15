"""A scripted peer behind the facade: a real server that records what it got and answers as a test tells it to.

A script is a function of one conversation, which is one connection. What a script raises beside the end of its
connection fails the test.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from harness.messages import CutOff, Message, Wire
from harness.patience import PATIENCE


def answer(body: bytes = b"", *lines: str | bytes, status: str = "200 OK") -> bytes:
    """An answer in bytes, with its Content-Length."""
    head: list[str | bytes] = [f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}"]
    return (
        b"\r\n".join(line if isinstance(line, bytes) else line.encode("latin-1") for line in head) + b"\r\n\r\n" + body
    )


class Conversation(Wire):
    """One connection to a peer. `requests` are those that came over it, in order."""

    def __init__(self, connected: socket.socket, peer: Peer) -> None:
        super().__init__(connected, PATIENCE)
        self.peer = peer
        self.requests: list[Message] = []

    def request(self) -> Message:
        """The next request, recorded; `EOFError` when the facade has closed the connection."""
        message = super().request()
        self.note(message)
        return message

    def note(self, message: Message) -> None:
        self.requests.append(message)
        self.peer.requests.append(message)


Script = Callable[[Conversation], None]


def answering(make: Callable[[Message], bytes]) -> Script:
    """Answers every request of a connection, one after the other."""

    def script(conversation: Conversation) -> None:
        while True:
            conversation.send(make(conversation.request()))

    return script


def named(name: str) -> Script:
    """Answers everything with its own name, in the body and in `X-Side`."""
    whole = answer(name.encode(), f"X-Side: {name}", "Content-Type: text/plain")
    bodyless = whole.removesuffix(name.encode())
    return answering(lambda message: bodyless if message.method == b"HEAD" else whole)


class Peer:
    """A server on a free port of 127.0.0.1. `script` may be changed at any time: new connections follow the new one.

    It may also be on a port or address of the test's choice, on a Unix socket at `path`, or speak TLS; `strangers`
    counts those whose handshake failed.
    """

    def __init__(
        self,
        name: str,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        path: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.tls = tls
        self.strangers = 0
        self.script = named(name)
        self.requests: list[Message] = []
        self.conversations: list[Conversation] = []
        self.mistakes: list[BaseException] = []
        self._listener = _listener(address, port, path)
        self.port: int = 0 if path else self._listener.getsockname()[1]
        self.url = f"unix:{path}" if path else f"http{'s' if tls else ''}://{address}:{self.port}"
        self._threads: list[threading.Thread] = []
        threading.Thread(target=self._accept, name=f"peer {name}", daemon=True).start()

    @property
    def targets(self) -> list[bytes]:
        return [message.target for message in self.requests]

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _shut(self._listener, socket.SHUT_RDWR)
        self._listener.close()
        self._end(socket.SHUT_RDWR)

    def fresh(self) -> None:
        """Forget what was, and answer with its name again. Returns when the facade has closed every connection too."""
        self._end(socket.SHUT_WR)
        self.requests, self.conversations, self.script = [], [], named(self.name)

    def _end(self, how: int) -> None:
        """End every conversation, and raise the first mistake of a script."""
        for conversation in self.conversations:
            _shut(conversation.socket, how)
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "a script of this peer did not end"
        self._threads.clear()
        mistakes, self.mistakes = self.mistakes, []
        if mistakes:
            raise mistakes[0]

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            if connected.family != socket.AF_UNIX:
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conversation = Conversation(connected, self)
            self.conversations.append(conversation)
            thread = threading.Thread(target=self._converse, args=(conversation,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _converse(self, conversation: Conversation) -> None:
        try:
            if self.tls is not None and not self._shakes_hands(conversation, self.tls):
                return
            with conversation.socket:
                self.script(conversation)
        except (EOFError, OSError, CutOff):
            pass  # the facade closed or cut the connection, or the test is over
        except BaseException as mistake:  # noqa: BLE001 - told to whoever closes the peer
            self.mistakes.append(mistake)

    def _shakes_hands(self, conversation: Conversation, tls: ssl.SSLContext) -> bool:
        try:
            conversation.socket = tls.wrap_socket(conversation.socket, server_side=True)
        except OSError:
            self.strangers += 1
            conversation.socket.close()
            return False
        return True


def _listener(address: str, port: int, path: str) -> socket.socket:
    if not path:
        return socket.create_server((address, port), backlog=1024)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1024)
    return listener


def _shut(connected: socket.socket, how: int) -> None:
    with suppress(OSError):  # it may be closed already
        connected.shutdown(how)
