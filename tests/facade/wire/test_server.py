"""All clients of one listener: counted, bounded, drained."""

from __future__ import annotations

import asyncio
import errno
import json
import ssl
from collections.abc import Callable

import pytest
from far_end import FarEnd, settle
from network import Front
from structlog.testing import capture_logs

from facade.wire import descriptors, refusals
from facade.wire.body import Body
from facade.wire.descriptors import Wants
from facade.wire.exchange import Exchange
from facade.wire.handshake import Handshake
from facade.wire.limits import Limits

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Gate:
    """A handler that waits until all may go on."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        await self.opened.wait()
        exchange.closes()
        await exchange.send(OK, Body.whole(b""), chunked=False)


async def test_clients_are_counted_in_and_out() -> None:
    front = Front(Gate())
    first, second = front.client(), front.client()
    assert repr(front.server) == "<Server clients=2 draining=False>"
    first.ends()
    second.resets()
    await settle()
    assert repr(front.server) == "<Server clients=0 draining=False>"


@pytest.mark.parametrize("tls", [False, True])
async def test_one_client_too_many_is_told_to_come_again(tls: bool) -> None:
    front = Front(Gate(), Limits(connections=1))
    welcome, late = front.client(), front.client(tls=tls)
    late.sends(GET)
    await settle()
    head, _, body = late.got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in head
    assert json.loads(body)["detail"] == refusals.OVERLOADED.detail
    assert late.told_end is not tls
    assert (welcome.heard, welcome.got) == (True, b"")
    assert front.refused == [refusals.OVERLOADED]
    front.later(3)
    await settle()
    assert late.gone
    assert repr(front.server) == "<Server clients=1 draining=False>"


async def test_there_is_room_again_when_a_client_has_left() -> None:
    front = Front(Gate(), Limits(connections=1))
    front.client().ends()
    await settle()
    assert front.client().heard
    assert front.refused == []


async def test_one_that_is_turned_away_takes_nobodys_place_and_too_many_of_them_are_cut() -> None:
    front = Front(Gate(), Limits(connections=1))
    welcome = front.client()
    away = [front.client() for _ in range(2)]
    await settle()
    assert [told.got[:12] for told in away] == [b"HTTP/1.1 503", b""]
    welcome.ends()
    await settle()
    assert front.client().heard
    assert front.refused == [refusals.OVERLOADED]


async def test_a_reload_changes_the_limits_of_the_next_request() -> None:
    gate = Gate()
    gate.opened.set()
    front = Front(gate)
    client = front.client()
    client.sends(GET)
    await settle()
    front.limits = Limits(url_bytes=0)
    client.sends(GET)
    await settle()
    assert client.got.startswith(OK + b"HTTP/1.1 414 ")


async def drained(front: Front, limit: float) -> asyncio.Future[int]:
    draining = asyncio.ensure_future(front.server.drain(limit))
    await settle()
    return draining


async def test_draining_closes_idle_clients_and_waits_for_the_others() -> None:
    gate = Gate()
    front = Front(gate)
    idle, busy = front.client(), front.client()
    busy.sends(GET)
    draining = await drained(front, 60)
    assert [idle.gone, busy.gone, draining.done()] == [True, False, False]
    gate.opened.set()
    assert await draining == 0
    assert (busy.got, busy.gone, busy.cut) == (OK, True, False)


async def test_draining_cuts_whoever_is_left_at_the_limit() -> None:
    front = Front(Gate())
    clients: list[FarEnd] = [front.client() for _ in range(3)]
    for client in clients[:2]:
        client.sends(GET)
    assert await (await drained(front, 0.0)) == 2
    await settle()
    assert [client.cut for client in clients] == [True, True, False]
    assert all(client.gone for client in clients)


async def test_a_request_that_comes_while_draining_is_served_and_is_the_last() -> None:
    gate = Gate()
    gate.opened.set()
    front = Front(gate)
    client = front.client()
    client.sends(GET[:10])
    draining = await drained(front, 60)
    client.sends(GET[10:])
    await settle()
    assert (client.got, client.gone) == (OK, True)
    assert await draining == 0


class Doorstep:
    """TLS clients before their handshake is over: `shake` lets one succeed, `fail` lets one fail."""

    def __init__(self, front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
        self._front = front
        self._shaking: list[tuple[Callable[[], asyncio.Protocol], asyncio.Future[None]]] = []
        self.cut = 0
        self.exhausted = False
        monkeypatch.setattr(front.server.loop, "connect_accepted_socket", self._connect)
        monkeypatch.setattr("facade.wire.handshake.taken_from", self._taken)

    def _taken(self, transport: object) -> Doorstep:
        if self.exhausted:
            raise OSError(errno.EMFILE, "Too many open files")
        return self

    def knock(self) -> FarEnd:
        return FarEnd(Handshake(self._front.server, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)))

    async def _connect(self, factory: Callable[[], asyncio.Protocol], connection: object, **more: object) -> None:
        over = asyncio.get_running_loop().create_future()
        self._shaking.append((factory, over))
        await over

    def shake(self) -> FarEnd:
        factory, over = self._shaking.pop(0)
        client = FarEnd(factory(), tls=True)
        over.set_result(None)
        return client

    def fail(self) -> None:
        self._shaking.pop(0)[1].set_exception(ConnectionResetError())

    def shutdown(self, how: int) -> None:
        """As the socket that was taken over."""
        self.cut += 1
        self.fail()


async def test_a_handshake_has_the_place_of_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    gate.opened.set()
    front = Front(gate, Limits(connections=2))
    door = Doorstep(front, monkeypatch)
    door.knock(), door.knock()
    await settle()
    assert repr(front.server) == "<Server clients=2 draining=False>"
    assert front.client().got.startswith(b"HTTP/1.1 503 ")
    client = door.shake()
    client.sends(GET)
    await settle()
    assert client.got.startswith(OK)
    door.fail()
    front.later(3)
    await settle()
    assert front.client().heard
    assert len(front.refused) == 1


async def test_a_handshake_without_a_place_goes_on_so_that_its_client_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(Gate(), Limits(connections=1))
    front.client()
    door = Doorstep(front, monkeypatch)
    door.knock()
    await settle()
    too_many = door.knock()
    await settle()
    assert too_many.cut
    client = door.shake()
    await settle()
    assert client.got.startswith(b"HTTP/1.1 503 ")
    client.resets()
    await settle()
    assert repr(front.server) == "<Server clients=1 draining=False>"


async def test_without_a_descriptor_a_handshake_comes_to_nothing_and_the_log_says_so_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    front = Front(Gate())
    door = Doorstep(front, monkeypatch)
    door.exhausted = True
    with capture_logs() as logs:
        knocked = [door.knock() for _ in range(3)]
        await settle()
        assert all(each.cut for each in knocked)
        assert repr(front.server) == "<Server clients=0 draining=False>"
        assert [line["event"] for line in logs] == ["no descriptor left"]
        front.later(61)
        door.knock()
    assert [line["event"] for line in logs] == ["no descriptor left"] * 2
    assert front.server.cut() == 0


async def test_a_handshake_that_has_no_socket_yet_can_be_cut() -> None:
    Handshake(Front(Gate()).server, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).abort()


async def test_of_those_without_a_place_only_so_many_are_told_why() -> None:
    front = Front(Gate(), Limits(connections=1000))
    clients = [front.client() for _ in range(1000 + 300)]
    await settle()
    assert sum(client.got.startswith(b"HTTP/1.1 503 ") for client in clients) == 256
    assert sum(client.cut for client in clients) == 44
    front.server.cut()
    await settle()


async def test_draining_waits_for_no_handshake_but_a_quick_one(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(Gate())
    door = Doorstep(front, monkeypatch)
    door.knock()
    front.later(5)
    door.knock()
    await settle()
    draining = await drained(front, 60)
    assert (door.cut, draining.done()) == (1, False)
    door.fail()
    await settle()
    assert await draining == 0
    door.knock()
    await settle()
    front.server.cut()
    await settle()
    assert (door.cut, repr(front.server)) == (2, "<Server clients=0 draining=True>")


async def test_while_descriptors_are_short_clients_are_turned_away_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    front = Front(Gate())
    welcome = front.client()
    monkeypatch.setattr(descriptors, "are_left", lambda wants: wants is not Wants.CLIENT)
    with capture_logs() as logs:
        told = front.client()
        front.client()
    monkeypatch.setattr(descriptors, "are_left", lambda wants: wants is Wants.TARGET)
    cut = front.client()
    await settle()
    assert [line["event"] for line in logs] == ["no descriptor left"]
    assert told.got.startswith(b"HTTP/1.1 503 ")
    assert (cut.got, cut.cut) == (b"", True)
    assert welcome.heard
    monkeypatch.undo()
    assert front.client().heard
