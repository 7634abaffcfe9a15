"""Names are looked up side by side, and nobody waits for a name that is not theirs."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from typing import Any

import pytest
from far_end import settle

from facade.wire.lookups import Found, Lookups, Wanted, with_own_lookups

ADDRESS: Found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]


class Resolver:
    """Is silent about names that begin with `dead` until it is told to answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answers = threading.Event()

    def __call__(self, host: str, *_: object) -> Found:
        self.asked[host] += 1
        if host.startswith("dead"):
            self.answers.wait()
        if host == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return ADDRESS


@pytest.fixture
def resolver():
    made = Resolver()
    yield made
    made.answers.set()


async def test_any_number_of_silent_names_hold_up_no_other(resolver) -> None:
    lookups = Lookups(resolver)
    dead = [asyncio.ensure_future(lookups.find(Wanted(f"dead{number}", 80))) for number in range(100)]
    assert await lookups.find(Wanted("portal", 80)) == ADDRESS
    assert repr(lookups) == "<Lookups running=100>"
    assert not any(each.done() for each in dead)
    resolver.answers.set()
    assert await asyncio.gather(*dead) == [ADDRESS] * 100
    assert repr(lookups) == "<Lookups running=0>"


async def test_a_name_is_asked_for_once_however_many_wait_and_leave(resolver) -> None:
    lookups = Lookups(resolver)
    waiting = [asyncio.ensure_future(lookups.find(Wanted("dead", 80))) for _ in range(10)]
    await settle()
    for each in waiting[1:]:
        each.cancel()
    resolver.answers.set()
    assert await waiting[0] == ADDRESS
    assert resolver.asked == {"dead": 1}
    assert await lookups.find(Wanted("dead", 80)) == ADDRESS
    assert resolver.asked == {"dead": 2}


async def test_what_the_resolver_raises_is_raised_and_forgotten(resolver) -> None:
    lookups = Lookups(resolver)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await lookups.find(Wanted("unknown", 80))
    left = asyncio.ensure_future(lookups.find(Wanted("unknown", 80)))
    await settle(1)
    left.cancel()
    await asyncio.wait([left])
    assert resolver.asked == {"unknown": 3}


async def test_a_system_without_another_thread_says_so_and_is_asked_again(resolver, monkeypatch) -> None:
    lookups = Lookups(resolver)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no thread"):
        patch.setattr(threading.Thread, "start", refuse)
        await lookups.find(Wanted("portal", 80))
    assert await lookups.find(Wanted("portal", 80)) == ADDRESS


class FakeLoop:
    """A kind of loop that connects to some addresses."""

    def __init__(self) -> None:
        self.connected: list[tuple[Any, ...]] = []
        self.refusing = {"10.0.0.1"}

    async def create_connection(self, factory: object, host: str, port: int, **how: object) -> str:
        self.connected.append((host, port, how))
        if host in self.refusing:
            raise ConnectionRefusedError
        return "connected"


@pytest.fixture
def loop(monkeypatch) -> Any:
    made: Any = with_own_lookups(FakeLoop)()  # type: ignore[arg-type] - as much of a loop as is asked of it
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"10.0.0.{last}", 7000)) for last in (1, 2)]
    monkeypatch.setattr(made, "_lookups", Lookups(lambda *_: found))
    return made


async def test_a_name_is_connected_to_at_the_first_of_its_addresses_that_answers(loop) -> None:
    assert await loop.create_connection(object, "portal", 7000) == "connected"
    assert loop.connected == [("10.0.0.1", 7000, {}), ("10.0.0.2", 7000, {})]


async def test_where_none_of_its_addresses_answers_the_last_ones_word_is_told(loop) -> None:
    loop.refusing.add("10.0.0.2")
    with pytest.raises(ConnectionRefusedError):
        await loop.create_connection(object, "portal", 7000)


async def test_a_certificate_is_to_carry_the_name_and_not_the_address(loop) -> None:
    await loop.create_connection(object, "portal", 7000, ssl=True)
    assert loop.connected[-1] == ("10.0.0.2", 7000, {"ssl": True, "server_hostname": "portal"})


@pytest.mark.parametrize("host", ["10.0.0.2", "::1", None])
async def test_an_address_or_a_socket_of_ones_own_is_connected_to_as_it_is(loop, host: str | None) -> None:
    assert await loop.create_connection(object, host, 7000, sock=None) == "connected"
    assert loop.connected == [(host, 7000, {"sock": None})]
