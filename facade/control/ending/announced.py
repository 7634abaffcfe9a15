"""Brown-outs as an operator is shown them: those of the files, where each is in time, and whether all are stopped."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from facade.config.settings import Configuration
from facade.config.types import format_share
from facade.control.ending.stopped import Stop
from facade.ending.brownouts import State, state
from facade.routing.notice import Brownout

MOST: Final = 1_000
"""Brown-outs that are shown, those before all that are not over: a millisecond's work."""


@dataclass(frozen=True, slots=True)
class BrownoutRow:
    """One planned refusal of a route. `share` is as written, None where `callers` are refused; times carry a zone."""

    route: str
    start: datetime.datetime
    end: datetime.datetime
    share: str | None
    callers: tuple[str, ...]
    why: str
    state: State


@dataclass(frozen=True, slots=True)
class BrownoutsView:
    """All of them, by time. `more` were left out; `problems` say what keeps a stop from being kept or recorded."""

    stopped: Stop | None
    brownouts: tuple[BrownoutRow, ...]
    more: int = 0
    problems: tuple[str, ...] = ()


def brownouts(files: Configuration, stop: Stop | None, now: float, problems: tuple[str, ...] = ()) -> BrownoutsView:
    """What there is of them at `now`, in Unix time."""
    planned = [(each, route.name) for route in files.routes for each in route.notice.brownouts]
    planned.sort(key=lambda each: (each[0].ends <= now, each[0].begins, each[1]))
    shown = sorted(planned[:MOST], key=lambda each: (each[0].begins, each[1]))
    rows = tuple(_row(each, name, now, stopped=stop is not None) for each, name in shown)
    return BrownoutsView(stop, rows, len(planned) - len(rows), problems)


def _row(brownout: Brownout, route: str, now: float, *, stopped: bool) -> BrownoutRow:
    return BrownoutRow(
        route=route,
        start=brownout.start,
        end=brownout.end,
        share=None if brownout.callers else format_share(brownout.share),
        callers=tuple(sorted(brownout.callers)),
        why=brownout.why,
        state=state(brownout, now, stopped=stopped),
    )
