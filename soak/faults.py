"""The real sidecar with a fault on every way, for half an hour: it neither grows nor does what nothing explains."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from harness.fault_proxy import FaultProxy
from harness.folder import Folder
from harness.sidecar import Sidecar
from soak.callers import Callers
from soak.defects import Defects
from soak.memory import MIB, Sample, slope
from soak.result import Result
from soak.settling import is_settled, settled
from soak.silo import Silo
from soak.ways import WAYS, Way

SECONDS: Final = 1800.0

_LOOK: Final = 5.0
"""Seconds between two looks at the process."""

_WARM_UP: Final = 300.0
"""Seconds, or a quarter of a shorter run, that do not count: pools and caches fill, the allocator finds its level."""

_STEEPEST: Final = 1.0
"""MiB in ten minutes that a process may seem to grow by."""

_CALLERS: Final = 3
"""Callers on each way, fewer than the calls its silo takes at once: a 503 would be a slot that was never given back."""

_PROTECT: Final = "protect: {concurrency: 6, queue: 50}"
_ROUTE: Final = "  - {{name: {0}, match: '/{0}/{{rest...}}', legacy: {0}, stage: legacy, timeout: 3s}}"
"""3 s for a whole call: far more than a large answer takes, and little enough for a stall to end soon."""


def run(seconds: float, seed: int) -> Result:
    """Let callers call for so long, and see what became of it."""
    with ExitStack() as stack:
        folder = Folder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facade-soak-"))) / "config")
        silo = stack.enter_context(Silo())
        _furnish(folder, stack, silo, seed)
        sidecar = stack.enter_context(Sidecar(folder)).ready()
        defects = Defects(sidecar)
        before = sidecar.descriptors()
        with Callers(sidecar.port, WAYS, _CALLERS, seed) as callers:
            samples = [_told(each, callers) for each in _looks(sidecar, defects, seconds)]
        after, _ = settled(sidecar.descriptors, before)
        defects.look()
        busy = [name for name, value in sidecar.metrics().items() if name.startswith("facade_in_flight{") and value]
        return _judged(seconds, samples, callers, (before, after), [*defects.found, *busy])


def _furnish(folder: Folder, stack: ExitStack, silo: Silo, seed: int) -> None:
    """A silo behind its fault, and a route to it, for every way."""
    folder.facade(log="{requests: 0%, errors: all, level: info}")
    routes = ["routes:"]
    for way in WAYS:
        proxy = stack.enter_context(FaultProxy(silo.port))
        _bring(proxy, way, random.Random(f"{seed} {way.name}"))
        folder.silo(way.name, proxy.url, _PROTECT)
        routes.append(_ROUTE.format(way.name))
    folder.routes("\n".join(routes) + "\n")


def _bring(proxy: FaultProxy, way: Way, chance: random.Random) -> None:
    proxy.faults = lambda: way.draw(chance)


def _looks(sidecar: Sidecar, defects: Defects, seconds: float) -> Iterator[Sample]:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        yield Sample(passed, sidecar.resident(), sidecar.descriptors())
        defects.look()
        time.sleep(_LOOK)


def _told(sample: Sample, callers: Callers) -> Sample:
    if int(sample.at / _LOOK) % 12 == 0:
        resident = f"{sample.resident / MIB:.1f} MiB, {sample.descriptors} descriptors"
        print(f"{sample.at:5.0f} s  {resident}, {callers.asked} asked, {len(callers.unexplained)} odd", file=sys.stderr)
    return sample


def _judged(
    seconds: float, samples: list[Sample], callers: Callers, descriptors: tuple[int, int], defects: list[str]
) -> Result:
    grown = slope(samples, min(_WARM_UP, seconds / 4))
    before, after = descriptors
    result = Result("faults", f"{seconds:.0f} s, {len(callers.outcomes)} ways, {callers.asked} questions")
    result.add("memory's slope, MiB in 10 minutes", f"{grown:+.2f}", grown < _STEEPEST)
    result.add("memory, first and last, MiB", f"{samples[0].resident / MIB:.1f}, {samples[-1].resident / MIB:.1f}")
    result.add("unexplained outcomes", str(len(callers.unexplained)), not callers.unexplained)
    result.add("descriptors before and after", f"{before}, {after}", is_settled(after, before))
    result.add("defects in the log, calls in flight at the end", str(len(defects)), not defects)
    for name, counts in callers.outcomes.items():
        result.add(f"way `{name}`", ", ".join(f"{outcome} {count}" for outcome, count in counts.most_common()))
    result.details = [*callers.unexplained, *defects]
    return result
