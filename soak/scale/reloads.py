"""A hundred reloads in a minute, of a thousand routes, while everything runs that can be under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from harness.client import Client, request
from harness.folder import Folder
from harness.messages import CutOff
from soak.result import Result
from soak.scale.callers import Asked, asking
from soak.scale.connections import crowd
from soak.scale.service import PIECE
from soak.scale.site import KIB, MIB, site

_ROUTES: Final = 1_000
_WRITES: Final = 120
_EVERY: Final = 0.5
"""Seconds between two changes of the files: 120 in a minute, of which every sixth is a mistake."""

_BAD: Final = 6
_RATE: Final = 100.0
"""Ordinary questions a second, beside everything else."""

_IDLE: Final = 200
_TUNNELS: Final = 10
_ROUTE: Final = """\
  - name: domain.read-{number}
    match: /domain{number}/{{rest...}}
    legacy: portal
    platform: {url}
    stage: canary
    records: shared
    canary: {{share: {share}%, by: header X-User}}
"""


def disturbance() -> Result:
    """Figures 1, 2 and 4: nothing is lost, no idle connection is closed, and what is mistaken changes nothing."""
    result = Result("reloads", f"{_WRITES} changes in {_WRITES * _EVERY:.0f} s, {_WRITES // _BAD} of them mistaken")
    with site(_furnish) as (sidecar, folder), ExitStack() as stack:
        many = stack.enter_context(crowd(sidecar.port))
        for _ in range(_IDLE):
            many.join(_small(0)).recv(4 * KIB)
        busy = [_upload, _download, *[_tunnel] * _TUNNELS]
        others = [stack.enter_context(_again(sidecar.port, turn)) for turn in busy]
        seconds = _WRITES * _EVERY
        kept = stack.enter_context(asking(sidecar.port, "/domain{}/small", _RATE, seconds))
        new = stack.enter_context(asking(sidecar.port, "/domain{}/small", _RATE / 4, seconds, keeps=False))
        slow = stack.enter_context(asking(sidecar.port, "/domain1/slow/2", 2, seconds - 3))
        _change(folder, _WRITES)
        callers = [each.asked() for each in (kept, new, slow)]
        alive = sum(_still_answers(each) for each in many.open)
        reloads = {kind: sidecar.metric(f'facade_config_reloads_total{{result="{kind}"}}') for kind in _KINDS}
    lost = [f"{number} {what}" for asked in callers for what, number in asked.others.items()]
    lost += [failure for other in others for failure in other.failures]
    result.add("reloads accepted, rejected", f"{reloads['accepted'] - 1:.0f}, {reloads['rejected']:.0f}")
    turns = sum(asked.count for asked in callers) + sum(other.turns for other in others)
    result.add("calls, transfers and tunnels' messages lost", f"{len(lost)} of {turns}", not lost)
    result.add("connections told to close", str(sum(asked.said_close for asked in callers)))
    result.add("idle connections closed", f"{_IDLE - alive} of {_IDLE}", alive == _IDLE)
    result.details = lost
    return result


def latency() -> Result:
    """Figure 3: what a reload costs the calls that run meanwhile, and how long the loop stands still."""
    seconds = _WRITES * _EVERY / 2
    result = Result("reloads and latency", f"{_ROUTES} routes in one file, a change every {_EVERY * 1000:.0f} ms")
    with site(_furnish) as (sidecar, folder):
        asked, lag = {}, {}
        for name, writes in {"without": 0, "with": int(seconds / _EVERY)}.items():
            time.sleep(1)
            with asking(sidecar.port, "/domain{}/small", _RATE, seconds) as callers:
                _change(folder, writes, bad=False)
                asked[name] = callers.asked()
            lag[name] = 1000 * sidecar.metric("facade_loop_lag_seconds")
        accepted = sidecar.metric('facade_config_reloads_total{result="accepted"}') - 1
    for name, each in asked.items():
        result.add(f"{name} reloads: p50, p99, longest, ms", _times(each), not each.others)
    added = asked["with"].milliseconds(0.99) - asked["without"].milliseconds(0.99)
    result.add(f"added to p99 by {accepted:.0f} reloads, ms (at most 10)", f"{added:+.1f}", added <= 10)
    seen = f"{lag['with']:.0f} (without: {lag['without']:.0f})"
    result.add("the loop's longest stall, ms (at most 50)", seen, lag["with"] <= 50)
    return result


_KINDS: Final = ("accepted", "rejected")


def _times(asked: Asked) -> str:
    return ", ".join(f"{asked.milliseconds(share):.1f}" for share in (0.5, 0.99, 1))


def _furnish(folder: Folder, url: str) -> None:
    folder.facade(log="{requests: 1%, errors: all, level: info}", unmatched="portal")
    folder.silo("portal", url)
    folder.write("platform", url)
    _write(folder, 0)


def _write(folder: Folder, number: int) -> None:
    """Move one route, somewhere in the middle of its file."""
    url = (folder / "platform").read_text()
    moved = number % _ROUTES
    shares = (10 + (number % 80 if each == moved else 0) for each in range(_ROUTES))
    folder.routes("routes:\n" + "".join(_ROUTE.format(number=n, share=s, url=url) for n, s in enumerate(shares)))


def _change(folder: Folder, writes: int, *, bad: bool = True) -> None:
    began = time.monotonic()
    for number in range(1, writes + 1):
        if bad and number % _BAD == 0:
            folder.write("routes/bad.yaml", f"routes: [{{name: bad{number}, match: nonsense}}]\n")
        else:
            (folder / "routes/bad.yaml").unlink(missing_ok=True)
            _write(folder, number)
        time.sleep(max(0.0, began + number * _EVERY - time.monotonic()))


class Others:
    """Somebody who does the same again and again over one connection, until the end of the `with`."""

    def __init__(self, port: int, turn: Callable[[Client], None]) -> None:
        self.turns = 0
        self.failures: list[str] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(port, turn))

    def _run(self, port: int, turn: Callable[[Client], None]) -> None:
        try:
            with Client(port) as client:
                while not self.over.is_set():
                    turn(client)
                    self.turns += 1
        except (AssertionError, EOFError, OSError, CutOff) as failure:
            self.failures.append(f"{turn.__name__} after {self.turns} turns: {failure!r}")


@contextmanager
def _again(port: int, turn: Callable[[Client], None]) -> Iterator[Others]:
    others = Others(port, turn)
    others.thread.start()
    try:
        yield others
    finally:
        others.over.set()
        others.thread.join()


def _small(number: int) -> bytes:
    return request("GET", f"/domain{number}/small")


def _upload(client: Client) -> None:
    client.send(request("POST", "/domain2/new", "Transfer-Encoding: chunked"))
    for _ in range(MIB // len(PIECE)):
        client.send(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        time.sleep(0.02)
    client.send(b"0\r\n\r\n")
    assert int(client.response().body) > MIB


def _download(client: Client) -> None:
    client.send(request("GET", f"/domain3/bytes/{MIB}"))
    assert len(client.response().body) == MIB
    time.sleep(0.2)


def _tunnel(client: Client) -> None:
    """The first turn opens it."""
    if not client.received:
        client.send(request("GET", "/domain4/talk", "Connection: Upgrade", "Upgrade: echo"))
        assert client.head().status == 101
    client.send(b"how are you? ")
    assert client.exactly(13) == b"how are you? "
    time.sleep(0.1)


def _still_answers(connected: object) -> bool:
    assert hasattr(connected, "sendall")
    try:
        connected.sendall(_small(5))
        return bool(connected.recv(4 * KIB).startswith(b"HTTP/1.1 200 "))
    except OSError:
        return False
