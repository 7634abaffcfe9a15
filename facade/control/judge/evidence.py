"""What is known of a route's two sides since its last change: it never slides and never grows.

An `Evidence` is fed each call once it is over and each comparison, in batches off the request's path, and begins anew
with each change of the route. It reads no clock: which calls are of the same time is told by their order.
"""

from __future__ import annotations

from typing import Final

from facade.control.judge.block import JUDGED, Block
from facade.control.judge.call import JudgedCall, Kind
from facade.control.judge.odds import ERRORS, PARITY, STATUSES
from facade.control.judge.side import SideEvidence
from facade.control.judge.slowness import SlownessTrial
from facade.control.judge.trial import Trial, TrialAlone
from facade.routing.guard import Guard
from facade.routing.stage import Side

SHIFT: Final = 0.05
"""How much more of one kind of answer the platform may give: 5 points. A new service may be stricter with some bad
requests, or redirect where legacy did not; one that refuses all of them is not the same service."""

SHIFTED: Final = (Kind.SUCCESS, Kind.REDIRECT, Kind.REFUSED)
"""Kinds of answers whose rise among them is a shift; errors are no answers. A kind falls where another rises."""

_ANY: Final = 0.01
"""What is guessed of a rate before there are calls."""

_AS_USUAL: Final = 0.9
"""What is guessed of the rate of successes."""


class Evidence:
    """Of one route under one guard. `legacy` and `platform` are the totals; the trials are what fails a check."""

    __slots__ = ("_block", "differences", "errors", "guard", "shifts", "sides", "slowness")

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.sides = {side: SideEvidence() for side in JUDGED}
        self.errors = Trial(float(guard.errors or 0), ERRORS, _ANY)
        self.shifts = {kind: Trial(SHIFT, STATUSES, _AS_USUAL if kind is Kind.SUCCESS else _ANY) for kind in SHIFTED}
        self.slowness = tuple(SlownessTrial(quantile, margin) for quantile, margin in guard.latencies)
        self.differences = TrialAlone(float(1 - (guard.parity or 0)), PARITY)
        self._block = Block([each.counter for each in self.slowness])

    def __repr__(self) -> str:
        return f"<Evidence legacy={self.legacy!r} platform={self.platform!r}>"

    @property
    def legacy(self) -> SideEvidence:
        return self.sides[Side.LEGACY]

    @property
    def platform(self) -> SideEvidence:
        return self.sides[Side.PLATFORM]

    def add(self, call: JudgedCall) -> None:
        """A call of either side is over; one that the facade answered itself is neither's."""
        side = self.sides.get(call.side)
        if side is None:
            return
        kind = call.kind
        side.add(call, kind)
        self._block.add(call, kind)
        if self._block.full:
            self._settle()

    def compared(self, *, differs: bool) -> None:
        """A comparison is done; `differs` says that it found what is surely no noise."""
        self.differences.settle(hit=differs)

    def _settle(self) -> None:
        block = self._block
        if self.guard.errors is not None:
            self.errors.settle(block.errors)
        for kind, trial in self.shifts.items():
            trial.settle(block.answers(kind))
        for each in self.slowness:
            each.settle(block)
            each.aim(self.legacy)
        block.clear()
