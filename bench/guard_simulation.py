"""How soon a guard finds a bad platform, and how often it takes a good one back for nothing: simulated canaries.

Usage: `python -m bench.guard_simulation`; about fifteen minutes of one core. The table is `bench/guard.md`.
Everything is drawn from one seed, so that the same code always writes the same table.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import Final

from facade.compare.parity import Agreement
from facade.control.judge.call import JudgedCall
from facade.control.judge.evidence import Evidence
from facade.control.judge.judging import judge
from facade.control.judge.verdict import Ruling
from facade.routing.guard import Guard, LatencyMargin
from facade.routing.stage import Side

GUARD: Final = Guard(errors=Fraction(1, 100), p50=LatencyMargin(0.02), p95=LatencyMargin(0.05), p99=LatencyMargin(0.05))
SHARE: Final = 0.1
CALLS: Final = 20_000
CANARIES: Final = 1_000
RESULTS: Final = Path(__file__).parent / "guard.md"

ERRORS: Final = 0.005
NOT_FOUND: Final = 0.05
MEDIAN: Final = 0.04
SPREAD: Final = 0.6
"""A service's times are log-normal: 40 ms in the middle, 160 ms at the p99."""

_TIMES: Final = [
    math.exp(NormalDist(math.log(MEDIAN), SPREAD).inv_cdf((number + 0.5) / 5_000)) for number in range(5_000)
]
REST: Final = 3_000
LONGEST_BURST: Final = 400
"""Calls between two bursts, and in one, drawn evenly up to these: a tenth of all calls are in some burst."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the platform does beside what legacy does; `target` is what the table holds it against."""

    name: str
    target: str
    errors: float = ERRORS
    not_found: float = NOT_FOUND
    slower: float = 1.0
    bursts: bool = False
    good_calls: int = 0
    share: float = SHARE
    calls: int = CALLS


@dataclass(frozen=True, slots=True)
class Burst:
    """What happens to both sides for a while."""

    errors: float = 0.0
    not_found: float = 0.0
    slower: float = 1.0


GOOD: Final = (
    Scenario("identical sides", "at most 1 % back"),
    Scenario("identical sides, bursts of errors, 404s and slowness on both", "at most 1 % back", bursts=True),
    Scenario("the same over 5,000 calls at a share of 50 %", "at most 1 % back", bursts=True, share=0.5, calls=5_000),
    Scenario("platform at its limit: 1.5 % errors against 0.5 %", "at most 1 % back", errors=0.015),
)
BAD: Final = (
    Scenario("5 % errors against 0.5 %", "half within 300, 99 % within 1,500", errors=0.05),
    Scenario("5 % errors against 0.5 %, bursts on both", "", errors=0.05, bursts=True),
    Scenario("5 % errors against 0.5 % at a share of 50 %", "", errors=0.05, share=0.5),
    Scenario("dead platform", "within 20", errors=1.0),
    Scenario("404 to everything", "", not_found=1.0),
    Scenario("every latency doubled", "within 3,000", slower=2.0, calls=40_000),
    Scenario("dead after 10,000 good calls", "", errors=1.0, good_calls=10_000),
    Scenario("5 % errors after 10,000 good calls", "", errors=0.05, good_calls=10_000, calls=40_000),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.guard_simulation", description=__doc__)
    parser.add_argument("--canaries", type=int, default=CANARIES, help="canaries of each scenario")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="cores it may use")
    parser.add_argument("--seed", type=int, default=1, help="what all chance is drawn from")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes")
    options = parser.parse_args(arguments)
    rows = []
    measure = partial(measured, canaries=options.canaries, seed=options.seed)
    with ProcessPoolExecutor(options.processes) as processes:
        for line in processes.map(measure, (*GOOD, *BAD)):
            rows.append(line)
            print(line, flush=True)
    options.output.write_text(render(rows, options.canaries, options.seed))
    return 0


