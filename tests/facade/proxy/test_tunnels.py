"""A tunnel lives as long as its route, a grace longer, and gives way if it is quiet; it has one line in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from far_end import FarEnd, settle
from ground import TURNS, Ground
from network import Network
from structlog.testing import capture_logs

from facade.proxy.tunnels import QUIET
from facade.targets.definition import Protect
from facade.targets.protect.protection import Protection
from facade.wire.downstream import Downstream
from facade.wire.limits import Limits

LIMITS = Limits(tunnel_idle=900.0, tunnel_grace=60.0)
UPGRADE = b"GET /talk HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\n"
GET = b"GET /ask HTTP/1.1\r\nHost: a\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Talk:
    """A client and the silo that talk through a tunnel."""

    def __init__(self, ground: Ground, client: FarEnd, silo: FarEnd) -> None:
        self.ground = ground
        self.client = client
        self.silo = silo

    async def says(self, seconds: int) -> None:
        """So many seconds with a word in each."""
        for _ in range(seconds):
            self.client.sends(b"x")
            await self.ground.later(1.0)

    def route_leads(self, leads: bool) -> None:
        self.ground.snapshots.current = self.ground.snapshot("next", leads=leads, limits=LIMITS)


async def talking(network: Network, *, slots: int | None = None) -> Talk:
    """A tunnel that has begun, at a silo with so many `slots`."""
    ground = Ground(network)
    ground.snapshots.current = ground.snapshot("0", limits=LIMITS)
    if slots is not None:
        rules = replace(Protect(), concurrency=slots, queue=5, timeout=20.0)
        protection = Protection("silo", rules, ground.wheel, lambda: ground.wheel.now, lambda: 0.0)
        ground._silo.protection = protection
    client = ground.client()
    client.sends(UPGRADE)
    await settle(TURNS)
    network.ends[0].sends(SWITCH)
    await settle(TURNS)
    assert client.took() == SWITCH
    return Talk(ground, client, network.ends[0])


async def test_a_tunnel_whose_route_is_gone_ends_after_its_grace(network: Network) -> None:
    talk = await talking(network)
    talk.route_leads(False)
    await talk.says(55)
    assert not talk.client.gone
    await talk.says(20)
    assert talk.client.gone


async def test_a_tunnel_whose_route_went_and_came_back_lives_on(network: Network) -> None:
    talk = await talking(network)
    talk.route_leads(False)
    await talk.says(30)
    talk.route_leads(True)
    await talk.says(200)
    assert not talk.client.gone
    assert talk.silo.got.endswith(b"x" * 230)
    talk.route_leads(False)
    await talk.says(50)
    assert not talk.client.gone
    await talk.says(30)
    assert talk.client.gone


async def waits(talk: Talk) -> FarEnd:
    """Somebody else asks the silo, and there is no slot."""
    other = talk.ground.client()
    other.sends(GET)
    await settle(TURNS)
    assert len(talk.ground.network.ends) == 1
    return other


async def test_a_quiet_tunnel_gives_its_slot_to_whoever_waits_for_one(network: Network) -> None:
    talk = await talking(network, slots=1)
    await talk.ground.later(QUIET)
    assert not talk.client.gone
    other = await waits(talk)
    for _ in range(9):
        await talk.ground.later(1.0)
    assert talk.client.gone
    network.ends[1].sends(OK)
    await settle(TURNS)
    assert other.got.startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_tunnel_in_use_keeps_its_slot(network: Network) -> None:
    talk = await talking(network, slots=1)
    other = await waits(talk)
    await talk.says(30)
    assert not talk.client.gone
    assert other.got.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(
    ("how", "why", "complete"),
    [
        ("the client leaves", "closed", True),
        ("the silo leaves", "closed", True),
        ("nothing moves", "idle", True),
        ("the route is gone", "moved", True),
        ("the sidecar ends", "cut", False),
        ("no memory", "cut", False),
    ],
)
async def test_a_tunnel_has_one_line_that_says_why_it_ended(
    network: Network, how: str, why: str, complete: bool
) -> None:
    with capture_logs() as lines:
        talk = await talking(network)
        await talk.says(3)
        talk.silo.sends(b"12345")
        await settle(TURNS)
        if how == "the client leaves":
            talk.client.resets()
        elif how == "the silo leaves":
            talk.silo.ends()
        elif how == "nothing moves":
            for _ in range(200):
                await talk.ground.later(5.0)
        elif how == "the route is gone":
            talk.route_leads(False)
            for _ in range(20):
                await talk.ground.later(5.0)
        elif how == "the sidecar ends":
            talk.ground.server.cut()
        else:
            cast(Downstream, talk.client.protocol).give_way()
        await settle(TURNS)
    [line] = cast(list[dict[str, Any]], lines)
    assert (line["event"], line["status"], line["sent"], line["received"]) == ("request", 101, 3, 5)
    assert (line["why"], line["complete"]) == (why, complete)
    assert line.get("error") == ("memory" if how == "no memory" else None)
