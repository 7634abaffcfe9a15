"""A slow client is let be while its answer holds nobody up, and has to be brisk as soon as it does."""

from __future__ import annotations

import pytest
from far_end import FarEnd, settle
from network import Front

from facade.wire.body import Body
from facade.wire.connection import BODY_IDLE
from facade.wire.exchange import Exchange
from facade.wire.framing import CHUNKED
from facade.wire.giving import BRISK

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
UPLOAD = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
MUCH = b"x" * 1_000_000


class Download:
    """A handler whose answer holds a slot, for which somebody waits or not. Either all of it is here, or never."""

    def __init__(self, *, whole: bool) -> None:
        self.waited_for = False
        self.ended = False
        self._whole = whole

    async def __call__(self, exchange: Exchange) -> None:
        body = Body.whole(MUCH) if self._whole else Body(CHUNKED)
        body.holds_up = lambda: self.waited_for
        if not self._whole:
            body.feed(MUCH)
        exchange.closes()
        await exchange.send(HEAD, body, chunked=False)
        self.ended = True


async def reading(download: Download, sent: bytes = GET) -> tuple[Front, FarEnd]:
    front = Front(download)
    client = front.client()
    client.stops_taking()
    client.sends(sent)
    await settle()
    return front, client


async def slowly(front: Front, client: FarEnd, rate: int, seconds: int, also: bytes = b"") -> None:
    """Take so many bytes a second, and send something too."""
    for _ in range(seconds):
        front.later(1)
        await settle()
        if client.cut:
            break
        client.takes(rate)
        if also:
            client.sends(also)
    await settle()


@pytest.mark.parametrize("whole", [True, False])
async def test_a_slow_reader_is_let_be_while_nobody_waits_and_cut_as_soon_as_somebody_does(whole: bool) -> None:
    download = Download(whole=whole)
    front, client = await reading(download)
    await slowly(front, client, 600, 40)
    assert not client.cut
    download.waited_for = True
    await slowly(front, client, 600, 3)
    assert client.cut
    assert front.server.cut() == 0


@pytest.mark.parametrize("whole", [True, False])
async def test_a_brisk_reader_is_never_cut_though_somebody_waits(whole: bool) -> None:
    download = Download(whole=whole)
    download.waited_for = True
    front, client = await reading(download)
    await slowly(front, client, BRISK + 100, 60)
    assert not client.cut
    client.resets()
    await settle()


async def test_a_reader_may_pause_for_some_seconds_though_somebody_waits() -> None:
    download = Download(whole=True)
    download.waited_for = True
    front, client = await reading(download)
    await slowly(front, client, 0, 4)
    await slowly(front, client, 4 * BRISK, 4)
    await slowly(front, client, 0, 4)
    assert not client.cut
    await slowly(front, client, 0, 6)
    assert client.cut


@pytest.mark.parametrize("also", [b"2000\r\n" + b"x" * 0x2000 + b"\r\n", b"0\r\n\r\n"], ids=["brisk", "its end"])
async def test_a_slow_reader_buys_no_time_by_what_it_sends(also: bytes) -> None:
    download = Download(whole=False)
    download.waited_for = True
    front, client = await reading(download, UPLOAD)
    await slowly(front, client, 600, 1, also)
    await slowly(front, client, 600, 6, also if also[0] == ord("2") else b"")
    assert client.cut


async def test_whoever_takes_nothing_is_cut_though_nobody_waits() -> None:
    front, client = await reading(Download(whole=True))
    await slowly(front, client, 0, int(BODY_IDLE) - 2)
    assert not client.cut
    await slowly(front, client, 0, 3)
    assert client.cut


async def test_whoever_has_taken_the_answer_in_the_end_is_as_good_as_any() -> None:
    download = Download(whole=True)
    download.waited_for = True
    front, client = await reading(download)
    await slowly(front, client, 100 * BRISK, 3)
    assert (client.cut, download.ended, len(client.got)) == (False, True, len(HEAD) + len(MUCH))
    front.later(30)
    assert not client.cut
    client.resets()
    await settle()
