"""Figures beside their targets, and the page they are written on.

CPU time is counted and not the clock's, since the machine may have other work; what is compared takes turns, so that
such work meets all sides alike; and of many rounds the median stands with the least and the most.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench import machine

ROUNDS: Final = 15

Batch = Callable[[], float]
"""Does something many times; the CPU microseconds of one."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and the target it has, if any."""

    what: str
    measured: str
    target: str = ""
    kept: bool | None = None

    def row(self) -> str:
        verdict = {True: "kept", False: "MISSED", None: ""}[self.kept]
        return f"| {self.what} | {self.measured} | {self.target} | {verdict} |"


def batch(call: Callable[[], object], calls: int) -> Batch:
    """Batches of a call that needs no event loop."""

    def run() -> float:
        begun = time.process_time()
        for _ in range(calls):
            call()
        return (time.process_time() - begun) / calls * 1e6

    return run


def turns(batches: Mapping[str, Batch], rounds: int) -> dict[str, list[float]]:
    """Rounds in which each batch has its turn."""
    taken: dict[str, list[float]] = {name: [] for name in batches}
    for _ in range(rounds):
        gc.collect()
        for name, run in batches.items():
            taken[name].append(run())
    return taken


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The median, and between which values it lies."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def ratios(ours: Sequence[float], others: Sequence[float]) -> list[float]:
    """Ours by the others', round by round: what both rounds met of the machine is in neither."""
    return [mine / other for mine, other in zip(ours, others, strict=True)]


def options(module: str, about: str, page: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m bench.{module}", description=about)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds ({ROUNDS})")
    parser.add_argument("--date", default=datetime.datetime.now().astimezone().date().isoformat(), help="of the page")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / page, help="where the page goes")
    return parser.parse_args(arguments)


def publish(asked: argparse.Namespace, module: str, title: str, notes: Sequence[str], figures: Sequence[Figure]) -> int:
    """Write the page, and show it."""
    text = "\n".join(
        [
            f"# {title}",
            "",
            f"Written by `python -m bench.{module}` on {asked.date}; {machine.describe()};",
            f"{machine.build(sys.executable)}; load average {os.getloadavg()[0]:.1f}, this run's own included.",
            "",
            *(f"- {note}" for note in notes),
            "",
            "| what | measured | target | |",
            "| --- | ---: | ---: | --- |",
            *(each.row() for each in figures),
            "",
        ]
    )
    asked.output.write_text(text)
    print(text)
    return 0
