"""The load: wrk, for some seconds, over some connections that stay open. Its report is read here."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import Case
from bench.processes import BenchError, pinned

CONNECTIONS: Final = 16
"""Few enough that no contender is offered more than it can hold, enough that none ever waits for the load."""

CALLERS: Final = Path(__file__).parent / "peers" / "callers.lua"

_GRACE: Final = 10
"""Seconds that wrk may take beyond its duration before the run is given up."""

_UNITS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests answered in `seconds`, and times to the whole answer, in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def parse_report(text: str) -> Load:
    """Read wrk's report. Raises `BenchError` where an answer was not 2xx or 3xx, or a connection broke."""
    wrong = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", text)
    if wrong is not None:
        raise BenchError(f"load: {wrong[0]}; a contender that fails is not measured")
    counted = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m),", text)
    if counted is None:
        raise BenchError("load: wrk's report has no count of requests; look at wrk --version (4.1 and 4.2 are known)")
    return Load(int(counted[1]), _seconds(counted[2], counted[3]), _percentile(text, 50), _percentile(text, 99))


def apply(case: Case, port: int, seconds: int, core: int) -> Load:
    """Ask for `seconds`, from the load's own core."""
    fields = [part for field in case.fields.items() for part in field]
    scheme = "https" if case.tls else "http"
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--latency"]
    command += ["--script", str(CALLERS), f"{scheme}://127.0.0.1:{port}", "--", case.path, str(case.upload), *fields]
    with pinned(core):
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _GRACE, check=False)
    if done.returncode:
        raise BenchError(f"load: wrk ended with {done.returncode}: {done.stderr.strip()}")
    return parse_report(done.stdout)


def _percentile(text: str, percent: int) -> float:
    found = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m)$", text, re.MULTILINE)
    if found is None:
        raise BenchError(f"load: wrk's report has no {percent}% line; it needs --latency")
    return _seconds(found[1], found[2])


def _seconds(number: str, unit: str) -> float:
    return float(number) * _UNITS[unit]
