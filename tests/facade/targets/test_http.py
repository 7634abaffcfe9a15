"""A target over the wire: what it is asked, when it is asked again, and when never."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from calls import request_of
from far_end import settle
from network import Network, resting_wheel

from facade.problem import Refusal
from facade.targets.definition import Protect
from facade.targets.endpoints.endpoints import Endpoints
from facade.targets.endpoints.origin import Origin, Reach
from facade.targets.http import HttpTarget
from facade.targets.protect.protection import Protection
from facade.targets.request import Request
from facade.targets.template import PathTemplate
from facade.telemetry.metrics import Metrics
from facade.wire import refusals
from facade.wire.body import HIGH_WATER, Body
from facade.wire.framing import CHUNKED
from facade.wire.leniency import STRICT
from facade.wire.message import HTTP_1_0
from facade.wire.reply import Reply

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HOST = (b"Host", b"platform.example")


def target_of(**more: Any) -> HttpTarget:
    wheel = resting_wheel()
    origin = Origin(Reach("http://127.0.0.1:7000", None, STRICT), wheel, None)
    assert origin.only is not None
    origin.only.authority = b"silo:7000"
    in_flight = Metrics("1", []).in_flight("registry")
    return HttpTarget("registry", Endpoints((origin,), wheel), in_flight, **{"patience": 10.0} | more)


async def asked(target: HttpTarget, request: Request) -> asyncio.Future[Reply]:
    asking = asyncio.ensure_future(target.ask(request))
    await settle()
    return asking


async def used(target: HttpTarget, network: Network) -> None:
    """Leave the target with one idle connection."""
    asking = await asked(target, request_of())
    network.ends[-1].sends(OK)
    await asking
    network.ends[-1].took()


def lines(sent: bytes) -> list[bytes]:
    head, end, _ = sent.partition(b"\r\n\r\n")
    assert end
    return head.split(b"\r\n")


async def sent(network: Network, target: HttpTarget, request: Request) -> list[bytes]:
    """The lines of the head that the target gets of a request."""
    asking = await asked(target, request)
    got = lines(network.ends[-1].got)
    asking.cancel()
    await settle()
    return got


async def test_a_target_reads_its_own_name_in_host_or_the_callers(network: Network) -> None:
    assert (await sent(network, target_of(), request_of(b"GET", b"/", HOST)))[:2] == [
        b"GET / HTTP/1.1",
        b"Host: silo:7000",
    ]
    kept = target_of(keeps_host=True)
    assert (await sent(network, kept, request_of(b"GET", b"/", HOST)))[1] == b"Host: platform.example"
    assert (await sent(network, kept, request_of(minor=HTTP_1_0)))[1] == b"Host: silo:7000"


async def test_the_target_gets_path_and_query_as_sent_or_its_own_path_with_the_query(network: Network) -> None:
    request = request_of(b"GET", b"/titles/%41?q=a%20b&&", parameters={"number": "%41"})
    assert (await sent(network, target_of(), request))[0] == b"GET /titles/%41?q=a%20b&& HTTP/1.1"
    moved = target_of(path=PathTemplate.parse("/v2/{number}/full"))
    assert (await sent(network, moved, request))[0] == b"GET /v2/%41/full?q=a%20b&& HTTP/1.1"


async def test_a_trace_that_was_made_here_goes_along(network: Network) -> None:
    assert b"traceparent: 00-made" in await sent(network, target_of(), request_of(traceparent=b"00-made"))


async def test_a_chunked_body_stays_chunked_and_a_length_stays_a_length(network: Network) -> None:
    chunked, known = Body(CHUNKED), Body(4)
    assert b"Transfer-Encoding: chunked" in await sent(network, target_of(), request_of(b"POST", body=chunked))
    fields = await sent(network, target_of(), request_of(b"POST", b"/", (b"Content-Length", b"4"), body=known))
    assert b"Content-Length: 4" in fields
    assert b"Transfer-Encoding: chunked" not in fields


async def test_a_connection_is_used_again(network: Network) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_of(b"POST", body=Body.whole(b"data")))
    assert len(network.ends) == 1
    assert network.ends[0].got.endswith(b"\r\n\r\ndata")
    network.ends[0].sends(OK)
    assert (await asking).head.status == 200


async def test_nobody_waits_for_the_body_of_an_answer_to_head(network: Network) -> None:
    target = target_of()
    asking = await asked(target, request_of(b"HEAD"))
    network.ends[0].sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    assert (await asking).body.ended
    await used(target, network)
    assert len(network.ends) == 1


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS"])
@pytest.mark.parametrize("how", ["ends", "resets"])
async def test_a_safe_request_is_sent_once_more_when_its_old_connection_turns_out_dead(
    network: Network, method: bytes, how: str
) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_of(method))
    getattr(network.ends[0], how)()
    await settle()
    assert len(network.ends) == 2
    assert network.ends[1].got.startswith(method + b" ")
    network.ends[1].sends(OK)
    assert (await asking).head.status == 200


async def test_a_request_that_is_sent_once_more_is_counted(network: Network) -> None:
    retries = Metrics("1", []).retries("registry")
    target = target_of(retries=retries)
    await used(target, network)
    asking = await asked(target, request_of())
    network.ends[0].resets()
    await settle()
    network.ends[1].sends(OK)
    await asking
    assert retries.value == 1
    asking = await asked(target, request_of(b"POST"))
    network.ends[1].resets()
    with pytest.raises(Refusal):
        await asking
    assert retries.value == 1


async def test_a_safe_request_is_sent_once_more_only_once(network: Network) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_of())
    network.ends[0].resets()
    await settle()
    network.ends[1].resets()
    with pytest.raises(Refusal) as refusal:
        await asking
    assert refusal.value.problem is refusals.BROKEN
    assert len(network.ends) == 2


@pytest.mark.parametrize(
    "request_",
    [
        lambda: request_of(b"POST"),
        lambda: request_of(b"PUT", body=Body.whole(b"data")),
        lambda: request_of(b"DELETE"),
        lambda: request_of(b"PATCH"),
        lambda: request_of(b"GET", body=Body.whole(b"data")),
        lambda: request_of(b"GET", body=Body(CHUNKED)),
    ],
    ids=["POST", "PUT", "DELETE", "PATCH", "GET with a body", "GET with a body to come"],
)
async def test_whatever_is_not_safe_or_has_a_body_is_sent_once(network: Network, request_: Any) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_())
    network.ends[0].resets()
    with pytest.raises(Refusal) as refusal:
        await asking
    assert refusal.value.problem is refusals.BROKEN
    assert len(network.ends) == 1


@pytest.mark.parametrize("said", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n"])
async def test_nothing_is_sent_again_once_a_byte_of_an_answer_has_come(network: Network, said: bytes) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_of())
    network.ends[0].sends(said)
    network.ends[0].resets()
    with pytest.raises(Refusal):
        await asking
    assert len(network.ends) == 1


async def test_nothing_is_sent_again_to_a_target_that_is_late_or_talks_nonsense(network: Network) -> None:
    target = target_of()
    await used(target, network)
    asking = await asked(target, request_of())
    network.ends[0].sends(b"garbage")
    with pytest.raises(Refusal) as refusal:
        await asking
    assert refusal.value.problem is refusals.NONSENSE
    assert len(network.ends) == 1


async def test_nothing_is_sent_again_over_a_connection_that_was_new(network: Network) -> None:
    asking = await asked(target_of(), request_of())
    network.ends[0].resets()
    with pytest.raises(Refusal):
        await asking
    assert len(network.ends) == 1


async def test_a_dead_idle_connection_does_not_hurt_the_next_write(network: Network) -> None:
    target = target_of()
    await used(target, network)
    network.ends[0].ends()
    asking = await asked(target, request_of(b"POST", body=Body.whole(b"data")))
    assert network.ends[1].got.endswith(b"data")
    network.ends[1].sends(OK)
    assert (await asking).head.status == 200


async def test_a_target_that_cannot_be_reached_says_so(network: Network) -> None:
    network.failure = ConnectionRefusedError()
    with pytest.raises(Refusal) as refusal:
        await target_of().ask(request_of())
    assert refusal.value.problem is refusals.REFUSED


async def test_connecting_ends_with_the_call(network: Network) -> None:
    network.silent = True
    with pytest.raises(Refusal) as refusal:
        await target_of().ask(request_of(until=asyncio.get_running_loop().time() + 0.02))
    assert refusal.value.problem is refusals.CONNECT_LATE


async def test_a_cancelled_call_lets_the_target_go_at_once(network: Network) -> None:
    asking = await asked(target_of(), request_of())
    asking.cancel()
    await settle()
    assert network.ends[0].cut


async def test_interim_answers_reach_the_caller(network: Network) -> None:
    seen: list[int] = []
    asking = await asked(target_of(), request_of(interim=lambda head: seen.append(head.status)))
    network.ends[0].sends(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK)
    await asking
    assert seen == [103]


async def test_what_an_endpoint_does_with_a_call_is_told_to_the_others(network: Network) -> None:
    wheel = resting_wheel()
    origins = tuple(Origin(Reach(f"http://10.0.0.{last}:1", None, STRICT), wheel, None) for last in (1, 2))
    in_flight = Metrics("1", []).in_flight("registry")
    target = HttpTarget("registry", Endpoints(origins, wheel), in_flight, patience=10.0)
    for _ in range(4):
        asking = await asked(target, request_of())
        network.ends[-1].resets()
        with pytest.raises(Refusal):
            await asking
    assert [member.health.failures for origin in origins for member in origin.members] == [2, 2]
    for _ in range(2):
        asking = await asked(target, request_of())
        network.ends[-1].sends(OK)
        await asking
    assert [member.health.failures for origin in origins for member in origin.members] == [0, 0]


async def test_chunks_are_collected_for_a_target_that_cannot_read_them(network: Network) -> None:
    body = Body(CHUNKED)
    asking = await asked(target_of(takes_chunks=False), request_of(b"POST", body=body))
    body.feed(b"hello")
    await settle()
    assert network.ends == []
    body.end([])
    await settle()
    head, _, sent_body = network.ends[0].got.partition(b"\r\n\r\n")
    assert b"\r\nContent-Length: 5" in head
    assert b"Transfer-Encoding" not in head
    assert sent_body == b"hello"
    asking.cancel()
    await settle()


async def test_a_target_shows_its_name_and_its_connections() -> None:
    shown = repr(target_of())
    assert shown.startswith("<HttpTarget registry ")
    assert "<Pool 127.0.0.1:7000 open=0 idle=0>" in shown


class Client:
    """The source of a body. It never comes by itself."""

    hurried = 0

    def pause_reading(self) -> None:
        """It sends nothing anyway."""

    resume_reading = abandon = taken = pause_reading

    def hurry(self) -> None:
        self.hurried += 1


def protected(**more: Any) -> HttpTarget:
    """A target whose calls take slots, of which there is one."""
    target = target_of(**more)
    rules = Protect(concurrency=1, queue=10, timeout=10.0)
    clock = asyncio.get_running_loop().time
    target.protection = Protection("registry", rules, resting_wheel(), clock, lambda: 0.0)
    return target


async def prepared(target: HttpTarget, request: Request) -> asyncio.Task[None]:
    preparing = asyncio.ensure_future(target.prepare(request))
    await settle()
    return preparing


async def test_a_small_body_arrives_before_its_call_takes_a_slot() -> None:
    body = Body(6, Client())
    request = request_of(b"POST", body=body)
    preparing = await prepared(protected(), request)
    body.feed(b"abc")
    await settle()
    assert not preparing.done()
    body.feed(b"def")
    body.end([])
    await preparing
    assert (request.body is body, body.take()) == (True, b"abcdef")


async def test_a_small_body_that_does_not_arrive_in_the_calls_time_is_late() -> None:
    request = request_of(b"POST", body=Body(6, Client()), until=asyncio.get_running_loop().time())
    with pytest.raises(Refusal) as late:
        await protected().prepare(request)
    assert late.value.problem is refusals.SLOW_REQUEST


@pytest.mark.parametrize("length", [HIGH_WATER + 100, CHUNKED])
async def test_of_a_large_body_as_much_as_may_wait_arrives_first_and_the_rest_must_hurry(
    network: Network, length: int
) -> None:
    client, target = Client(), protected()
    body = Body(length, client)
    request = request_of(b"POST", body=body)
    preparing = await prepared(target, request)
    body.feed(b"x" * HIGH_WATER)
    await settle()
    assert not preparing.done()
    body.feed(b"x")
    await preparing
    asking = await asked(target, request)
    assert (client.hurried, body.held) == (1, 0)
    asking.cancel()
    await settle()


async def test_a_body_that_is_to_be_asked_for_is_not_waited_for_but_must_hurry(network: Network) -> None:
    client, target = Client(), protected()
    request = request_of(b"POST", b"/", (b"Expect", b"100-continue"), body=Body(6, client))
    assert (await prepared(target, request)).done()
    asking = await asked(target, request)
    assert client.hurried == 1
    asking.cancel()
    await settle()


async def test_where_no_slots_are_taken_no_body_is_waited_for_and_none_must_hurry(network: Network) -> None:
    client, target = Client(), target_of()
    request = request_of(b"POST", body=Body(6, client))
    assert (await prepared(target, request)).done()
    asking = await asked(target, request)
    assert client.hurried == 0
    asking.cancel()
    await settle()
