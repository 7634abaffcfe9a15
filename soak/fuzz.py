"""Mutated exchanges below the sockets, a million by default: nothing unhandled, nothing hanging, nothing misread."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from far_end import settle

from soak.exchange import Exchange
from soak.ground import NETWORK, TURNS, Ground, Loop, clear, listen
from soak.laws import broken
from soak.result import Result

EXCHANGES: Final = 1_000_000

_TOGETHER: Final = 5_000
"""Exchanges over one ground: long enough for something that is left over to show."""

_TOLD: Final = 10
"""Broken laws that are told in full before the run gives up: the first one is to be mended first."""


def run(exchanges: int, seed: int, first: int = 0) -> Result:
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with asyncio.Runner(loop_factory=Loop) as runner:
        for start in range(first, first + exchanges, _TOGETHER):
            numbers = range(start, min(start + _TOGETHER, first + exchanges))
            runner.run(_several(numbers, seed, counts, failures))
            if len(failures) >= _TOLD:
                break
            if start // _TOGETHER % 10 == 9:
                print(f"{start + _TOGETHER - first:,} exchanges, {len(failures)} laws broken", file=sys.stderr)
    return _judged(exchanges, seed, counts, failures)


async def _several(numbers: range, seed: int, counts: Counter[str], failures: list[str]) -> None:
    """Exchanges over one ground, counted, and told where they break a law."""
    defects: list[str] = []
    listen(defects)
    ground = Ground(NETWORK)
    tasks = len(asyncio.all_tasks())
    for number in numbers:
        exchange = Exchange.made(seed, number)
        laws = [law async for law in _laws(ground, exchange, defects)]
        counts[f"mutated at {exchange.mutated}"] += 1
        counts["answers"] += exchange.answers
        counts["requests whole at the target"] += len(exchange.numbered)
        if laws:
            failures.append(f"--only fuzz --seed {seed} --first {number} --exchanges 1: {laws}\n{exchange.raw!r}")
            print(failures[-1], file=sys.stderr)
            if len(failures) >= _TOLD:
                return
    await settle(TURNS)
    if len(asyncio.all_tasks()) != tasks:
        failures.append(f"a task is left over after the exchanges up to {numbers[-1]}")


async def _laws(ground: Ground, exchange: Exchange, defects: list[str]) -> AsyncIterator[str]:
    """The laws that the exchange breaks."""
    try:
        for law in broken(exchange, await exchange.run(ground)):
            yield law
    except Exception as error:  # noqa: BLE001 - what the facade raises here would have been the socket's to handle
        yield f"nothing goes unhandled: {error!r}"
    await clear(ground)
    for each in ground.left():
        yield f"nothing is left over: {each}"
    for each in defects:
        yield f"nothing goes unhandled: {each}"
    defects.clear()


def _judged(exchanges: int, seed: int, counts: Counter[str], failures: list[str]) -> Result:
    result = Result("fuzz", f"{exchanges:,} exchanges, seed {seed}")
    for name, count in sorted(counts.items()):
        result.add(name, f"{count:,}")
    result.add("laws broken", str(len(failures)), not failures)
    result.details = failures
    return result
