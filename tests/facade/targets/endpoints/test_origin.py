"""One URL: where it leads, again and again."""

from __future__ import annotations

import socket

import pytest
from far_end import settle
from network import Network, resting_wheel
from structlog.testing import capture_logs

from facade.routing.route import TargetTls
from facade.targets.endpoints.origin import AGAIN, MOST, SOONEST, Origin, Reach, authority_of, name_of
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.leniency import STRICT
from facade.wire.pool import Endpoint
from facade.wire.trust import Trust


def origin_of(url: str, wheel: Deadlines | None = None, tls: TargetTls | None = None) -> Origin:
    trust = Trust() if url.startswith("https:") else None
    return Origin(Reach(url, tls, STRICT), wheel or resting_wheel(), trust)


def endpoints(origin: Origin) -> list[str]:
    return [str(member.pool.endpoint) for member in origin.members]


async def found(network: Network, *addresses: str, wheel: Deadlines | None = None) -> Origin:
    """An origin whose name has been found."""
    network.names["silo.example"] = list(addresses)
    origin = origin_of("http://silo.example:7000", wheel)
    origin.look_up()
    await settle()
    return origin


@pytest.mark.parametrize(
    ("url", "endpoint", "authority"),
    [
        ("http://127.0.0.1:7000", Endpoint("127.0.0.1", 7000), b"127.0.0.1:7000"),
        ("http://127.0.0.1", Endpoint("127.0.0.1", 80), b"127.0.0.1"),
        ("https://[::1]", Endpoint("::1", 443, "::1"), b"[::1]"),
        ("unix:/run/app.sock", Endpoint("", 0, path="/run/app.sock"), b"localhost"),
    ],
)
async def test_an_address_or_a_socket_is_its_own_endpoint_at_once(
    network: Network, url: str, endpoint: Endpoint, authority: bytes
) -> None:
    origin = origin_of(url)
    assert origin.only is origin.members[0]
    assert origin.only.pool.endpoint == endpoint
    assert origin.only.authority == authority
    assert origin.look_up() is None
    assert network.looked_up == []


async def test_a_name_is_looked_up_when_it_is_first_asked_for(network: Network) -> None:
    origin = origin_of("http://silo.example:7000")
    assert (origin.members, origin.only) == ((), None)
    network.names["silo.example"] = ["10.0.0.1"]
    lookup = origin.look_up()
    assert lookup is origin.look_up()
    await settle()
    assert network.looked_up == [("silo.example", 7000)]
    assert endpoints(origin) == ["10.0.0.1:7000"]
    assert origin.only is origin.members[0]
    assert origin.only.authority == b"silo.example:7000"


async def test_every_address_of_a_name_is_an_endpoint_once(network: Network) -> None:
    origin = await found(network, "::1", "127.0.0.1", "::1")
    assert endpoints(origin) == ["[::1]:7000", "127.0.0.1:7000"]
    assert origin.only is None


async def test_the_number_of_addresses_is_bounded(network: Network) -> None:
    origin = await found(network, *(f"10.0.0.{last}" for last in range(MOST + 10)))
    assert len(origin.members) == MOST


async def test_a_name_is_looked_up_again_after_thirty_seconds_and_again(network: Network) -> None:
    wheel = resting_wheel()
    origin = await found(network, "10.0.0.1", wheel=wheel)
    for times in range(2, 5):
        wheel.turn(wheel.now + AGAIN - 1)
        await settle()
        assert len(network.looked_up) == times - 1
        wheel.turn(wheel.now + 2)
        await settle()
        assert len(network.looked_up) == times
    assert endpoints(origin) == ["10.0.0.1:7000"]


async def test_what_a_name_leads_to_now_is_used_and_what_it_no_longer_does_is_let_go(network: Network) -> None:
    wheel = resting_wheel()
    origin = await found(network, "10.0.0.1", "10.0.0.2", wheel=wheel)
    first, second = origin.members
    connected = [await member.pool.connect(NEVER) for member in (first, second)]
    first.health.failures = 2
    network.names["silo.example"] = ["10.0.0.3", "10.0.0.1"]
    wheel.turn(wheel.now + AGAIN + 1)
    await settle()
    assert endpoints(origin) == ["10.0.0.3:7000", "10.0.0.1:7000"]
    assert origin.members[1] is first
    assert first.health.failures == 2
    for upstream, member in zip(connected, (first, second), strict=True):
        member.pool._release(upstream)
    await settle()
    assert [end.cut for end in network.ends] == [False, True]


