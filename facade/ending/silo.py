"""What of a silo its end depends on, by the configuration that runs: its dates, and where each of its routes stands."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Final

from facade.routing.stage import Stage

UNPLUGGED: Final = frozenset({Stage.COMPLETE, Stage.GONE})
"""The stages in which a route asks its silo nothing more."""


@dataclass(frozen=True, slots=True)
class EndingSilo:
    """One silo. `routes` are the names and stages of those whose legacy side it is.

    `takes_unmatched` where it takes what no route covers; `after_switch_off` is as it is written, `warn` or `refuse`.
    """

    name: str
    kind: str
    owner: str | None = None
    switch_off: datetime.date | None = None
    after_switch_off: str = "warn"
    routes: tuple[tuple[str, Stage], ...] = ()
    takes_unmatched: bool = False

    @property
    def left(self) -> tuple[tuple[str, Stage], ...]:
        """The routes that still ask it, or may have to."""
        return tuple((name, stage) for name, stage in self.routes if stage not in UNPLUGGED)

    @property
    def left_by_stage(self) -> tuple[tuple[str, int], ...]:
        """How many of them stand in each stage, in the stages' order."""
        counted = Counter(stage for _, stage in self.left)
        return tuple((str(stage), counted[stage]) for stage in Stage if counted[stage])
