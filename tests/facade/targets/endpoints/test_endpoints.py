"""All endpoints of one target: who gets the next call."""

from __future__ import annotations

from collections import Counter

import pytest
from far_end import settle
from network import Network, resting_wheel
from structlog.testing import capture_logs

from facade.problem import Refusal
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.health import ANSWERS, CONNECTS, SHORTEST
from facade.targets.endpoints.origin import Member, Origin, Reach
from facade.wire import refusals
from facade.wire.deadlines import NEVER
from facade.wire.leniency import STRICT

A, B, C = "http://10.0.0.1:1", "http://10.0.0.2:1", "http://10.0.0.3:1"
NAME = "http://silo.example:1"


class Set:
    """A set of endpoints and the wheel it is told the time by."""

    def __init__(self, *urls: str) -> None:
        self.wheel = resting_wheel()
        self.origins = [Origin(Reach(url, None, STRICT), self.wheel, None) for url in urls]
        self.endpoints = Endpoints(tuple(self.origins), self.wheel)

    def chosen(self) -> Member:
        member = self.endpoints.choose()
        assert member is not None
        return member

    def chosen_last(self) -> str:
        return last(self.chosen())

    def member(self, number: int) -> Member:
        member = self.origins[number].only
        assert member is not None
        return member

    def fail(self, number: int, times: int = CONNECTS) -> None:
        for _ in range(times):
            self.endpoints.failed(self.member(number), refusals.REFUSED)

    def later(self, seconds: float) -> None:
        self.wheel.turn(self.wheel.now + seconds)


def last(member: Member) -> str:
    """The last number of its address."""
    return member.pool.endpoint.host.rpartition(".")[2]


# Who is chosen


async def test_one_endpoint_is_always_chosen_whatever_it_does() -> None:
    one = Set(A)
    for _ in range(10):
        one.endpoints.failed(one.member(0), refusals.REFUSED)
        assert one.chosen() is one.member(0)
    assert one.member(0).health.failures == 0


async def test_equals_take_turns() -> None:
    three = Set(A, B, C)
    assert Counter(three.chosen_last() for _ in range(30)) == {"1": 10, "2": 10, "3": 10}


async def test_the_one_with_the_fewest_calls_in_flight_is_chosen(network: Network) -> None:
    three = Set(A, B, C)
    for number, calls in enumerate((2, 0, 1)):
        for _ in range(calls):
            await three.member(number).pool.connect(NEVER)
    assert {three.chosen_last() for _ in range(5)} == {"2"}
    await three.member(1).pool.connect(NEVER)
    assert {three.chosen_last() for _ in range(5)} == {"2", "3"}


async def test_an_idle_connection_is_no_call_in_flight(network: Network) -> None:
    two = Set(A, B)
    pool = two.member(0).pool
    pool._release(await pool.connect(NEVER))
    assert pool.busy == 0
    assert {two.chosen_last() for _ in range(4)} == {"1", "2"}


async def test_every_address_of_every_name_is_chosen(network: Network) -> None:
    network.names["silo.example"] = ["10.0.0.8", "10.0.0.9"]
    some = Set(A, NAME)
    assert some.chosen_last() == "1"  # the other one has not been found yet, and is looked for
    await settle()
    assert {some.chosen_last() for _ in range(6)} == {"1", "8", "9"}


# Who is left out


async def test_an_endpoint_that_fails_gets_no_calls_until_its_spell_is_over() -> None:
    two = Set(A, B)
    two.fail(0)
    assert {two.chosen_last() for _ in range(5)} == {"2"}
    two.later(SHORTEST - 0.2)
    assert {two.chosen_last() for _ in range(5)} == {"2"}


async def test_a_single_call_tries_it_then_and_its_answer_brings_it_back() -> None:
    two = Set(A, B)
    two.fail(0)
    two.later(SHORTEST + 0.1)
    assert [two.chosen_last() for _ in range(4)] == ["1", "2", "2", "2"]
    two.endpoints.answered(two.member(0))
    assert {two.chosen_last() for _ in range(4)} == {"1", "2"}


async def test_a_try_that_fails_is_followed_by_another_after_twice_the_time() -> None:
    two = Set(A, B)
    two.fail(0)
    two.later(SHORTEST + 0.1)
    assert two.chosen_last() == "1"
    two.fail(0, times=1)
    two.later(SHORTEST + 0.1)
    assert two.chosen_last() == "2"
    two.later(SHORTEST)
    assert two.chosen_last() == "1"


async def test_an_endpoint_that_says_no_at_once_does_not_take_all_the_calls(network: Network) -> None:
    two = Set(A, B)
    for _ in range(3):
        await two.member(1).pool.connect(NEVER)  # it works, and takes its time
    with capture_logs() as events:
        for _ in range(ANSWERS):
            assert two.chosen_last() == "1"
            two.endpoints.said_no(two.member(0), 503)
        assert two.chosen_last() == "2"
    assert [(event["event"], event["reason"]) for event in events] == [("endpoint left out", "status 503")]


async def test_one_endpoint_may_say_no_for_ever() -> None:
    one = Set(A)
    for _ in range(ANSWERS):
        one.endpoints.said_no(one.member(0), 503)
    assert one.member(0).health.failures == 0


