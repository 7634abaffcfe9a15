"""A reload of 10,000 routes in 100 files, one of them changed, beside calls at half of what saturates the facade."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench import facade_folder
from bench.conditions.load import offered
from bench.conditions.metrics import scraped, total
from bench.conditions.rows import Row, percentile
from bench.conditions.sides import Side, sides
from bench.contenders import Ground
from bench.processes import BenchError
from bench.run import LOAD_CORE

_ROUTES, _FILES = 10_000, 100
_SECONDS = 20
_TARGET = 0.020
"""Seconds that p99.9 may rise by."""

_LONGEST = 120.0
"""Seconds after which a reload is given up."""


def _command(ground: Ground) -> list[str]:
    folder = ground.folder / "configuration"
    facade_folder.write(folder, ground.port, ground.upstream, _ROUTES, files=_FILES)
    return [ground.python, "-m", "facade", "serve", "--config", str(folder)]


def measured(python: str) -> Iterator[Row]:
    with sides("facade", python, _command) as (side,):
        rate = side.saturation / 2
        quiet = offered(side.running.port, rate, _SECONDS, LOAD_CORE, side.folder)
        reloads: list[float] = []
        ended = threading.Event()
        changing = threading.Thread(target=_reload, args=(side, reloads, ended))
        changing.start()
        busy = offered(side.running.port, rate, _SECONDS, LOAD_CORE, side.folder)
        ended.set()
        changing.join()
    if not reloads:
        raise BenchError("reload: none came to its end; look at the sidecar's log")
    rise = percentile(busy, 0.999) - percentile(quiet, 0.999)
    said = (
        f"{percentile(quiet, 0.999) * 1e3:.1f} -> {percentile(busy, 0.999) * 1e3:.1f} ms, longest {max(busy) * 1e3:.0f}"
    )
    what = f"p99.9 beside {len(reloads)} reloads of {_ROUTES:,} routes in {_FILES} files, one changed"
    yield Row(what, said, "rises by 20 ms", rise <= _TARGET)
    yield Row("such a reload, from the file's change to its end", f"{max(reloads):.1f} s")


def _reload(side: Side, reloads: list[float], ended: threading.Event) -> None:
    """Change one file again and again, each time when the last change runs."""
    path = side.folder / "configuration/routes/more-1.yaml"
    text = path.read_text()
    while not ended.is_set():
        before, began = total(scraped(side.observe), "facade_config_reloads_total"), time.monotonic()
        added = facade_folder.other(99, len(reloads))
        _replace(path, text + added)
        while total(scraped(side.observe), "facade_config_reloads_total") == before:
            if time.monotonic() - began > _LONGEST:
                return
            time.sleep(0.5)
        reloads.append(time.monotonic() - began)


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}")
    aside.write_text(text)
    aside.replace(path)
