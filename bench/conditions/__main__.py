"""Usage: `python -m bench.conditions`; some three minutes. The table is `bench/conditions.md`."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from bench import machine
from bench.conditions import at_rest, fixed_rate, idle, load, reload, scrape
from bench.conditions.rows import Row, table
from bench.processes import BenchError

RESULTS = Path(__file__).parents[1] / "conditions.md"
CONDITIONS = {"rate": fixed_rate, "idle": idle, "reload": reload, "scrape": scrape, "rest": at_rest}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.conditions", description="Beside CPU a request.")
    parser.add_argument("--only", default=",".join(CONDITIONS), help=f"some of {', '.join(CONDITIONS)}")
    parser.add_argument("--python", default=sys.executable, help="interpreter for the facade")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes")
    parser.add_argument("--date", default=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", help="what it is dated")
    options = parser.parse_args()
    rows: list[Row] = []
    try:
        load.require()
        for name in options.only.split(","):
            rows += _taken(name, options.python)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    told = (
        "# Beside CPU a request\n\n"
        f"Written by `python -m bench.conditions` on {options.date}; {machine.describe()};\n"
        f"{machine.build(options.python)}. How to read it: [docs/performance.md](../docs/performance.md).\n\n"
        f"{table(rows)}"
    )
    options.output.write_text(told)
    print(told)
    return 0


def _taken(name: str, python: str) -> list[Row]:
    if name not in CONDITIONS:
        raise BenchError(f"--only: unknown {name}; choose from {', '.join(CONDITIONS)}")
    rows = list(CONDITIONS[name].measured(python))
    print(table(rows), file=sys.stderr)
    return rows


if __name__ == "__main__":
    sys.exit(main())
