"""Who is measured: contenders on core 0 before the upstream of the small case on core 1."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import contenders, load
from bench.cases import SMALL_JSON
from bench.contenders import Ground
from bench.processes import Running
from bench.run import LOAD_CORE, far_end, start

_WARM_UP = 2
"""Seconds of load before anything is measured."""


@dataclass(frozen=True, slots=True)
class Side:
    """One contender that runs, with the calls a second at which it is saturated, and its folder."""

    running: Running
    saturation: float
    folder: Path

    @property
    def observe(self) -> int:
        """The facade's own listener for metrics."""
        text = (self.folder / "configuration/facade.yaml").read_text()
        found = re.search(r"^observe: 127\.0\.0\.1:(\d+)$", text, re.MULTILINE)
        assert found is not None, "the bench wrote that file"
        return int(found[1])


@contextlib.contextmanager
def sides(names: str, python: str, facade: Callable[[Ground], list[str]] | None = None) -> Iterator[Sequence[Side]]:
    """Start them; `facade` is another way to start that one."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facade-bench-")))
        upstream = far_end(stack, folder, SMALL_JSON)
        wanted = set(names.split(","))
        found = []
        for each in contenders.present(contenders.chosen(names)):
            if each.name not in wanted:
                continue
            taken = replace(each, command=facade) if facade and each.name == "facade" else each
            running = start(stack, taken, folder, upstream.port, python)
            seen = load.apply(SMALL_JSON, running.port, _WARM_UP, LOAD_CORE)
            found.append(Side(running, seen.rate, folder / each.name))
        yield found