def measured(scenario: Scenario, canaries: int, seed: int) -> str:
    chance = random.Random(f"{seed} {scenario.name}")
    return row(scenario, [canary(scenario, chance) for _ in range(canaries)])


def canary(scenario: Scenario, chance: random.Random) -> int | None:
    """The platform's calls, from when it went bad, until its route went back; None where it did not."""
    evidence = Evidence(GUARD)
    asked = 0
    bursts = happening(scenario, chance)
    for number in range(scenario.good_calls + scenario.calls):
        burst = next(bursts)
        bad = number >= scenario.good_calls
        platform = chance.random() < scenario.share
        evidence.add(call(scenario if platform and bad else _LEGACY, burst, platform=platform, chance=chance))
        asked += platform and bad
        if platform and failed(evidence):
            return asked
    return None


_LEGACY: Final = Scenario("legacy", "")


def call(scenario: Scenario, burst: Burst, *, platform: bool, chance: random.Random) -> JudgedCall:
    drawn = chance.random()
    errors = max(scenario.errors, burst.errors)
    refused = max(scenario.not_found, burst.not_found)
    status = 500 if drawn < errors else 404 if drawn < errors + refused else 200
    seconds = _TIMES[int(chance.random() * len(_TIMES))] * scenario.slower * burst.slower
    return JudgedCall(Side.PLATFORM if platform else Side.LEGACY, status, seconds)


def happening(scenario: Scenario, chance: random.Random) -> Iterator[Burst]:
    """Of each call, what happens to both sides at its time."""
    calm = Burst()
    while True:
        yield from [calm] * (chance.randrange(REST) if scenario.bursts else CALLS)
        burst = Burst(
            errors=chance.choice([0.0, 0.1, 0.5, 1.0]),
            not_found=chance.choice([0.0, 0.5, 1.0]),
            slower=chance.choice([1.0, 3.0, 10.0]),
        )
        if scenario.bursts:
            yield from [burst] * chance.randrange(LONGEST_BURST)


def failed(evidence: Evidence) -> bool:
    """As the verdict says, and sooner asked: a verdict makes sentences."""
    trials = [evidence.errors, *evidence.shifts.values(), *(each.trial for each in evidence.slowness)]
    if all(trial.wealth.finding is None for trial in trials):
        return False
    return judge(evidence, Agreement()).kind is Ruling.FAIL


def row(scenario: Scenario, found: list[int | None]) -> str:
    calls = sorted(each if each is not None else math.inf for each in found)
    back = sum(each is not None for each in found)
    shown = [f"{calls[min(math.ceil(part * len(calls)), len(calls)) - 1]:,.0f}" for part in (0.5, 0.9, 0.99, 1.0)]
    cells = [
        scenario.name,
        f"{back / len(found):.1%}",
        *(each.replace("inf", "never") for each in shown),
        scenario.target,
    ]
    return f"| {' | '.join(cells)} |"


def render(rows: Sequence[str], canaries: int, seed: int) -> str:
    return "\n".join(
        [
            "# What the guard finds, how soon, and how often for nothing",
            "",
            f"Written by `python -m bench.guard_simulation`: {canaries:,} canaries a row, seed {seed}.",
            "",
            "- Guard: `errors: +1 point, p50: +20ms, p95: +50ms, p99: +50ms`, and the kinds of answers",
            f"- At a share of {SHARE:.0%}, over {CALLS:,} calls of both sides, where a row says nothing else; doubled",
            "  latencies and late errors over 40,000",
            f"- Legacy: {ERRORS:.1%} errors, {NOT_FOUND:.0%} 404, {MEDIAN * 1000:.0f} ms in the middle, log-normal",
            f"- Bursts on both sides alike: up to {LONGEST_BURST} calls after up to {REST:,}, with up to 100 % errors",
            "  or 404s, up to ten times as slow",
            "- Counted in calls of the platform until the route goes back, from when the platform went bad",
            "",
            "| platform | back | half within | 90 % | 99 % | all | target |",
            "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
