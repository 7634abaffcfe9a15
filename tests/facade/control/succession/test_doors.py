from __future__ import annotations

import socket
from pathlib import Path
from typing import cast

import pytest

from facade.config.settings import Listener
from facade.control.start import StartError
from facade.control.succession import doors
from facade.control.succession.doors import open_doors
from facade.control.succession.messages import Line
from facade.control.succession.predecessor import Predecessor

LISTEN, OBSERVE = Listener("127.0.0.1", 8080), Listener("::1", 9902)
BOTH = {"listen": LISTEN, "observe": OBSERVE}


class FakeSocket:
    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.closed = False

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def close(self) -> None:
        self.closed = True


def fakes(*sockets: FakeSocket) -> list[socket.socket]:
    return [cast(socket.socket, each) for each in sockets]


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeSocket]:
    """What was bound anew, by its listener's name."""
    bound: dict[str, FakeSocket] = {}

    def bind(name: str, listener: Listener) -> tuple[socket.socket, ...]:
        if listener.port == 1:
            raise StartError(f"{name}: 127.0.0.1:1 is not ours to open")
        bound[name] = FakeSocket(listener.port)
        return tuple(fakes(bound[name]))

    monkeypatch.setattr(doors, "bind", bind)
    return bound


def predecessor(**sockets: tuple[str, list[FakeSocket]]) -> Predecessor:
    handed = {Line(name, where): fakes(*each) for name, (where, each) in sockets.items()}
    return Predecessor(Path("state/successor.sock"), cast(socket.socket, FakeSocket()), handed)


def test_without_a_predecessor_every_door_is_opened_anew(bound: dict[str, FakeSocket]):
    opened = open_doors(BOTH, None)
    assert {name: door.port for name, door in opened.items()} == {"listen": 8080, "observe": 9902}
    assert bound.keys() == {"listen", "observe"}


def test_the_same_address_is_taken_over_and_another_is_opened_anew(bound: dict[str, FakeSocket]):
    first, second, elsewhere = FakeSocket(8080), FakeSocket(8080), FakeSocket(9999)
    before = predecessor(listen=("127.0.0.1:8080", [first, second]), observe=("[::1]:9999", [elsewhere]))
    assert repr(before) == "<Predecessor state/successor.sock sockets=3>"
    opened = open_doors(BOTH, before)
    assert list(opened["listen"].sockets) == fakes(first, second)
    assert bound.keys() == {"observe"}
    assert [first.closed, second.closed, elsewhere.closed] == [False, False, True]
    assert repr(before) == "<Predecessor state/successor.sock sockets=0>"


def test_a_door_that_cannot_be_opened_leaves_none_open(bound: dict[str, FakeSocket]):
    taken, rest = FakeSocket(8080), FakeSocket(9999)
    before = predecessor(listen=("127.0.0.1:8080", [taken]), admin=("127.0.0.1:9999", [rest]))
    with pytest.raises(StartError, match="not ours to open"):
        open_doors({"listen": LISTEN, "observe": Listener("127.0.0.1", 1)}, before)
    assert taken.closed
    assert rest.closed