@pytest.mark.parametrize("answer", [[], socket.gaierror(), TimeoutError(), UnicodeError("label too long")])
async def test_a_resolver_that_fails_changes_nothing(network: Network, answer: list[str] | BaseException) -> None:
    wheel = resting_wheel()
    origin = await found(network, "10.0.0.1", wheel=wheel)
    member = origin.only
    network.names["silo.example"] = answer
    wheel.turn(wheel.now + AGAIN + 1)
    await settle()
    assert origin.only is member
    network.names["silo.example"] = ["10.0.0.2"]
    wheel.turn(wheel.now + AGAIN + 1)
    await settle()
    assert endpoints(origin) == ["10.0.0.2:7000"]


async def test_a_resolver_that_is_silent_is_told_of_once_and_what_it_said_last_is_used_on(network: Network) -> None:
    wheel = resting_wheel()
    origin = await found(network, "10.0.0.1", wheel=wheel)
    member = origin.only
    network.silent = True
    with capture_logs() as logs:
        for _ in range(10):
            wheel.turn(wheel.now + AGAIN + 1)
            await settle()
    assert [(line["event"], line["name"]) for line in logs] == [("name not found", "silo.example:7000")]
    assert len(network.looked_up) == 2  # the second goes on
    assert origin.only is member
    lookup = origin.look_up()
    assert lookup is not None
    lookup.cancel()


async def test_a_name_in_doubt_is_looked_up_at_once_but_not_all_the_time(network: Network) -> None:
    wheel = resting_wheel()
    origin = await found(network, "10.0.0.1", wheel=wheel)
    assert origin.look_up() is None
    wheel.turn(wheel.now + SOONEST)
    assert origin.look_up() is not None
    await settle()
    assert len(network.looked_up) == 2


async def test_a_closed_origin_looks_up_no_more_and_keeps_no_connection(network: Network) -> None:
    wheel = resting_wheel()
    network.names["silo.example"] = ["10.0.0.1"]
    origin = origin_of("http://silo.example:7000", wheel)
    origin.look_up()
    origin.close()
    await settle()
    wheel.turn(wheel.now + AGAIN + 1)
    await settle()
    assert len(network.looked_up) == 1
    assert origin.only is not None  # a call of the table before may still ask it
    origin.only.pool._release(await origin.only.pool.connect(NEVER))
    await settle()
    assert network.ends[0].cut


async def test_the_log_says_once_that_a_name_is_not_found_and_that_it_is_again(
    network: Network,
) -> None:
    wheel = resting_wheel()
    origin = origin_of("http://silo.example:7000", wheel)
    with capture_logs() as events:
        for _ in range(3):
            origin.look_up()
            await settle()
            wheel.turn(wheel.now + SOONEST)
        network.names["silo.example"] = ["10.0.0.1"]
        origin.look_up()
        await settle()
    said = str(events)
    assert (said.count("name not found"), said.count("name found again")) == (1, 1)


async def test_a_certificate_must_carry_the_name_of_the_url_or_the_one_that_is_named(network: Network) -> None:
    network.names["silo.example"] = ["10.0.0.1"]
    for tls, expected in ((None, "silo.example"), (TargetTls(server_name="other"), "other")):
        origin = origin_of("https://silo.example", tls=tls)
        origin.look_up()
        await settle()
        assert origin.only is not None
        assert origin.only.pool.endpoint == Endpoint("10.0.0.1", 443, expected)


def test_a_url_has_a_name_for_the_metrics_and_one_for_host() -> None:
    assert (name_of("http://a.example"), authority_of("http://a.example")) == ("a.example:80", b"a.example")
    assert (name_of("https://[::1]:8443"), authority_of("https://[::1]:8443")) == ("[::1]:8443", b"[::1]:8443")
    assert (name_of("unix:/run/a"), authority_of("unix:/run/a")) == ("unix:/run/a", b"localhost")


async def test_an_origin_shows_its_endpoints(network: Network) -> None:
    origin = await found(network, "10.0.0.1")
    expected = "<Member <Pool 10.0.0.1:7000 open=0 idle=0> <Health in failures=0>>"
    assert repr(origin) == f"<Origin silo.example:7000 [{expected}]>"
