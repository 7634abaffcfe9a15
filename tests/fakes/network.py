"""A network without sockets: a server's clients, and the targets that a pool connects to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from far_end import FarEnd, settle

from facade.problem import Problem
from facade.wire.body import Body
from facade.wire.deadlines import Deadlines
from facade.wire.downstream import Downstream
from facade.wire.exchange import Exchange
from facade.wire.limits import Limits
from facade.wire.server import Handler, Server

NOW = 1_795_446_000.0
DATE = b"Mon, 23 Nov 2026 15:00:00 GMT"


def resting_wheel() -> Deadlines:
    """Deadlines that turn only when told."""
    wheel = Deadlines(asyncio.get_running_loop())
    wheel.stop()
    return wheel


class Front:
    """A server that listens nowhere, and its clients."""

    def __init__(self, handler: Handler, limits: Limits | None = None) -> None:
        self.wheel = resting_wheel()
        self.refused: list[Problem] = []
        self.limits = limits or Limits()
        self.server = Server(handler, lambda: self.limits, self.wheel, self._refused, lambda: NOW)

    def _refused(self, problem: Problem, request_id: str) -> str:
        self.refused.append(problem)
        return request_id or "made-up"

    def client(self, address: str = "192.0.2.1", *, tls: bool = False) -> FarEnd:
        return FarEnd(Downstream(self.server), address, tls=tls)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.wheel.turn(self.wheel.now + seconds)


class Network:
    """What `loop.create_connection` finds: `ends` are the far ends, in order. With `failure` it finds that instead.

    `failures` are those of single addresses, `silent_at` those that do not answer before their event. `names` are what
    the resolver knows, and `looked_up` what it was asked. Where all is `silent` nothing ever comes.
    """

    def __init__(self) -> None:
        self.ends: list[FarEnd] = []
        self.asked: list[tuple[str, int, object, str | None]] = []
        self.failure: BaseException | None = None
        self.failures: dict[str, BaseException] = {}
        self.silent = False
        self.silent_at: dict[str, asyncio.Event] = {}
        self.names: dict[str, list[str] | BaseException] = {}
        self.looked_up: list[tuple[str, int]] = []
        self.tried = asyncio.Event()

    async def create_connection(
        self,
        factory: Callable[[], asyncio.Protocol],
        host: str,
        port: int,
        *,
        ssl: object = None,
        server_hostname: str | None = None,
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        self.asked.append((host, port, ssl, server_hostname))
        self.tried.set()
        await asyncio.sleep(0)
        if self.silent:
            await asyncio.get_running_loop().create_future()
        if host in self.silent_at:
            await self.silent_at[host].wait()
        failure = self.failures.get(host, self.failure)
        if failure is not None:
            raise failure
        far = FarEnd(factory(), host, tls=ssl is not None)
        self.ends.append(far)
        return far.near, far.protocol

    async def create_unix_connection(
        self, factory: Callable[[], asyncio.Protocol], path: str
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        return await self.create_connection(factory, path, 0)

    async def getaddrinfo(
        self, host: str, port: int, **kind: socket.SocketKind
    ) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]]:
        self.looked_up.append((host, port))
        await asyncio.sleep(0)
        if self.silent:
            await asyncio.get_running_loop().create_future()
        known = self.names.get(host, socket.gaierror(socket.EAI_NONAME, "unknown"))
        if isinstance(known, BaseException):
            raise known
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in known]
        return [(family, kind["type"], 6, "", (address, port)) for family, address in zip(families, known, strict=True)]

    @property
    def connected(self) -> list[str]:
        """Where connections were asked for, in order."""
        return [host for host, *_ in self.asked]


@pytest.fixture
async def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network()
    loop = asyncio.get_running_loop()
    for name in ("create_connection", "create_unix_connection", "getaddrinfo"):
        monkeypatch.setattr(loop, name, getattr(found, name))
    return found


@pytest.fixture(autouse=True)
async def nothing_goes_unhandled() -> AsyncIterator[None]:
    """Fail the test whose loop was left with an exception that nobody handled, or with a task that still runs."""
    unhandled: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    yield
    await settle()
    assert not unhandled, unhandled


def answering(answer: bytes, *, chunked: bool = False) -> Handler:
    """A handler that sends one answer, without reading the request's body."""

    async def handler(exchange: Exchange) -> None:
        await exchange.send(answer, Body.whole(b""), chunked=chunked)

    return handler
