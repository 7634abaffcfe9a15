"""`facade demo`: everything runs until Ctrl-C, with a table of who answers what, now."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.demo import addresses, folder, ports
from facade.demo.addresses import Addresses, origin
from facade.demo.citizens import PAYMENTS, ROUTE, populate
from facade.demo.crowd import Clock, Crowd, Pace
from facade.demo.service import FAILS_EVERY
from facade.demo.sidecar import LOG, Sidecar, environment
from facade.demo.surroundings import BAD_RELEASE, Surroundings
from facade.demo.table import Screen, failures, rows, sent_back
from facade.demo.window import Window

PACE: Final = Pace(rate=40, others_every=2)
"""Enough that a share of 10% is seen within seconds, and nothing a laptop would notice."""

CITIZENS: Final = 400
"""Each calls about every ten seconds."""

_EVERY: Final = 1.0
"""Seconds between two tables."""


async def run(
    copied: Path, outside: Mapping[str, str], chance: random.Random, clock: Clock, screen: Screen, command: str
) -> None:
    """Run the demonstration in the folder `copied` until cancelled; `command` is how `facade` is typed here."""
    new = await asyncio.to_thread(folder.copy, folder.shipped(), copied)
    inside = environment(outside)
    where, drain = await asyncio.to_thread(addresses.read, copied, inside)
    await asyncio.to_thread(ports.require_free, where.everything, str(copied))
    async with Surroundings(copied, where) as surroundings, Sidecar(copied, where, drain, inside) as sidecar:
        screen.say(await asyncio.to_thread(introduction, copied, new, where, command))
        async with Crowd(populate(CITIZENS, chance), origin(where.platform), PACE, clock) as crowd:
            with screen:
                await _show(sidecar, surroundings, crowd, screen)


async def _show(sidecar: Sidecar, surroundings: Surroundings, crowd: Crowd, screen: Screen) -> None:
    window = Window()
    while True:
        sidecar.require_alive()
        await surroundings.look_for_a_bad_release()
        window.look(crowd.whole.answered)
        running = await sidecar.routes()
        screen.show(rows(running, crowd.whole, window.recent()), (*sent_back(running), *failures(crowd.whole)))
        await asyncio.sleep(_EVERY)


def introduction(copied: Path, new: bool, where: Addresses, command: str) -> str:
    """Where to look, and what to try next. Blocking: looks the line up in the files."""
    file, line = folder.stage_line(copied, ROUTE)
    origins = {name: origin(address) for name, address in (("platform", where.platform), ("admin", where.admin))}
    state = "copied from the shipped one" if new else "kept as you left it; remove it for a fresh copy"
    return f"""\
The platform       {origins["platform"]}/titles/DN100001
The status page    {origins["admin"]}/
The metrics        {origin(where.observe)}/metrics
The configuration  {copied} ({state})
The sidecar's log  {copied / LOG}

Try next, while the citizens call:
  edit {file}:{line}, write stage: canary, save, and watch {ROUTE};
  or type in another terminal
    {command} move {ROUTE} shadow --reason "are the answers the same?" --config {copied}
    {command} move {ROUTE} canary --share 25% --reason "nobody noticed" --config {copied}
    touch {copied / BAD_RELEASE}
  and its new service fails one read in {FAILS_EVERY} until you remove that file: the guard takes the route back;
    {command} back {ROUTE} --config {copied}
  makes its file say so.
    {command} move {PAYMENTS} platform --reason "no till has to be kept" --config {copied}
  sends payments to a provider outside, all of them at once: what is written is never divided.
Ctrl-C stops everything.
"""
