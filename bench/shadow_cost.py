"""What a shadow that hangs, or answers a hundred times slower, costs the call it is the shadow of: CPU and memory.

Usage: `python -m bench.shadow_cost`; half a minute of one core. The table is `bench/shadow.md`. In one process and
without sockets: the same calls pass with a shadow and without one, in paired rounds, each in turn the first.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Final

from bench import machine
from bench.cases import SMALL_JSON
from facade.comparisons import Comparisons
from facade.proxy.shadow.mirror import Mirror
from facade.routing.route import PlatformService, Route, SiloReference
from facade.routing.shadow import Shadow
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_match
from facade.targets.request import Request
from facade.targets.served import Served, Shadowing
from facade.targets.target import Target
from facade.telemetry.metrics import Metrics
from facade.wire.body import Body
from facade.wire.headers import Sender
from facade.wire.message import HTTP_1_1, RequestHead, ResponseHead, block
from facade.wire.reply import Reply

RESULTS: Final = Path(__file__).parent / "shadow.md"
CALLS: Final = 20_000
"""Calls of one half of a round: tens of milliseconds, in which a busy machine changes little."""

BREATH: Final = 25
"""Calls between two turns of the event loop, in which the shadow does what it does."""

SLOW: Final = 0.1
"""Seconds: a hundred times what a quick service takes."""

LARGE: Final = b"[" + b",".join([b'{"n":0.5}'] * 25_000) + b"]"
"""Bytes of the answers whose memory is measured: nearly the largest that are compared, of values that take most."""

CALLS_OF_LARGE: Final = 2_000
"""Half a gigabyte of answers."""

_MIB: Final = 2**20
_FIELDS: Final = [(name.encode(), value.encode()) for name, value in SMALL_JSON.fields.items()]
_JSON: Final = [(b"Content-Type", b"application/json")]
_STRANGER: Final = Sender("192.0.2.1", secure=False, host=b"platform.example", trusted=False)
_ROUTE: Final = Route(
    "titles.read",
    parse_match("GET /titles/{number}"),
    Stage.SHADOW,
    SiloReference("portal", None),
    PlatformService("http://127.0.0.1:7101"),
    shadow=Shadow(Fraction(1)),
)


class Shadowed(Target):
    """The other side: answers after so many seconds, or never; the same values as legacy, in other bytes."""

    def __init__(self, metrics: Metrics, seconds: float | None, body: bytes) -> None:
        self.name = "platform"
        self.silo = None
        self.in_flight = metrics.in_flight("platform")
        self._seconds = seconds
        self._body = body + b"\n"

    async def ask(self, request: Request) -> Reply:
        if self._seconds is None:
            await asyncio.get_running_loop().create_future()
        else:
            await asyncio.sleep(self._seconds)
        return answered(self._body)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A shadow that answers after so many `seconds` or, None, never; of a `sample` of the calls, 0 to 1."""

    name: str
    seconds: float | None
    sample: float


