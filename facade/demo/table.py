"""The table of `facade demo`: rows are pure values; a terminal gets a live table, anything else plain lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from facade.demo.shares import percent
from facade.demo.sidecar import Running
from facade.demo.tally import Tally
from facade.demo.window import LOOKS, Answered
from facade.routing.stage import Side, Stage

_BAR: Final = 10
"""Characters of the bar that shows the two sides; the whole table then fits into 80 columns."""

_FAILURES: Final = 3
"""Kinds of failure shown in words."""

_LINES_EVERY: Final = 5
"""Without a terminal, one table in so many is written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One route: where it stands, who answered lately, and totals since the start."""

    route: str
    standing: str
    legacy: int
    platform: int
    own: int
    total: int
    failed: int

    @property
    def bar(self) -> str:
        """Legacy from the left, platform from the right; blank where neither answered lately."""
        both = self.legacy + self.platform
        platform = round(_BAR * self.platform / both) if both else 0
        return "░" * (_BAR - platform) + "█" * platform if both else " " * _BAR

    @property
    def plain(self) -> str:
        """The row as a line for a log."""
        return (
            f"{self.route}: {self.standing}; last {LOOKS} s: legacy {self.legacy}, platform {self.platform}, "
            f"facade {self.own}; since the start {self.total:,} right, {self.failed} failed"
        )


def rows(running: Mapping[str, Running], whole: Tally, recent: Answered) -> tuple[Row, ...]:
    """A row for every route that runs or was called, in name order."""
    called = {route for route, _ in whole.answered} | set(whole.failed)
    return tuple(_row(route, running.get(route), whole, recent) for route in sorted(called | set(running)))


def _row(route: str, running: Running | None, whole: Tally, recent: Answered) -> Row:
    return Row(
        route=route,
        standing=_standing(running),
        legacy=recent[route, Side.LEGACY],
        platform=recent[route, Side.PLATFORM],
        own=recent[route, Side.OWN],
        total=sum(whole.answered[route, side] for side in Side),
        failed=whole.failed[route],
    )


def _standing(running: Running | None) -> str:
    if running is None:
        return "not served"
    divided = running.stage == Stage.CANARY and running.share is not None
    return f"{running.stage} {percent(running.share or 0)}" if divided else running.stage


class Screen:
    """Where the demonstration is watched; a context inside which the table is live."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._shown = 0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        """Text as it is, unfolded, so that a path or a command can be copied."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
        """Show these rows, and what there is to say of them, in place of the last."""
        if self._live is not None:
            self._live.update(_table(rows, notes), refresh=True)
        elif self._shown % _LINES_EVERY == 0:
            self.say("\n".join([*(row.plain for row in rows), *notes]))
        self._shown += 1


def failures(whole: Tally) -> tuple[str, ...]:
    """The most frequent failures in words."""
    return tuple(f"{why} ({number:,} times)" for why, number in whole.failures.most_common(_FAILURES))


def sent_back(running: Mapping[str, Running]) -> tuple[str, ...]:
    """Why routes are not where their files say, in the guards' own sentences."""
    return tuple(route.differs for _, route in sorted(running.items()) if route.differs)


def _table(rows: Sequence[Row], notes: Sequence[str]) -> Table:
    caption = f"legacy, platform and facade: answers of the last {LOOKS} seconds"
    table = Table(caption=Text("\n".join([caption, *notes])), box=SIMPLE_HEAD, padding=0, show_edge=False)
    for name in ("route", "stage"):
        table.add_column(name, no_wrap=True)
    for name in ("legacy", "", "platform", "facade", "right", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        failed = f"[red]{row.failed}[/red]" if row.failed else "0"
        counts = (str(row.legacy), row.bar, str(row.platform), str(row.own), f"{row.total:,}", failed)
        table.add_row(row.route, row.standing, *counts)
    return table
