"""The target of the fuzzing over sockets: what it answers depends on what is asked alone, so that both ends know it."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from harness.patience import PATIENCE
from soak import grammar, reading
from soak.mutations import mutate

_READ: Final = 64 * 1024
_MOST: Final = 3
"""Mutations of one answer."""


@dataclass(frozen=True, slots=True)
class Saying:
    """An answer in bytes. Behind one that `ends`, as every mutated one does, the connection is closed."""

    raw: bytes
    ends: bool
    is_mutated: bool


Says = Callable[[bytes, bytes], Saying]
"""What is answered to a method and a target."""


def saying(seed: int, method: bytes, target: bytes) -> Saying:
    """The answer to this request: half of all are mutated, some are nothing at all."""
    chance = random.Random(b"%d %b %b" % (seed, method, target))
    right = grammar.answer(chance, target, 0, method=method)
    if chance.random() < 0.5:
        return Saying(right.raw, right.ends, is_mutated=False)
    raw = b"" if chance.random() < 0.1 else mutate(chance, right.raw, chance.randrange(1, _MOST + 1))
    return Saying(raw, ends=True, is_mutated=True)


class RawPeer:
    """A server on a free port of 127.0.0.1. `nonsense` is what came to it and could be read in two ways."""

    def __init__(self, says: Says) -> None:
        self._says = says
        self.nonsense: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, name="raw peer", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            connected.settimeout(PATIENCE * 10)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._converse, args=(connected,), daemon=True).start()

    def _converse(self, connected: socket.socket) -> None:
        received, answered = b"", 0
        try:
            with connected:
                while data := connected.recv(_READ):
                    received += data
                    found = reading.requests(received)
                    if found[-1].state == reading.WRONG:
                        self.nonsense.append(received)
                        return
                    whole = [each for each in found if each.state == reading.WHOLE]
                    for each in whole[answered:]:
                        said = self._says(each.start["method"], each.start["target"])
                        connected.sendall(said.raw)
                        if said.ends:
                            return
                    answered = len(whole)
        except OSError:
            pass  # the facade broke it off, as it must where a client did
