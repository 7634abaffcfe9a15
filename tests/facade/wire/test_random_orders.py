"""Whatever happens in whatever order to clients, silos, tables and clocks: nothing raises, hangs or is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

import pytest
from far_end import FarEnd, settle
from ground import STEP, STEPS, TURNS, Ground
from hypothesis import given
from hypothesis import strategies as st
from network import Network
from structlog.testing import capture_logs

from facade.wire.downstream import Downstream
from facade.wire.limits import Limits

CLIENTS: Final = 2

ASKS: Final = (
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n" * 3,
    b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a HTTP/1.0\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n",
    b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a HTT",
    b"4\r\nbody\r\n",
    b"4\r\nbo",
    b"0\r\n\r\n",
    b"0\r\nX-Sum: 1\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"\r\n",
    b"x" * 100_000,
)
SAYS: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
    b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the close",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3,
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello",
    b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200",
    b"4\r\nbody\r\n",
    b"0\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"x" * 100_000,
)

Happening = Callable[["World"], object]


class World:
    """The ground, its clients, and who is meant by `client` and `silo` at this moment."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.clients = [ground.client() for _ in range(CLIENTS)]
        self.number = 0

    @property
    def client(self) -> FarEnd:
        return self.clients[self.number]

    def silo(self, act: Callable[[FarEnd], object]) -> None:
        """What the silo does on the connection that it has had the longest and that is not over."""
        for far in [each for each in self.ground.network.ends if not each.gone][:1]:
            act(far)

    def come(self) -> None:
        """Another client, in the place of one that has gone."""
        if self.client.gone:
            self.clients.append(self.client)
            self.clients[self.number] = self.ground.client()

    def reload(self, *, leads: bool, limits: Limits | None = None) -> None:
        self.ground.snapshots.current = self.ground.snapshot("1", leads=leads, limits=limits)

    def drain(self) -> None:
        self.ground.server.draining = True
        for each in tuple(self.clients):
            if not each.gone:
                cast(Downstream, each.protocol).close_if_idle()


def named(name: str, happening: Happening) -> st.SearchStrategy[tuple[str, Happening]]:
    return st.just((name, happening))


def sends(data: bytes) -> tuple[str, Happening]:
    return f"client sends {data[:60]!r}", lambda world: world.client.sends(data)


def says(data: bytes) -> tuple[str, Happening]:
    return f"silo says {data[:60]!r}", lambda world: world.silo(lambda far: far.sends(data))


SMALL: Final = Limits(
    body=1000, kept_bytes=1000, header_timeout=1.0, body_timeout=1.0, idle_timeout=1.0, tunnel_idle=1.0
)

HAPPENINGS: Final = st.one_of(
    st.sampled_from(ASKS).map(sends),
    st.sampled_from(SAYS).map(says),
    named("the other client", lambda world: setattr(world, "number", 1 - world.number)),
    named("another client", World.come),
    named("client ends", lambda world: world.client.ends()),
    named("client resets", lambda world: world.client.resets()),
    named("client stops taking", lambda world: world.client.stops_taking()),
    named("client takes some", lambda world: world.client.takes(70_000)),
    named("client takes", lambda world: world.client.takes()),
    named("silo ends", lambda world: world.silo(FarEnd.ends)),
    named("silo resets", lambda world: world.silo(FarEnd.resets)),
    named("silo stops taking", lambda world: world.silo(FarEnd.stops_taking)),
    named("silo takes some", lambda world: world.silo(lambda far: far.takes(70_000))),
    named("silo takes", lambda world: world.silo(FarEnd.takes)),
    named("silo is gone", lambda world: setattr(world.ground.network, "failure", ConnectionRefusedError())),
    named("silo is back", lambda world: setattr(world.ground.network, "failure", None)),
    named("the route goes", lambda world: world.reload(leads=False)),
    named("the route comes", lambda world: world.reload(leads=True)),
    named("the limits are small", lambda world: world.reload(leads=True, limits=SMALL)),
    named("a draining begins", World.drain),
    st.sampled_from([0.2, 2.0, 11.0, 31.0, 61.0]).map(
        lambda seconds: (
            f"{seconds:g} s pass",
            lambda world: world.ground.wheel.turn(world.ground.wheel.now + seconds),
        )
    ),
)


UPGRADE: Final = b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
OPENINGS: Final = {
    "nothing": (),
    "a tunnel": (sends(UPGRADE), says(b"HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")),
    "an upload": (sends(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n"), sends(b"x" * 70_000)),
    "a download": (sends(ASKS[0]), says(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n"), says(b"x" * 70_000)),
    "an idle connection to the silo": (sends(ASKS[0]), says(SAYS[0])),
    "pipelined requests": (sends(ASKS[0] * 3),),
    "half a head": (sends(b"GET /a HTT"),),
}
"""States that chance alone seldom comes to; from each of them anything may happen."""

WAITING: Final = 3
"""Requests that one happening brings, each of which may wait for its own deadline."""


@given(
    st.sampled_from(list(OPENINGS)),
    st.lists(st.tuples(HAPPENINGS, st.integers(0, TURNS)), max_size=25),
)
async def test_nothing_raises_or_hangs_and_nothing_is_left_behind(
    opening: str, happenings: list[tuple[tuple[str, Happening], int]]
) -> None:
    unhandled: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    network = Network()
    with pytest.MonkeyPatch.context() as patched, capture_logs() as lines:
        patched.setattr(loop, "create_connection", network.create_connection)
        world = World(Ground(network))
        for (_, happening), turns in [*((each, TURNS) for each in OPENINGS[opening]), *happenings]:
            happening(world)
            await settle(turns)
        assert await _ends(world, STEPS + WAITING * len(happenings))
    assert world.ground.left() == []
    assert all(far.gone for far in network.ends)
    assert all(task is asyncio.current_task() for task in asyncio.all_tasks())
    assert [line for line in lines if "exc_info" in line] == []
    assert unhandled == []


async def _ends(world: World, steps: int) -> bool:
    """Whether time alone ends everything, whoever still wants something: clients first, then what the pool keeps."""
    gone = await world.ground.end(*world.clients, steps=steps)
    for _ in range(STEPS):
        await world.ground.later(STEP)
    return gone