SCENARIOS: Final = (
    Scenario("hangs", None, 0.1),
    Scenario("hangs", None, 1.0),
    Scenario("a hundred times slower", SLOW, 0.1),
    Scenario("a hundred times slower", SLOW, 1.0),
    Scenario("answers at once", 0.0, 0.1),
    Scenario("answers at once", 0.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """A mirror, and the same route with a shadow and without."""

    mirror: Mirror
    plain: Served
    shadowed: Served


def answered(body: bytes) -> Reply:
    return Reply(ResponseHead(200, b"OK", HTTP_1_1, block(_JSON)), Body.whole(body))


def asked() -> Request:
    head = RequestHead(b"GET", b"/titles/DN7", HTTP_1_1, block(_FIELDS))
    return Request(head, Body.whole(b""), "/titles/DN7", b"", _STRANGER, lambda _: None)


def staged(scenario: Scenario, body: bytes) -> Ground:
    metrics = Metrics("bench", [])
    target = Shadowed(metrics, scenario.seconds, body)
    draw: Callable[[], float] = random.Random(1).random
    mirror = Mirror(Comparisons(time.time, bytes(32)), metrics, draw=draw, clock=time.monotonic, wall=time.time)
    shadowing = Shadowing(target, target, scenario.sample, 0.0)
    return Ground(mirror, Served(_ROUTE, None, None, None), Served(_ROUTE, None, None, None, shadowing))


async def passes(mirror: Mirror, served: Served, calls: int, body: bytes) -> float:
    """Let calls pass as the handler does; CPU seconds a call on their way, the shadow's own turns left out."""
    spent = 0.0
    for _ in range(calls // BREATH):
        began = time.thread_time()
        for _ in range(BREATH):
            one_call(mirror, served, body)
        spent += time.thread_time() - began
        await asyncio.sleep(0)
    return spent / calls


def one_call(mirror: Mirror, served: Served, body: bytes) -> None:
    request = asked()
    copy = mirror.sample(served, Side.LEGACY, request) if served.shadowing is not None else None
    reply = Reply(ResponseHead(200, b"OK", HTTP_1_1, block(_JSON)), Body(len(body)))
    if copy is not None:
        copy.watch(reply)
    reply.body.feed(body[:-1])  # a copy of its own, as each answer is that comes over a socket
    reply.body.feed(body[-1:])
    reply.body.end([])
    if copy is not None:
        mirror.take(copy)


async def added(scenario: Scenario, rounds: int, calls: int) -> list[float]:
    """CPU seconds that the shadow adds to a call, of each round."""
    stage = staged(scenario, SMALL_JSON.answer)
    found: list[float] = []
    for number in range(rounds):
        seconds: dict[bool, float] = {}
        for with_shadow in (True, False) if number % 2 else (False, True):
            served = stage.shadowed if with_shadow else stage.plain
            seconds[with_shadow] = await passes(stage.mirror, served, calls, SMALL_JSON.answer)
        found.append(seconds[True] - seconds[False])
    return found


async def grown(scenario: Scenario, calls: int) -> int:
    """Bytes of memory that the shadow of large answers takes at most, and those that the calls themselves take."""
    stage = staged(scenario, LARGE)
    await passes(stage.mirror, stage.plain, calls, LARGE)
    before = memory("VmRSS")
    forget_peak()
    for _ in range(calls // BREATH):
        await passes(stage.mirror, stage.shadowed, BREATH, LARGE)
        await asyncio.sleep(SLOW / 10)
    return memory("VmHWM") - before


def forget_peak() -> None:
    """The most memory begins anew, at what is used now (proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")


def memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def row(scenario: Scenario, seconds: Sequence[float], most: int) -> str:
    cells = [
        scenario.name,
        f"{scenario.sample:.0%}",
        f"{median(seconds) * 1e6:.2f}",
        f"{min(seconds) * 1e6:.2f}-{max(seconds) * 1e6:.2f}",
        f"{most / _MIB:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def render(rows: Sequence[str], rounds: int, calls: int, large: int, date: str) -> str:
    return "\n".join(
        [
            "# What a shadow costs the calls that it shadows",
            "",
            f"Written by `python -m bench.shadow_cost` on {date}; {machine.describe()};",
            f"{machine.build(sys.executable)}.",
            "",
            f"- {rounds} paired rounds of {calls:,} calls with a shadow and without; median, least and most",
            "- CPU is what stands on a call's way, a mean over all calls, sampled or not; asking and comparing, of 16",
            "  copies at once, is beside it",
            f"- Memory is the most that {large:,} answers of {len(LARGE) // 1024} KiB each added",
            "- The bounds are 3 us and 32 MiB",
            "",
            "| shadow | sample | CPU a call, us | least-most | memory, MiB |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.shadow_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="paired rounds (11)")
    parser.add_argument("--calls", type=int, default=CALLS, help=f"calls in each half of a round ({CALLS:,})")
    parser.add_argument("--large", type=int, default=CALLS_OF_LARGE, help="calls whose memory is measured")
    parser.add_argument("--date", default=datetime.datetime.now().astimezone().date().isoformat(), help="of the table")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes")
    options = parser.parse_args(arguments)
    rows = []
    for scenario in SCENARIOS:
        seconds = asyncio.run(added(scenario, options.rounds, options.calls))
        rows.append(row(scenario, seconds, asyncio.run(grown(scenario, options.large))))
        print(rows[-1], flush=True)
    options.output.write_text(render(rows, options.rounds, options.calls, options.large, options.date))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
