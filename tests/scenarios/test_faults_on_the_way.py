"""What networks do to bytes on both sides of the facade: late is whole, broken is told, the next call is served."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pytest

from harness.client import Client, problem, request
from harness.fault_proxy import NONE, End, Fault, FaultProxy
from harness.folder import Folder
from harness.messages import CutOff, Message
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.sidecar import Sidecar

LIMITS: Final = "{header_timeout: 500ms, body_timeout: 1s}"
ROUTE: Final = "routes:\n  - {name: all, match: '/{rest...}', legacy: portal, stage: legacy, timeout: 1s}\n"

BODY: Final = bytes(range(256)) * 400
"""100 KiB, more than one read of any socket takes."""

CHUNKS: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED: Final = CHUNKS + b"b\r\nfirst piece\r\nc\r\nsecond piece\r\n0\r\nX-Sum: 1\r\n\r\n"
KNOWN: Final = answer(b"x" * 100, "X-Side: legacy")
UPLOAD: Final = (
    b"POST /x HTTP/1.1\r\nHost: facade.test\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nfirst piece\r\n0\r\n\r\n"
)
POST: Final = request("POST", "/x", body=b"x" * 100)

_NUMBERS = itertools.count(1)


@dataclass
class Road:
    """`to_facade` lies between a client and the facade, `to_silo` between the facade and the silo."""

    sidecar: Sidecar
    silo: Peer
    to_facade: FaultProxy
    to_silo: FaultProxy

    def client(self) -> Client:
        return Client(self.to_facade.port)

    def answers(self, make: Callable[[Message], bytes]) -> None:
        """What the silo answers, but to a follow-up, which gets its own target."""
        self.silo.script = answering(lambda message: answer(message.target) if _follows(message) else make(message))

    def goes_on(self, client: Client, *, stays: bool = False) -> None:
        """All is well again: a new call gets its own answer, over the same connection where it `stays`."""
        self.to_facade.does()
        self.to_silo.does()
        target = f"/follow-up-{next(_NUMBERS)}"
        if stays:
            assert client.get(target).body == target.encode()
        with self.client() as another:
            assert another.get(target).body == target.encode()

    def whole_requests(self) -> list[bytes]:
        return [message.target for message in self.silo.requests if not _follows(message)]


def _follows(message: Message) -> bool:
    return message.target.startswith(b"/follow-up")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    folder = Folder(tmp_path_factory.mktemp("road") / "config")
    folder.facade(limits=LIMITS)
    with Peer("legacy") as silo, FaultProxy(silo.port) as to_silo, FaultProxy(folder.listen) as to_facade:
        folder.silo("portal", to_silo.url, "protect: {timeout: 500ms}")
        folder.routes(ROUTE)
        with Sidecar(folder).ready() as sidecar:
            yield Road(sidecar, silo, to_facade, to_silo)


@pytest.fixture
def road(built: Road) -> Iterator[Road]:
    """The road with nothing on it yet, and nothing left on it by the last test."""
    built.answers(lambda message: answer(b"legacy"))
    yield built
    for each in (built.to_facade, built.to_silo, built.silo):
        each.fresh()
    eventually(lambda: built.to_facade.connections + built.to_silo.connections == 0, "every connection is over")
    eventually(lambda: built.sidecar.metric('facade_in_flight{target="portal"}') == 0, "no call is in flight")


def told(answered: Message, status: int, error: bytes) -> None:
    """The facade's own error, which names what happened."""
    problem(answered, status)
    assert answered.one("Proxy-Status") == b"facade; error=" + error


# Late, but whole

LATE: Final = {
    "delay": Fault(delay=0.02),
    "jitter": Fault(jitter=0.05),
    "one byte at a time": Fault(crumbs=700),
}


@pytest.mark.parametrize("place", ["to_facade", "to_silo"])
@pytest.mark.parametrize("fault", LATE.values(), ids=LATE.keys())
def test_what_comes_late_or_in_crumbs_arrives_whole_in_both_directions(road: Road, place: str, fault: Fault) -> None:
    road.answers(lambda message: answer(message.body or BODY, "X-Side: legacy"))
    getattr(road, place).does(upward=fault, downward=fault)
    with road.client() as client:
        assert client.get("/x").body == BODY
        assert client.ask(request("POST", "/x", body=BODY)).body == BODY
        assert client.ask(UPLOAD).body == b"first piece"
        assert road.silo.requests[1].body == BODY
        road.goes_on(client, stays=True)


