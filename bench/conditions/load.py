"""Calls at a fixed rate, by h2load (nghttp2), which logs the time of each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.cases import SMALL_JSON
from bench.load import CONNECTIONS
from bench.processes import BenchError, pinned

_GRACE: Final = 30
"""Seconds that h2load may take beyond its duration."""


def require() -> None:
    if shutil.which("h2load") is None:
        raise BenchError("bench: h2load missing; install with: apt-get install nghttp2-client")


def offered(port: int, rate: float, seconds: int, core: int, folder: Path, paths: Sequence[str] = ()) -> list[float]:
    """The seconds that each call took, at `rate` calls a second over the bench's connections.

    Raises `BenchError` where a call was not answered with 2xx; those that the end of the run cuts off do not count.
    """
    log, asked = folder / "calls.log", folder / "paths.txt"
    log.unlink(missing_ok=True)
    asked.write_text("".join(f"http://127.0.0.1:{port}{path}\n" for path in paths or (SMALL_JSON.path % 1000,)))
    command = ["h2load", "--h1", "--threads", "1", "--clients", str(CONNECTIONS), "--duration", str(seconds)]
    command += ["--rps", f"{rate / CONNECTIONS:.2f}", "--log-file", str(log), "--input-file", str(asked)]
    for name, value in {**SMALL_JSON.fields, "Cookie": "theme=plain; session=one"}.items():
        command += ["--header", f"{name}: {value}"]
    with pinned(core):
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _GRACE, check=False)
    if done.returncode:
        raise BenchError(f"load: h2load ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return parse(log.read_text())


def parse(log: str) -> list[float]:
    """Read h2load's log: a line a call, its beginning, its status (-1 where it was cut off) and its microseconds."""
    calls = [line.split("\t") for line in log.splitlines()]
    cut_off = sum(status == "-1" for _, status, _ in calls)
    wrong = sorted({status for _, status, _ in calls if status != "-1" and not status.startswith("2")})
    if wrong or cut_off > CONNECTIONS or len(calls) == cut_off:
        raise BenchError(
            f"load: {len(calls)} calls, of them {cut_off} cut off, answered with {', '.join(wrong) or '2xx'}"
        )
    return [int(took) / 1e6 for _, status, took in calls if status != "-1"]
