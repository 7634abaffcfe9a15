"""Make the long runs, one after the other, and write down what they showed.

Usage: `make soak`, or `python -m soak.run` with `tests/scenarios` and `tests/fakes` on PYTHONPATH; `--help` tells the
options. Exits 1 if a law was broken.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import machine
from soak import aborts, faults, fuzz, report, sockets
from soak.result import Result
from soak.scale.every import EVERY

RESULTS: Final = Path(__file__).parent / "results.md"

RUNS: Final = ("fuzz", "sockets", "aborts", "faults", *EVERY)
"""The long ones, and those at scale."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    held = [_written(_run(name, options), options) for name in options.only]
    print(options.output.read_text())
    return 0 if all(held) else 1


def _written(result: Result, options: argparse.Namespace) -> bool:
    """Write a result down at once, for the next run may take half an hour; whether its laws held."""
    command = _again(result.name, options)
    setting = report.Setting(options.date, machine.describe(), machine.build(sys.executable), command)
    before = options.output.read_text() if options.output.exists() else ""
    options.output.write_text(report.render(before, setting, [result], RUNS))
    print(f"{result.name}: {'every law holds' if result.holds else 'a law is broken'}", file=sys.stderr)
    return result.holds


def _again(name: str, options: argparse.Namespace) -> str:
    """The command that makes this run once more."""
    said = [f"--only {name}"]
    if name == "faults" and options.seconds != faults.SECONDS:
        said.append(f"--seconds {options.seconds:g}")
    if name != "faults" and options.exchanges is not None:
        said.append(f"--exchanges {options.exchanges}")
    said += [f"--{each} {value}" for each, value in (("seed", options.seed), ("first", options.first)) if value]
    return f'make soak SOAK="{" ".join(said)}"'


def _run(name: str, options: argparse.Namespace) -> Result:
    if name == "fuzz":
        return fuzz.run(options.exchanges or fuzz.EXCHANGES, options.seed, options.first)
    if name == "sockets":
        return sockets.run(options.exchanges or sockets.EXCHANGES, options.seed, options.first)
    if name == "aborts":
        return aborts.run(options.exchanges or aborts.TRANSFERS, options.seed)
    if name == "faults":
        return faults.run(options.seconds, options.seed)
    return dataclasses.replace(EVERY[name](), name=name)  # a section goes by the name that --only takes


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak.run", description="The long runs.")
    today = datetime.datetime.now().astimezone().date().isoformat()
    parser.add_argument("--only", type=_names, default=RUNS, help=f"comma-separated: {', '.join(RUNS)} (all)")
    parser.add_argument("--exchanges", type=int, help="of fuzz, sockets and aborts (1,000,000, 100,000 and 10,000)")
    parser.add_argument("--seconds", type=float, default=faults.SECONDS, help="of faults (1800)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other exchanges (1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first exchange, to see one again (0)")
    parser.add_argument("--date", default=today, help="the date the table carries")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes (soak/results.md)")
    return parser.parse_args(arguments)


def _names(said: str) -> tuple[str, ...]:
    names = tuple(said.split(","))
    unknown = set(names) - set(RUNS)
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: no such run; choose from {', '.join(RUNS)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
