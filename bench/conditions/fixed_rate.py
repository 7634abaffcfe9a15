"""p99 at one offered rate, half of what saturates the facade."""

from __future__ import annotations

from collections.abc import Iterator

from bench.conditions.load import offered
from bench.conditions.rows import Row, percentile
from bench.conditions.sides import sides
from bench.rounds import Spread, order
from bench.run import LOAD_CORE

_ROUNDS, _SECONDS = 5, 3
_TARGET = 2.0
"""At most so many times nginx's p99."""


def measured(python: str) -> Iterator[Row]:
    with sides("nginx,haproxy,envoy,facade", python) as found:
        by_name = {side.running.name: side for side in found}
        rate = by_name["facade"].saturation / 2
        rounds = []
        for number in range(_ROUNDS):
            took = {}
            for name in order(list(by_name), number):
                side = by_name[name]
                times = offered(side.running.port, rate, _SECONDS, LOAD_CORE, side.folder)
                took[name] = percentile(times, 0.99)
            rounds.append(took)
    for name in by_name:
        own = Spread.of([took[name] * 1e3 for took in rounds])
        ratio = Spread.of([took[name] / took["nginx"] for took in rounds])
        said = f"{own.median:.2f} ms, {ratio.median:.2f} x nginx ({ratio.least:.2f}-{ratio.most:.2f})"
        is_ours = name == "facade"
        yield Row(
            f"p99 at {rate:,.0f} calls a second, half of the facade's saturation: {name}",
            said,
            f"{_TARGET:g} x nginx" if is_ours else "",
            ratio.median <= _TARGET if is_ours else None,
        )
