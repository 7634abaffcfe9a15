"""What the status page, and a thousand who watch it, cost the event loop that calls wait for.

Usage: `python -m bench.page`; half a minute of one core. The table is `bench/page.md`. A real listener with sockets, in
front of a sidecar of 1,000 routes and 50 silos that is made up; whoever asks and watches is another process. A round is
what the loop does between two looks at its sockets, measured in CPU time of its thread, so what else the machine does
changes little.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import gc
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import uvloop

from bench import machine
from facade.control.connections import Connections
from facade.control.listener import BACKLOG
from facade.control.site import Site
from facade.control.turns import Turns
from facade.control.view import Calls, ConfigView, RevisionView, RouteRow, SiloRow, StatusView
from facade.control.watchers import Watchers
from facade.page.live import Live
from facade.page.pages import pages
from facade.page.sources import Ending, Sources
from facade.tasks import spawn

RESULTS: Final = Path(__file__).parent / "page.md"
ROUTES: Final = 1_000
SILOS: Final = 50
WATCHERS: Final = 1_000
ASKING: Final = 200
"""Who ask for the page at the same moment: as many as the listener has connections for, less a few."""

LOOKS: Final = 10
STAGES: Final = ("legacy", "shadow", "canary", "platform", "complete")
EVIDENCE: Final = "platform errors 0 % against legacy 0 % over 25 calls (limit +1 point), of 40 wanted"
NOW: Final = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)

CROWD: Final = """
import selectors, socket, sys
port, number, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
head = f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n".encode()
chosen, all_of_them, seen = selectors.DefaultSelector(), [], set()
for _ in range(number):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head)
    connection.setblocking(False)
    chosen.register(connection, selectors.EVENT_READ)
    all_of_them.append(connection)
end = b"</html>" if path == "/" else b'"again":true'
tails = dict.fromkeys(all_of_them, b"")
while True:
    for key, _ in chosen.select():
        piece = key.fileobj.recv(1 << 20)
        if not piece:
            chosen.unregister(key.fileobj)
            continue
        tails[key.fileobj] = (tails[key.fileobj] + piece)[-2000:]
        if key.fileobj not in seen and end in tails[key.fileobj]:
            seen.add(key.fileobj)
            if len(seen) == number:
                print("all", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase cost: the longest round and all of it, in seconds of CPU time."""

    name: str
    longest: float
    all: float


class MadeUp:
    """The view of a sidecar that is made up; its shares change when it is told so."""

    def __init__(self, turns: Turns) -> None:
        now = RevisionView("4f0c2a9b1d3e", NOW)
        self.version, self.config, self._turns = "bench", ConfigView(now, now, now), turns
        self._routes = tuple(map(_route, range(ROUTES)))
        self.changes = 0

    async def status(self) -> StatusView:
        await self._turns.pause()
        silos = tuple(_silo(number, self.changes) for number in range(SILOS))
        at = NOW + datetime.timedelta(seconds=self.changes)
        moved = replace(self._routes[self.changes], verdict="pass")
        routes = (*self._routes[: self.changes], moved, *self._routes[self.changes + 1 :])
        return StatusView(self.version, at, self.config, routes, silos)


def _route(number: int) -> RouteRow:
    return RouteRow(
        name=f"records-{number}.read",
        match=f"GET /records-{number}/{{reference}}",
        stage=STAGES[number % len(STAGES)],
        share=0.25,
        calls=Calls(number, 5, 0),
        group=None,
        place=f"routes/all.yaml:{number}",
        legacy=f"silo-{number % SILOS}.get",
        platform=f"http://127.0.0.1:{7000 + number % 40}",
        verdict="not_enough",
        evidence=EVIDENCE,
    )


def _silo(number: int, changes: int) -> SiloRow:
    share = (number + changes) / 10_000
    return SiloRow(f"silo-{number}", "soap", "Land Office", datetime.date(2027, 3, 31), False, 1000, share)


class Rounds:
    """Looks at every round of the loop."""

    def __init__(self) -> None:
        self._last = self._began = time.thread_time()
        self._longest = 0.0
        asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, now - self._last)
        self._last = time.thread_time()
        asyncio.get_running_loop().call_soon(self._look)

    async def of(self, name: str, work: Callable[[], Awaitable[object]]) -> Phase:
        """What the rounds cost while this is done."""
        await asyncio.sleep(0.2)
        self._longest, self._began = 0.0, time.thread_time()
        await work()
        return Phase(name, self._longest, time.thread_time() - self._began)


async def measured() -> list[Phase]:
    """All phases, one after the other."""
    turns = Turns()
    world, watchers = MadeUp(turns), Watchers(turns.pause)
    nothing: Any = SimpleNamespace()
    overview: Any = world
    ending = Ending(_no_schedules, nothing, nothing, nothing)
    sources = Sources(overview, nothing, nothing, watchers, ending, turns.pause, time.monotonic)
    live = Live(sources)
    site = Site(pages(sources, live))
    connections = Connections(site, lambda: "bench")
    listening = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connections.accept, sock=listening, backlog=BACKLOG)
    port = listening.getsockname()[1]
    gc.collect()
    gc.freeze()  # as the sidecar does once it serves
    rounds, crowds = Rounds(), []

    async def come(number: int, path: str) -> None:
        crowd = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CROWD, str(port), str(number), path, stdout=subprocess.PIPE
        )
        crowds.append(crowd)
        assert crowd.stdout is not None
        await crowd.stdout.readline()

    async def change() -> None:
        for _ in range(LOOKS):
            world.changes += 1
            await live.look()
            await asyncio.sleep(0.3)

    phases = [
        await rounds.of("a page is asked for once", lambda: come(1, "/")),
        await rounds.of(f"{ASKING} ask for it at once", lambda: come(ASKING, "/")),
    ]
    for crowd in crowds:
        crowd.kill()
    telling = spawn(live.watch(), "tell who watches")
    phases.append(await rounds.of(f"{WATCHERS:,} come to watch", lambda: come(WATCHERS, "/events")))
    telling.cancel()
    phases.append(await rounds.of(f"{WATCHERS:,} watch {LOOKS} changes of {SILOS} silos and a route", change))
    for crowd in crowds[2:]:
        crowd.kill()
    server.close()
    watchers.end()
    return phases


async def _no_schedules() -> Mapping[str, Any]:
    return {}


def table(phases: list[Phase], date: str) -> str:
    """The table, and what it was measured on."""
    rows = "".join(f"| {each.name} | {each.longest * 1e3:.1f} | {each.all * 1e3:,.0f} |\n" for each in phases)
    return (
        "# What the status page costs the event loop\n\n"
        f"Written by `python -m bench.page` on {date}; {machine.describe()};\n{machine.build(sys.executable)}.\n\n"
        f"- {ROUTES:,} routes and {SILOS} silos, over sockets; whoever asks and watches is another process\n"
        "- CPU time of the loop's thread: of its longest round, in which calls wait, and of the whole phase, in which\n"
        "  the loop looks at its sockets without a rest\n"
        "- The bound of a round is 5 ms\n\n"
        f"| what | longest round, ms | all, ms |\n| --- | ---: | ---: |\n{rows}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="What the status page costs the event loop.")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes")
    parser.add_argument("--date", default=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", help="what it is dated")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = table(runner.run(measured()), options.date)
    options.output.write_text(told)
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