async def test_where_all_say_no_all_are_used() -> None:
    two = Set(A, B)
    for number in (0, 1):
        for _ in range(ANSWERS):
            two.endpoints.said_no(two.member(number), 503)
    assert {two.chosen_last() for _ in range(4)} == {"1", "2"}


async def test_where_all_would_be_left_out_all_are_used() -> None:
    two = Set(A, B)
    two.fail(0)
    two.fail(1)
    assert {two.chosen_last() for _ in range(4)} == {"1", "2"}


async def test_the_log_says_who_is_left_out_and_who_is_back() -> None:
    two = Set(A, B)
    with capture_logs() as events:
        two.fail(0, times=10)
        two.endpoints.answered(two.member(0))
        two.endpoints.answered(two.member(0))
    said = str(events)
    assert said.count("endpoint left out") == 1
    assert "10.0.0.1:1" in said
    assert "target_refused" in said
    assert said.count("endpoint back") == 1


# Connecting


async def test_a_call_that_cannot_connect_goes_to_another_endpoint(network: Network) -> None:
    network.failures = {"10.0.0.1": ConnectionRefusedError()}
    three = Set(A, B, C)
    member, _ = await three.endpoints.connect(three.member(0), NEVER)
    assert last(member) in {"2", "3"}
    assert three.member(0).health.failures == 1


async def test_those_that_are_left_out_are_tried_last(network: Network) -> None:
    network.failures = {"10.0.0.1": ConnectionRefusedError(), "10.0.0.3": ConnectionRefusedError()}
    three = Set(A, B, C)
    three.fail(1)
    member, _ = await three.endpoints.connect(three.member(0), NEVER)
    assert last(member) == "2"
    assert network.connected == ["10.0.0.1", "10.0.0.3", "10.0.0.2"]


@pytest.mark.parametrize(("urls", "tries"), [((A,), 1), ((A, B, C), 3)])
async def test_what_the_last_one_did_is_told_where_all_fail(
    network: Network, urls: tuple[str, ...], tries: int
) -> None:
    network.failure = ConnectionRefusedError()
    some = Set(*urls)
    with pytest.raises(Refusal) as caught:
        await some.endpoints.connect(some.member(0), NEVER)
    assert caught.value.problem is refusals.REFUSED
    assert len(network.connected) == tries


async def test_ties_are_broken_by_turns_with_new_connections_too(network: Network) -> None:
    two = Set(A, B)
    for _ in range(6):
        _, upstream = await two.endpoints.connect(two.chosen(), NEVER)
        upstream.abort()
        await settle()
    assert Counter(network.connected) == {"10.0.0.1": 3, "10.0.0.2": 3}


# Names


async def test_a_name_is_found_before_the_first_call(network: Network) -> None:
    network.names["silo.example"] = ["10.0.0.9"]
    one = Set(NAME)
    assert one.endpoints.choose() is None
    assert last(await one.endpoints.found(NEVER)) == "9"
    assert one.chosen_last() == "9"


async def test_one_name_that_is_found_is_enough(network: Network) -> None:
    network.names["silo.example"] = ["10.0.0.9"]
    two = Set("http://nowhere.example:1", NAME)
    assert last(await two.endpoints.found(NEVER)) == "9"


async def test_a_name_that_is_not_found_is_a_502_and_not_asked_for_again_at_once(network: Network) -> None:
    one = Set(NAME)
    for _ in range(3):
        with pytest.raises(Refusal) as caught:
            await one.endpoints.found(NEVER)
        assert caught.value.problem is refusals.UNREACHABLE
    assert len(network.looked_up) == 1
    one.later(1.0)
    network.names["silo.example"] = ["10.0.0.9"]
    assert last(await one.endpoints.found(NEVER)) == "9"


async def test_a_name_that_is_not_found_in_time_is_a_504(network: Network) -> None:
    network.silent = True
    one = Set(NAME)
    with pytest.raises(Refusal) as caught:
        await one.endpoints.found(0.0)
    assert caught.value.problem is refusals.CONNECT_LATE
    await settle()


async def test_a_name_is_asked_for_again_when_nobody_is_there_any_more(network: Network) -> None:
    network.names["silo.example"] = ["10.0.0.8"]
    one = Set(NAME)
    member = await one.endpoints.found(NEVER)
    one.later(1.0)
    network.failures = {"10.0.0.8": ConnectionRefusedError()}
    network.names["silo.example"] = ["10.0.0.9"]
    with pytest.raises(Refusal):
        await one.endpoints.connect(member, NEVER)
    await settle()
    assert one.chosen_last() == "9"


async def test_of_two_families_the_one_that_is_alive_is_used(network: Network) -> None:
    network.names["silo.example"] = ["::1", "10.0.0.1"]
    network.failures = {"::1": ConnectionRefusedError()}
    one = Set(NAME)
    await one.endpoints.found(NEVER)
    for _ in range(12):
        member, upstream = await one.endpoints.connect(one.chosen(), NEVER)
        assert last(member) == "1"
        upstream.abort()
        await settle()
    assert network.connected.count("::1") == CONNECTS


async def test_what_the_facade_lacks_itself_is_no_endpoints_failure() -> None:
    two = Set(A, B)
    for _ in range(ANSWERS):
        two.endpoints.failed(two.member(0), refusals.NO_DESCRIPTOR)
    assert two.member(0).health.failures == 0
