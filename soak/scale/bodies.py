"""Large bodies: a gibibyte each way, both ways at once, and fifty readers who take their time."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from harness.client import Client, request
from harness.sidecar import Sidecar
from soak.result import Result
from soak.scale.connections import crowd
from soak.scale.service import PIECE
from soak.scale.site import MIB, plain, site

_LARGE: Final = 1024 * MIB
_GROWTH: Final = 16 * MIB

_READERS: Final = 50
_READ: Final = 64 * MIB
_PACE: Final = MIB
"""Bytes a second of one reader."""

_TURN: Final = 0.1
"""Seconds between two turns of a reader."""

_READERS_GROWTH: Final = 128 * MIB

_ENDLESS: Final = 20.0
"""Seconds until those who send or wait for ever must have been cut; the limits they run into are 2 s each."""


def gibibyte() -> Result:
    """Figure 8: down, up in chunks, and both at once."""
    result = Result("a gibibyte", "1 GiB each way; what the sidecar grows by meanwhile, at most 16 MiB")
    with site(plain(limits="{body: 2GiB}")) as (sidecar, _):
        _down(sidecar.port, MIB)
        _up(sidecar.port, MIB)
        for name, ways in {"down": (_down,), "up, in chunks": (_up,), "both at once": (_down, _up)}.items():
            with _growth(sidecar) as grown:
                seconds = _all_of(sidecar.port, ways)
            seen = f"{grown[0] / MIB:.1f} MiB, {len(ways) * _LARGE / MIB / seconds:.0f} MiB/s"
            result.add(name, seen, grown[0] <= _GROWTH)
    return result


def readers() -> Result:
    """Fifty answers of 64 MiB, each read at a mebibyte a second."""
    result = Result("slow readers", f"{_READERS} readers of {_READ // MIB} MiB, {_PACE // MIB} MiB/s each")
    with site(plain()) as (sidecar, _), crowd(sidecar.port) as many:
        _down(sidecar.port, MIB)
        with _growth(sidecar) as grown:
            for _ in range(_READERS):
                many.join(request("GET", f"/titles/bytes/{_READ}"))
            began = time.monotonic()
            whole = _read_all(many.open)
            seconds = time.monotonic() - began
    result.add("answers that came whole", f"{whole} of {_READERS}, in {seconds:.0f} s", whole == _READERS)
    result.add("growth, MiB (at most 128)", f"{grown[0] / MIB:.1f}", grown[0] <= _READERS_GROWTH)
    return result


def endless() -> Result:
    """Those who go on sending after they were refused, and those who never take their answer."""
    result = Result("without end", "20 clients send on after a refusal, 20 take nothing of 64 MiB; body_timeout 2 s")
    with site(plain(limits="{body_timeout: 2s}")) as (sidecar, _), ExitStack() as stack:
        _down(sidecar.port, MIB)
        with _growth(sidecar) as grown:
            senders = [threading.Thread(target=_send_for_ever, args=(sidecar.port,)) for _ in range(20)]
            for sender in senders:
                sender.start()
            for _ in range(20):
                _ = stack.enter_context(_never_reads(sidecar.port))
            for sender in senders:
                sender.join(_ENDLESS)
            ended = sum(not sender.is_alive() for sender in senders)
            left = _descriptors_left(sidecar)
    result.add("senders cut", f"{ended} of 20", ended == 20)
    result.add("connections left to the facade", str(left), left == 0)
    result.add("growth, MiB (at most 16)", f"{grown[0] / MIB:.1f}", grown[0] <= _GROWTH)
    return result


Way = Callable[[int, int], None]


def _all_of(port: int, ways: tuple[Way, ...]) -> float:
    began = time.monotonic()
    threads = [threading.Thread(target=way, args=(port, _LARGE)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def _down(port: int, size: int) -> None:
    with Client(port) as client:
        client.send(request("GET", f"/titles/bytes/{size}"))
        client.head()
        left = size
        while left:
            piece = client.more()
            assert piece, f"{left} bytes are missing"
            left -= len(piece)


def _up(port: int, size: int) -> None:
    chunk = b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
    with Client(port) as client:
        client.send(request("POST", "/titles/new", "Transfer-Encoding: chunked"))
        for _ in range(size // len(PIECE)):
            client.send(chunk)
        client.send(b"0\r\n\r\n")
        answered = client.response()
        assert answered.status == 200, answered.head
        assert int(answered.body) >= size


@contextmanager
def _growth(sidecar: Sidecar) -> Iterator[list[int]]:
    """By how many bytes it grew at the most: told at the end of the `with`."""
    before = sidecar.resident()
    sidecar.forget_peak()
    grown = [0]
    yield grown
    grown[0] = sidecar.peak() - before


def _read_all(readers: list[socket.socket]) -> int:
    """Read each at its pace; how many got all of it."""
    left = dict.fromkeys(readers, _READ)
    turn = int(_PACE * _TURN)
    began, turns = time.monotonic(), 0
    while left and turns * _TURN < 2 * _READ / _PACE:
        for reader in tuple(left):
            left[reader] -= len(_taken(reader, turn))
            if left[reader] <= 0:  # the head's own few bytes aside
                del left[reader]
        turns += 1
        time.sleep(max(0.0, began + turns * _TURN - time.monotonic()))
    return len(readers) - len(left)


def _taken(reader: socket.socket, most: int) -> bytes:
    """What has come, up to a bound."""
    taken = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while len(taken) < most and selector.select(0):
            piece = reader.recv(most - len(taken))
            if not piece:
                break
            taken += piece
    return bytes(taken)


def _send_for_ever(port: int) -> None:
    """Send bytes behind a message that nobody can read, until cut."""
    with socket.create_connection(("127.0.0.1", port)) as connected:
        try:
            connected.sendall(b"no HTTP\r\n\r\n")
            while True:
                connected.sendall(PIECE)
        except OSError:
            return


@contextmanager
def _never_reads(port: int) -> Iterator[None]:
    with socket.create_connection(("127.0.0.1", port)) as connected:
        connected.sendall(request("GET", f"/titles/bytes/{_READ}"))
        yield


def _descriptors_left(sidecar: Sidecar) -> int:
    """Client connections that the facade still has once patience is over."""
    until = time.monotonic() + _ENDLESS
    while (left := _connections(sidecar)) and time.monotonic() < until:
        time.sleep(0.2)
    return left


def _connections(sidecar: Sidecar) -> int:
    """Calls in flight: a client who takes nothing is one until cut."""
    return int(sum(value for name, value in sidecar.metrics().items() if name.startswith("facade_in_flight{")))