# Broken between the facade and the silo

ENDS: Final = (End.CLOSE, End.RESET, End.HALF_CLOSE)
IN_THE_HEAD: Final = {"at once": 0, "in the status line": 5, "in a field": 30, "before the empty line": len(CHUNKS) - 2}
IN_THE_BODY: Final = {
    "behind the head": len(CHUNKS),
    "in a chunk's size line": len(CHUNKS) + 2,
    "in a chunk": len(CHUNKS) + 8,
    "between chunks": len(CHUNKS) + 16,
    "before the last chunk": CHUNKED.index(b"0\r\nX-Sum"),
    "in the trailers": len(CHUNKED) - 5,
    "before the last line's end": len(CHUNKED) - 2,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("after", IN_THE_HEAD.values(), ids=IN_THE_HEAD.keys())
def test_an_answer_that_breaks_off_in_its_head_is_a_502(road: Road, end: End, after: int) -> None:
    road.answers(lambda message: CHUNKED)
    road.to_silo.does(downward=Fault(after=after, end=end))
    with road.client() as client:
        told(client.get("/x"), 502, b"connection_terminated")
        road.goes_on(client, stays=True)


@pytest.mark.parametrize("after", IN_THE_HEAD.values(), ids=IN_THE_HEAD.keys())
def test_an_answer_that_stalls_in_its_head_is_a_504(road: Road, after: int) -> None:
    road.answers(lambda message: CHUNKED)
    road.to_silo.does(downward=Fault(after=after, end=End.STALL))
    with road.client() as client:
        told(client.get("/x"), 504, b"http_response_timeout")
        road.goes_on(client, stays=True)


@pytest.mark.parametrize("end", [*ENDS, End.STALL])
@pytest.mark.parametrize("after", IN_THE_BODY.values(), ids=IN_THE_BODY.keys())
def test_an_answer_that_breaks_off_in_its_body_never_looks_whole(road: Road, end: End, after: int) -> None:
    road.answers(lambda message: CHUNKED)
    road.to_silo.does(downward=Fault(after=after, end=end))
    with road.client() as client:
        client.send(request("GET", "/x"))
        with pytest.raises(CutOff):
            client.response()
        road.goes_on(client)


@pytest.mark.parametrize("after", [10, 400, 60_000])
@pytest.mark.parametrize("end", ENDS)
def test_a_request_that_breaks_off_on_its_way_to_the_silo_is_a_502_and_is_not_sent_again(
    road: Road, end: End, after: int
) -> None:
    road.to_silo.does(upward=Fault(after=after, end=end))
    with road.client() as client:
        told(client.ask(request("POST", "/x", body=BODY)), 502, b"connection_terminated")
        assert road.to_silo.made == 1
        assert road.whole_requests() == []
        road.goes_on(client)


@pytest.mark.parametrize("after", [10, 60_000])
def test_a_request_that_stalls_on_its_way_to_the_silo_is_a_504(road: Road, after: int) -> None:
    road.to_silo.does(upward=Fault(after=after, end=End.STALL))
    with road.client() as client:
        told(client.ask(request("POST", "/x", body=BODY)), 504, b"http_response_timeout")
        assert road.whole_requests() == []
        road.goes_on(client)


# Broken between the client and the facade


@pytest.mark.parametrize("raw", [UPLOAD, POST], ids=["chunks", "a length"])
@pytest.mark.parametrize("short", [1, 20, 90])
@pytest.mark.parametrize("end", [*ENDS, End.STALL])
def test_a_request_that_breaks_off_on_its_way_to_the_facade_is_whole_for_nobody(
    road: Road, end: End, short: int, raw: bytes
) -> None:
    road.to_facade.does(upward=Fault(after=len(raw) - short, end=end))
    with road.client() as client, suppress(EOFError, CutOff):
        client.send(raw)
        assert client.response().status in {400, 408}
    eventually(lambda: road.to_facade.connections == 0, "the facade has let go of the client")
    assert road.whole_requests() == []
    with road.client() as client:
        road.goes_on(client)


@pytest.mark.parametrize("end", [End.CLOSE, End.RESET, End.STALL])
def test_a_client_that_is_lost_in_mid_answer_costs_the_silo_nothing_more(road: Road, end: End) -> None:
    road.answers(lambda message: answer(b"x" * 2**24))
    road.to_facade.does(downward=Fault(after=2**16, end=end))
    with road.client() as client:
        client.send(request("GET", "/x"))
        if end is End.STALL:
            assert client.head().status == 200  # and then the facade's patience ends
        else:
            with pytest.raises(CutOff):
                client.response()
        eventually(lambda: road.to_silo.connections == 0, "the facade has let go of the silo")
        road.goes_on(client)


# Bent

BENT_ANSWERS: Final = {
    "the version": (CHUNKED, b"HTTP", 0x01),
    "the status": (CHUNKED, b"200", 0x40),
    "a line's end in the head": (CHUNKED, b"\r\nTransfer", 0x01),
    "the name of the framing": (KNOWN, b"Content-Length", 0x01),
    "the colon of the framing": (KNOWN, b": 100", 0x01),
    "the coding": (CHUNKED, b"chunked", 0x01),
    "a length, to something else": (KNOWN, b"100", 0x40),
    "a length, to more": (KNOWN, b"100", 0x08),
    "the size of the first chunk": (CHUNKED, b"b\r\nfirst", 0x08),
    "the size of a later chunk": (CHUNKED, b"c\r\nsecond", 0x10),
    "the line's end of a size": (CHUNKED, b"\r\nfirst", 0x01),
    "the line's end of a chunk": (CHUNKED, b"\r\nc\r\n", 0x01),
    "the last chunk": (CHUNKED, b"0\r\nX-Sum", 0x01),
    "the name of a trailer": (CHUNKED, b"X-Sum", 0x80),
    "the last trailer's end": (CHUNKED, b"\r\n\r\n", 0x01),
}


@pytest.mark.parametrize(("raw", "where", "mask"), BENT_ANSWERS.values(), ids=BENT_ANSWERS.keys())
def test_an_answer_whose_framing_is_bent_never_looks_whole(road: Road, raw: bytes, where: bytes, mask: int) -> None:
    road.answers(lambda message: raw)
    road.to_silo.does(downward=Fault(bent=raw.rindex(where), mask=mask))
    with road.client() as client:
        client.send(request("GET", "/x"))
        with suppress(CutOff):
            assert client.response().status in {502, 504}
        road.goes_on(client)


BENT_REQUESTS: Final = {
    "the version": (UPLOAD, b"HTTP", 0x01),
    "a line's end in the head": (UPLOAD, b"\r\nTransfer", 0x01),
    "the colon of the framing": (POST, b": 100", 0x01),
    "the coding": (UPLOAD, b"chunked", 0x01),
    "a length, to something else": (POST, b"100", 0x40),
    "a length, to more": (POST, b"100", 0x08),
    "the size of a chunk": (UPLOAD, b"b\r\nfirst", 0x08),
    "the line's end of a size": (UPLOAD, b"\r\nfirst", 0x01),
    "the line's end of a chunk": (UPLOAD, b"\r\n0\r\n", 0x01),
    "the last chunk": (UPLOAD, b"0\r\n\r\n", 0x01),
}


@pytest.mark.parametrize(("raw", "where", "mask"), BENT_REQUESTS.values(), ids=BENT_REQUESTS.keys())
def test_a_request_whose_framing_is_bent_is_refused_and_whole_for_nobody(
    road: Road, raw: bytes, where: bytes, mask: int
) -> None:
    road.to_facade.does(upward=Fault(bent=raw.index(where), mask=mask))
    with road.client() as client:
        answered = client.ask(raw)
        assert answered.status in {400, 408, 501, 505}
        assert answered.closes
        assert road.whole_requests() == []
        road.goes_on(client)


def test_a_fault_counts_its_bytes_whatever_pieces_they_come_in() -> None:
    fault = Fault(crumbs=3, bent=4, mask=0xFF)
    assert list(fault.pieces(b"abcdef", 0)) == [b"a", b"b", b"c", b"def"]
    assert list(fault.pieces(b"cdef", 2)) == [b"c", b"def"]
    assert (fault.bend(b"ab", 2), fault.bend(b"ab", 3), fault.bend(b"ab", 4)) == (b"ab", b"a\x9d", b"\x9eb")
    assert NONE.bend(b"ab", 0) == b"ab"
