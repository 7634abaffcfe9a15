"""A scrape of /metrics with 1,000 active routes, beside calls at half of what saturates the facade."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from bench import facade_folder
from bench.conditions.load import offered
from bench.conditions.metrics import scraped, total
from bench.conditions.rows import Row, percentile
from bench.conditions.sides import Side, sides
from bench.contenders import Ground
from bench.run import LOAD_CORE

_ROUTES = 1_000
_SECONDS = 20
_PAUSE = 0.5
"""Seconds between two scrapes; Prometheus takes fifteen."""

_TARGET = 0.005
"""Seconds that the loop may be held up."""

_LOOKS_BACK = 30
"""Seconds at most over which the facade tells its longest lag."""


def _command(ground: Ground) -> list[str]:
    folder = ground.folder / "configuration"
    facade_folder.write(folder, ground.port, ground.upstream, _ROUTES)
    return [ground.python, "-m", "facade", "serve", "--config", str(folder)]


def measured(python: str) -> Iterator[Row]:
    with sides("facade", python, _command) as (side,):
        paths = facade_folder.paths(_ROUTES)
        rate = side.saturation / 2
        offered(side.running.port, rate, _LOOKS_BACK, LOAD_CORE, side.folder, paths)
        quiet = offered(side.running.port, rate, _SECONDS, LOAD_CORE, side.folder, paths)
        lag_quiet = total(scraped(side.observe), "facade_loop_lag_seconds")
        sizes: list[int] = []
        ended = threading.Event()
        scraping = threading.Thread(target=_scrape, args=(side, sizes, ended))
        scraping.start()
        busy = offered(side.running.port, rate, _SECONDS, LOAD_CORE, side.folder, paths)
        lag = total(scraped(side.observe), "facade_loop_lag_seconds")
        ended.set()
        scraping.join()
    what = f"{len(sizes)} scrapes of {max(sizes) / 2**20:.1f} MiB, {_ROUTES:,} routes called"
    yield Row(
        f"the loop's longest lag, by its own metric, beside {what}",
        f"{lag * 1e3:.1f} ms ({lag_quiet * 1e3:.1f} without)",
        "5 ms",
        lag <= _TARGET,
    )
    told = [f"{percentile(times, 0.999) * 1e3:.1f} and {max(times) * 1e3:.1f} ms" for times in (quiet, busy)]
    yield Row("p99.9 and longest call without, and beside those scrapes", " -> ".join(told))


def _scrape(side: Side, sizes: list[int], ended: threading.Event) -> None:
    while not ended.wait(_PAUSE):
        sizes.append(len(scraped(side.observe)))
