"""`facade demo --once`: a temporary folder, free ports, the whole story, and an exit status that says how it ended."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.demo import addresses, folder, ports
from facade.demo.books import balance
from facade.demo.citizens import PAYMENTS, ROUTE, populate
from facade.demo.crowd import Clock, Crowd, Pace
from facade.demo.sidecar import Sidecar, environment
from facade.demo.story import CITIZENS, Say, look_back, require_no_failure, tell
from facade.demo.surroundings import Surroundings
from facade.demo.tally import Tally
from facade.demo.trouble import Trouble
from facade.demo.waiting import until
from facade.routing.stage import Side

PACE: Final = Pace(rate=400, others_every=8)
"""All citizens in some two seconds a chapter, at about half a core for everything."""

_COUNTED: Final = 5.0
"""Seconds for the sidecar to have counted what it has answered already."""


async def once(outside: Mapping[str, str], chance: random.Random, clock: Clock, say: Say) -> None:
    """Tell the story; `Trouble` unless all of it went as it should."""
    begun = clock()
    with tempfile.TemporaryDirectory(prefix="facade-demo-") as temporary:
        copied = Path(temporary) / folder.NAME
        await asyncio.to_thread(prepare, copied)
        await _perform(copied, environment(outside), chance, clock, say)
    say(f"Told in {clock() - begun:.0f} s.")


def prepare(copied: Path) -> None:
    """Copy the shipped configuration to `copied`, every port in it replaced by a free one. Blocking."""
    folder.copy(folder.shipped(), copied)
    texts = {file: file.read_text(encoding="utf-8") for file in folder.files(copied)}
    named = sorted(frozenset().union(*(folder.ports(text) for text in texts.values())))
    new = dict(zip(named, ports.free(len(named)), strict=True))
    for file, text in texts.items():
        file.write_text(folder.with_ports(text, new), encoding="utf-8")


async def _perform(copied: Path, inside: Mapping[str, str], chance: random.Random, clock: Clock, say: Say) -> None:
    where, drain = await asyncio.to_thread(addresses.read, copied, inside)
    say(f"The story of {ROUTE} and {PAYMENTS}, told by {CITIZENS:,} citizens with {PACE.rate:g} calls a second.")
    async with Surroundings(copied, where) as surroundings, Sidecar(copied, where, drain, inside) as sidecar:
        crowd = Crowd(populate(CITIZENS, chance), addresses.origin(where.platform), PACE, clock)
        try:
            async with crowd:
                await tell(sidecar, crowd, surroundings, say)
            require_no_failure("the end", crowd.whole)
            await look_back(sidecar, say)
            say(balance(surroundings.books, crowd.whole.answered))
            for route in (ROUTE, PAYMENTS):
                await _require_same_count(sidecar, crowd.whole, route)
        except Trouble as trouble:
            raise Trouble(str(trouble), trouble.log or sidecar.last_lines()) from trouble
    answers = crowd.whole.answered.total()
    say(f"No citizen was failed: {answers:,} answers, all of them right, and the sidecar's metrics count the same.")


async def _require_same_count(sidecar: Sidecar, tally: Tally, route: str) -> None:
    """The sidecar's metrics must show what the citizens saw."""
    seen = {side: tally.answered[route, side] for side in (Side.LEGACY, Side.PLATFORM)}

    async def same() -> bool:
        counted = await sidecar.counted(route)
        return all(counted.get(side, 0) == number for side, number in seen.items())

    await until(same, _COUNTED, f"/metrics to count what citizens saw of {route}: {seen}")
