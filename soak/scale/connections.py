"""Many connections: ten thousand that are idle, two thousand that dawdle, a thousand a second that come and break."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from harness.client import Client, request
from harness.sidecar import Sidecar
from soak.result import Result
from soak.scale.callers import ask, asking
from soak.scale.site import KIB, MIB, plain, site
from soak.settling import is_settled, settled

_IDLE: Final = 10_000
_WARM: Final = 2_000
"""Questions before the first look at memory: what is made once has been made."""

_SLOW: Final = 2_000
_HEADER_TIMEOUT: Final = 10.0
"""Seconds; the default."""

_LINE: Final = 2.0
"""Seconds between two lines of a head that never ends (row S1 of the faults)."""

_STORM: Final = 1_000
_STORM_SECONDS: Final = 10

_QUESTION: Final = request("GET", "/titles/small", "Accept: application/json", "User-Agent: Mozilla/5.0 (X11; Linux)")


class Crowd:
    """Connections that one selector looks after."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.open: list[socket.socket] = []

    def join(self, first: bytes) -> socket.socket:
        """One more, which says something."""
        connected = socket.create_connection(("127.0.0.1", self._port))
        connected.sendall(first)
        self.open.append(connected)
        return connected

    def say(self, data: bytes) -> None:
        for connected in self.open:
            try:
                connected.send(data)
            except OSError:  # it is closed already, which `endings` sees
                continue

    def endings(self, until: float) -> Iterator[float]:
        """The moment at which each ended, until a moment of the monotonic clock."""
        with selectors.DefaultSelector() as selector:
            for connected in self.open:
                selector.register(connected, selectors.EVENT_READ)
            while selector.get_map() and (left := until - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if not _more(key.fileobj):
                        selector.unregister(key.fileobj)
                        yield time.monotonic()


@contextmanager
def crowd(port: int) -> Iterator[Crowd]:
    """Closes them all at the end of the `with`."""
    with ExitStack() as stack:
        many = Crowd(port)
        yield many
        for connected in many.open:
            stack.callback(connected.close)


def _more(connected: object) -> bytes:
    assert isinstance(connected, socket.socket)
    try:
        return connected.recv(64 * KIB)
    except OSError:
        return b""


def idle() -> Result:
    """Figure 6: what ten thousand connections cost that have asked once and stay, and what they cost a newcomer."""
    result = Result("idle connections", f"{_IDLE} connections that have asked once")
    with site(plain(limits=f"{{connections: {_IDLE + 1000}, idle_timeout: 600s}}")) as (sidecar, _):
        with Client(sidecar.port) as client:
            for _ in range(_WARM):
                client.ask(_QUESTION)
        before = sidecar.resident()
        with crowd(sidecar.port) as many:
            for _ in range(_IDLE):
                many.join(_QUESTION).recv(4 * KIB)
            each = (sidecar.resident() - before) / _IDLE
            newcomers = ask(sidecar.port, "/titles/small", 100, 10, keeps=False)
            resident = sidecar.resident()
    result.add("memory, KiB for each (at most 6)", f"{each / KIB:.1f}", each <= 6 * KIB)
    result.add("memory, MiB in all (at most 250)", f"{resident / MIB:.0f}", resident <= 250 * MIB)
    p50, worst = newcomers.milliseconds(0.5), newcomers.milliseconds(1)
    result.add("a newcomer's question, p50, ms (at most 2)", f"{p50:.1f}", p50 <= 2 and not newcomers.others)
    result.add("a newcomer's question, longest, ms (at most 50)", f"{worst:.1f}", worst <= 50)
    return result


def slow_heads() -> Result:
    """Figure 7: two thousand clients send a line every two seconds and never the last one."""
    result = Result("slow heads", f"{_SLOW} clients, a line every {_LINE:g} s, header_timeout {_HEADER_TIMEOUT:g} s")
    with (
        site(plain(limits=f"{{header_timeout: {_HEADER_TIMEOUT:g}s}}")) as (sidecar, _),
        crowd(sidecar.port) as many,
        asking(sidecar.port, "/titles/small", 100, _HEADER_TIMEOUT + 3) as usual,
    ):
        began = time.monotonic()
        for _ in range(_SLOW):
            many.join(b"GET /titles/small HTTP/1.1\r\n")
        opened = time.monotonic()
        while time.monotonic() + _LINE < began + _HEADER_TIMEOUT:
            time.sleep(_LINE)
            many.say(b"X-Line: 1\r\n")
        ends = list(many.endings(opened + _HEADER_TIMEOUT + 5))
        asked = usual.asked()
    result.add("closed", f"{len(ends)} of {_SLOW}", len(ends) == _SLOW)
    last = max(ends, default=0.0) - opened
    result.add("the last one closed after, s (at most 12)", f"{last:.1f}", 0 < last <= _HEADER_TIMEOUT + 2)
    result.add("others' questions failed", f"{sum(asked.others.values())} of {asked.count}", not asked.others)
    p99 = asked.milliseconds(0.99)
    result.add("others' questions, p99, ms (at most 10)", f"{p99:.1f}", p99 <= 10)
    return result


def storm() -> Result:
    """Row S4: connections that break in every state a connection has, a thousand a second."""
    result = Result("resets", f"{_STORM} connections a second for {_STORM_SECONDS} s, each reset")
    with site(plain()) as (sidecar, _):
        before = _warm(sidecar)
        began = time.monotonic()
        with asking(sidecar.port, "/titles/small", 100, _STORM_SECONDS) as usual:
            for number in range(_STORM * _STORM_SECONDS):
                time.sleep(max(0.0, began + number / _STORM - time.monotonic()))
                _break_off(sidecar.port, number)
            seconds = time.monotonic() - began
            asked = usual.asked()
        after, settling = settled(sidecar.descriptors, before)
        busy = sum(value for name, value in sidecar.metrics().items() if name.startswith("facade_in_flight"))
    result.add("connections a second", f"{_STORM * _STORM_SECONDS / seconds:.0f}")
    result.add("descriptors before and after", f"{before}, {after} ({settling:.0f} s)", is_settled(after, before))
    result.add("calls in flight at the end", f"{busy:.0f}", busy == 0)
    result.add("others' questions failed", f"{sum(asked.others.values())} of {asked.count}", not asked.others)
    return result


_STATES: Final = (b"", b"GET /titles/sm", _QUESTION, request("POST", "/titles/small", "Content-Length: 9") + b"1234")


def _warm(sidecar: Sidecar) -> int:
    """The descriptors of a sidecar that has served and is idle."""
    with Client(sidecar.port) as client:
        client.ask(_QUESTION)
    time.sleep(1)
    return sidecar.descriptors()


def _break_off(port: int, number: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connected.sendall(_STATES[number % len(_STATES)])
